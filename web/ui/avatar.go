package ui

import (
	"hash/fnv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// colours of avatars; the first is the stylesheet's own.
var colours = [...]string{"", "teal", "amber", "violet", "stone"}

func colour(id string) string {
	h := fnv.New32a()
	// A hash takes any bytes.
	_, _ = h.Write([]byte(id))
	return colours[h.Sum32()%uint32(len(colours))]
}

// initials are the first letters of the first and the last word; for an
// address, of the parts before the @.
func initials(name string) string {
	name, _, _ = strings.Cut(name, "@")
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
	if len(words) == 0 {
		return "?"
	}
	first := letter(words[0])
	if len(words) == 1 {
		return first
	}
	return first + letter(words[len(words)-1])
}

func letter(word string) string {
	r, _ := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r))
}
