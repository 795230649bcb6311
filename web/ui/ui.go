package ui

import (
	"strings"

	"github.com/a-h/templ"

	"gatehouse/web/assets"
)

// Tone is what a thing means. Grey, the empty tone, is normal; the others only
// state health, and always stand beside a word or an icon.
type Tone string

// The tones.
const (
	Neutral Tone = ""
	Info    Tone = "info"
	OK      Tone = "ok"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
)

// icon is the icon a tone carries when the caller names none.
func (t Tone) icon() string {
	switch t {
	case OK:
		return "ok"
	case Warn:
		return "warn"
	case Bad:
		return "fail"
	default:
		return "info"
	}
}

// Link is a word that goes somewhere.
type Link struct {
	Label string
	Href  string
	Icon  string
	Lang  string // of the label, where it is not the page's: a language's own name
}

// Hidden is a field of a form that nobody sees: the CSRF token, an
// idempotency key.
type Hidden struct {
	Name, Value string
}

// Post is a button that changes something: a form of its own.
type Post struct {
	Label  string
	Action string
	Fields []Hidden
	Busy   string // the label while sending
}

// Attrs are further attributes, for what a struct has no field for. Never
// style: the pages' policy forbids it.
type Attrs = templ.Attributes

// class joins the words that are there.
func class(words ...string) string {
	kept := words[:0:0]
	for _, w := range words {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// when is a word that is there or not.
func when(is bool, word string) string {
	if is {
		return word
	}
	return ""
}

// or is the first word, or what stands in for it.
func or(word, instead string) string {
	if word == "" {
		return instead
	}
	return word
}

// asset is the URL of a file of web/assets.
func asset(name string) string {
	return assets.URL(name)
}

// StylesheetURL and ScriptURL are the page's own files, for a handler that
// announces them early in a Link header.
func StylesheetURL() string { return asset("app.css") }

// ScriptURL is the address of the script that shortens the trip.
func ScriptURL() string { return asset("app.js") }
