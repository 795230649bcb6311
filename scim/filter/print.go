package filter

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Print writes a filter so that Parse reads the same one.
func Print(n Node) string {
	var b strings.Builder
	write(&b, n)
	return b.String()
}

// String is the path as a PATCH operation writes it.
func (t Target) String() string {
	var b strings.Builder
	b.WriteString(t.Path.String())
	if t.Where != nil {
		b.WriteByte('[')
		write(&b, t.Where)
		b.WriteByte(']')
	}
	if t.Sub != "" {
		b.WriteString("." + t.Sub)
	}
	return b.String()
}

func write(b *strings.Builder, n Node) {
	switch n := n.(type) {
	case Or:
		write(b, n.Left)
		b.WriteString(" or ")
		_, right := n.Right.(Or) // joined from the left when it was read
		enclosed(b, n.Right, right)
	case And:
		_, left := n.Left.(Or)
		enclosed(b, n.Left, left)
		b.WriteString(" and ")
		_, or := n.Right.(Or)
		_, and := n.Right.(And)
		enclosed(b, n.Right, or || and)
	case Not:
		b.WriteString("not ")
		enclosed(b, n.Of, true)
	case Present:
		b.WriteString(n.Path.String() + " pr")
	case Compare:
		b.WriteString(n.Path.String() + " " + string(n.Op) + " ")
		writeValue(b, n.Value)
	case Some:
		b.WriteString(n.Path.String() + "[")
		write(b, n.Of)
		b.WriteByte(']')
	}
}

func enclosed(b *strings.Builder, n Node, parentheses bool) {
	if parentheses {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	write(b, n)
}

func writeValue(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		fmt.Fprint(b, v)
	case json.Number:
		b.WriteString(v.String())
	case string:
		b.WriteString(Quoted(v))
	}
}

// Quoted is a text as filters have it: a JSON string.
func Quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
