package ui

import (
	"bytes"
	"encoding/json"
	"strings"
)

// token is a piece of JSON with the class of its kind: k key, s string,
// n number, true, false or null; none for the rest.
type token struct{ class, text string }

// highlight indents JSON and cuts it into tokens. Joined, their texts are the
// whole again: colouring never changes what a person copies.
func highlight(text string) []token {
	var indented bytes.Buffer
	if json.Indent(&indented, []byte(text), "", "  ") != nil {
		return []token{{text: text}}
	}
	rest := indented.String()
	var tokens []token
	for rest != "" {
		end, class := next(rest)
		tokens = append(tokens, token{class, rest[:end]})
		rest = rest[end:]
	}
	return tokens
}

func next(s string) (end int, class string) {
	switch {
	case s[0] == '"':
		end = quoted(s)
		if strings.HasPrefix(s[end:], ":") {
			return end, "k"
		}
		return end, "s"
	case strings.ContainsRune("-0123456789tfn", rune(s[0])):
		end = strings.IndexAny(s, ",]} \n")
		if end < 0 {
			end = len(s)
		}
		return end, "n"
	default:
		end = strings.IndexAny(s[1:], `"-0123456789tfn`)
		if end < 0 {
			return len(s), ""
		}
		return end + 1, ""
	}
}

// quoted is the length of the string literal that s starts with.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}
