package mail

import (
	"context"
	"strings"

	"gatehouse/internal/i18n"
)

// Letter is one kind of mail with its facts.
type Letter interface {
	// Kind names the letter in the log of mails: sign_in_code, invitation …
	Kind() string
	body(Frame) body
}

// Frame is who writes, how that looks, and in which language.
type Frame struct {
	Lang        i18n.Language
	Brand       Brand
	Application string // what the reader signs in to; empty: the brand's name
}

// Brand is how the sender looks.
type Brand struct {
	Name     string
	LogoURL  string // absolute; empty draws the initials
	Color    string // #rrggbb of the button and the mark; empty: our own
	Ink      string // #rrggbb, readable on Color
	Postal   string // line at the very end; empty: none
	HelpURL  string
	Link     string // #rrggbb of links on light paper
	LinkDark string // and on dark
}

// Rendered is a letter as it is sent.
type Rendered struct {
	Subject string `json:"subject"`
	HTML    string `json:"html"`
	Text    string `json:"text"`
}

// body is what a letter puts on the sheet.
type body struct {
	subject   string
	preheader string
	heading   string
	text      []i18n.Part
	code      string // six digits, shown large and in two groups
	button    link
	facts     []fact
	ignore    []i18n.Part // what to do if it was not expected
	disown    link        // "This wasn't me"
}

type link struct{ label, url string }

type fact struct{ label, value string }

// Render writes the letter.
func Render(f Frame, l Letter) (Rendered, error) {
	b := l.body(f)
	var html strings.Builder
	if err := sheet(f.withDefaults(), b).Render(context.Background(), &html); err != nil {
		return Rendered{}, err
	}
	return Rendered{Subject: oneLine(b.subject), HTML: html.String(), Text: text(f, b)}, nil
}

// withDefaults is our own look where the sender has none.
func (f Frame) withDefaults() Frame {
	if f.Brand.Color == "" {
		f.Brand.Color, f.Brand.Ink, f.Brand.Link, f.Brand.LinkDark = "#2f54c8", "#ffffff", "#2f54c8", "#9db2ff"
	}
	if f.Brand.Ink == "" {
		f.Brand.Ink = "#ffffff"
	}
	return f
}

// application is what the reader signs in to.
func (f Frame) application() string {
	if f.Application != "" {
		return f.Application
	}
	return f.Brand.Name
}

// args are the variables of every letter's messages, and more.
func (f Frame) args(more i18n.Args) i18n.Args {
	all := i18n.Args{"application": f.application()}
	for name, value := range more {
		all[name] = value
	}
	return all
}

// spaced is a code as people read it: 419 072.
func spaced(code string) string {
	if len(code) != 6 {
		return code
	}
	return code[:3] + " " + code[3:]
}

// oneLine keeps names that people chose from adding lines to a mail's header.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }), " ")
}

// initials are the mark of a sender without a logo.
func initials(name string) string {
	var out []rune
	for _, word := range strings.Fields(name) {
		out = append(out, []rune(strings.ToUpper(word))[0])
		if len(out) == 2 {
			break
		}
	}
	return string(out)
}
