package i18n

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	xmessage "golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Args are the values of a message's variables. Numbers are ints.
type Args map[string]any

// Part is a stretch of a message: plain words, or words inside a tag.
type Part struct {
	Tag  string // "" outside any tag
	Text string
}

// T is the message of a key. What stands in tags is plain text here. A key
// that no catalogue has comes back as it is, for the eye to catch.
func (l Language) T(key string, args ...Args) string {
	var b strings.Builder
	for _, part := range l.Rich(key, args...) {
		b.WriteString(part.Text)
	}
	return b.String()
}

// Has tells whether there are words for a key.
func (l Language) Has(key string) bool {
	_, c := l.catalogue().find(key)
	return c != nil
}

// Rich is the message of a key as parts, for a page to put links and emphasis
// where the tags are. Tags do not nest: the inner one wins.
func (l Language) Rich(key string, args ...Args) []Part {
	m, c := l.catalogue().find(key)
	if c == nil {
		return []Part{{Text: key}}
	}
	w := writer{c: c}
	if len(args) > 0 {
		w.args = args[0]
	}
	w.message(m, "", 0)
	return w.parts
}

// writer fills in one message.
type writer struct {
	c     *catalogue
	args  Args
	parts []Part
}

func (w *writer) message(m message, tag string, count int) {
	for _, n := range m {
		switch n.kind {
		case kindText:
			w.text(tag, n.text)
		case kindValue:
			w.text(tag, w.shown(n.text))
		case kindNumber:
			w.text(tag, w.c.number(w.int(n.text)))
		case kindHash:
			w.text(tag, w.c.number(count))
		case kindTag:
			w.message(n.children, n.text, count)
		case kindPlural:
			count := w.int(n.text)
			w.message(n.branches[w.c.form(n.branches, count)], tag, count)
		case kindSelect:
			branch, ok := n.branches[w.value(n.text)]
			if !ok {
				branch = n.branches["other"]
			}
			w.message(branch, tag, count)
		}
	}
}

func (w *writer) text(tag, text string) {
	if last := len(w.parts) - 1; last >= 0 && w.parts[last].Tag == tag {
		w.parts[last].Text += text
		return
	}
	w.parts = append(w.parts, Part{Tag: tag, Text: text})
}

// shown is a value as it stands in a sentence.
func (w *writer) shown(name string) string {
	if s, ok := w.args[name].(string); ok {
		return Language{w.c}.Isolate(s)
	}
	return w.value(name)
}

func (w *writer) value(name string) string {
	switch v := w.args[name].(type) {
	case nil:
		return ""
	case string:
		return v
	case int:
		return w.c.number(v)
	default:
		return fmt.Sprint(v)
	}
}

func (w *writer) int(name string) int {
	switch v := w.args[name].(type) {
	case int:
		return v
	case string:
		n, _ := strconv.Atoi(v) // a word where a number belongs counts as none
		return n
	}
	return 0
}

// form picks the branch of a plural: an exact "=2" first, then the language's
// category (CLDR), then other.
func (c *catalogue) form(branches map[string]message, n int) string {
	if exact := "=" + strconv.Itoa(n); branches[exact] != nil {
		return exact
	}
	name := forms[plural.Cardinal.MatchPlural(c.tag, max(n, -n), 0, 0, 0, 0)]
	if _, ok := branches[name]; ok {
		return name
	}
	return "other"
}

var forms = map[plural.Form]string{
	plural.Other: "other", plural.Zero: "zero", plural.One: "one",
	plural.Two: "two", plural.Few: "few", plural.Many: "many",
}

// number groups digits as the language does. Three digits and less need no
// grouping in any, and are most of what we print.
func (c *catalogue) number(n int) string {
	if n > -1000 && n < 1000 {
		return strconv.Itoa(n)
	}
	return xmessage.NewPrinter(c.figures()).Sprint(number.Decimal(n))
}

// figures is the language with the digits that codes, addresses and times are
// made of everywhere: a page that counts in ٣ and asks for 3 reads as two.
func (c *catalogue) figures() language.Tag {
	tag, err := c.tag.SetTypeForKey("nu", "latn")
	if err != nil {
		return c.tag
	}
	return tag
}
