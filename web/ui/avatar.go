package ui

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
)

// colours of avatars; the first is the stylesheet's own.
var colours = [...]string{"", "teal", "amber", "violet", "stone"}

func colour(id string) string {
	h := fnv.New32a()
	// A hash takes any bytes.
	_, _ = h.Write([]byte(id))
	return colours[h.Sum32()%uint32(len(colours))]
}

// initials are the first letters of the first and the last name; of an
// address, of the first and last part before the @.
func initials(name string) string {
	words := strings.Fields(name)
	if local, _, isAddress := strings.Cut(name, "@"); isAddress {
		words = strings.FieldsFunc(local, func(r rune) bool { return strings.ContainsRune("._-+", r) })
	}
	words = slices.DeleteFunc(words, func(w string) bool { return letter(w) == "" })
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return letter(words[0])
	default:
		return letter(words[0]) + letter(words[len(words)-1])
	}
}

// letter is the first letter or figure of a word, as a capital.
func letter(word string) string {
	for _, r := range word {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return ""
}
