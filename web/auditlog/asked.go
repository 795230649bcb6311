package auditlog

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// Asked is what an address says: what to look for, what is open. Values that
// cannot be are not there.
type Asked struct {
	Text         string // words, ids, an address, a reference
	Type         string // an action, or a family of them: user.*
	Result       string // failed, succeeded, notable
	Actor        string
	Target       string
	Address      string
	Reference    string
	Organization string
	Period       string // 1h, 24h, 7d, 30d, 1y; a custom one is Since and Until
	Since, Until time.Time
	Event        id.Event // the entry that is open
	Unknown      bool     // the address names an entry by what cannot be an id
	Check        bool     // its chain is gone through
	Live         bool     // the list keeps itself up to date
	Adding       bool     // the form of filters is open
	After        string
	Before       string
}

// longest is more than any real parameter has.
const longest = 200

// Query is an address's parameters, or a form's.
type Query interface{ Get(name string) string }

// Parse reads an address, or a form that was made of one.
func Parse(query Query) Asked {
	get := func(name string) string {
		text := strings.TrimSpace(query.Get(name))
		if len(text) > longest || strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
			return ""
		}
		return text
	}
	a := Asked{Text: get("q"), Type: get("type"), Result: get("result"), Actor: get("actor"), Target: get("target"), Address: get("address"), Reference: get("reference"),
		Organization: get("organization"), Period: get("period"), Check: get("check") != "", Live: get("live") != "", Adding: get("filter") != "", After: get("after"), Before: get("before")}
	a.Since, a.Until = instant(get("since")), instant(get("until"))
	if !a.Until.IsZero() && !a.Since.Before(a.Until) {
		a.Since, a.Until = time.Time{}, time.Time{}
	}
	if event := get("event"); event != "" {
		key, err := id.Parse[id.Event](event)
		a.Event, a.Unknown = key, err != nil
	}
	if _, ok := results[a.Result]; !ok {
		a.Result = ""
	}
	if _, ok := periods[a.Period]; !ok {
		a.Period = ""
	}
	a.takeReference()
	return a
}

// takeReference reads a reference that was typed into the search, in whatever
// form: GH-XXXX-XXXX is also given as xxxxxxxx over the telephone.
func (a *Asked) takeReference() {
	if ref, ok := seal.ParseReference(a.Text); ok && strings.ContainsAny(a.Text, "23456789-") {
		a.Text = ref
	}
	if ref, ok := seal.ParseReference(a.Reference); ok {
		a.Reference = ref
	}
}

// The forms of an instant: this package's own, and those of a form's field.
var forms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly}

func instant(text string) time.Time {
	for _, form := range forms {
		if at, err := time.Parse(form, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// Values is the address of the list, without the entry that is open and
// without its page.
func (a Asked) Values() url.Values {
	values := url.Values{}
	set := func(name, value string) {
		if value != "" {
			values.Set(name, value)
		}
	}
	set("q", a.Text)
	set("type", a.Type)
	set("result", a.Result)
	set("actor", a.Actor)
	set("target", a.Target)
	set("address", a.Address)
	set("reference", a.Reference)
	set("organization", a.Organization)
	if a.custom() {
		set("since", stamp(a.Since))
		set("until", stamp(a.Until))
	} else {
		set("period", a.Period)
	}
	if a.Live {
		set("live", "1")
	}
	return values
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.RFC3339)
}

func (a Asked) custom() bool { return !a.Since.IsZero() || !a.Until.IsZero() }

// Filtered reports whether anything but the period narrows the list.
func (a Asked) Filtered() bool {
	return a.Text+a.Type+a.Result+a.Actor+a.Target+a.Address+a.Reference+a.Organization != ""
}

// paged reports whether it is not the newest page.
func (a Asked) paged() bool { return a.After+a.Before != "" }

// with is the list's address with one parameter changed; nothing takes it away.
func (a Asked) with(path string, pairs ...string) string {
	values := a.Values()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			values.Del(pairs[i])
		} else {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}
