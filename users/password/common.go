package password

import (
	_ "embed"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:generate go run common_gen.go passwords.json common.bin

// common holds the first five bytes of FNV-1a of each common password,
// sorted: 49,233 of them from @zxcvbn-ts/language-common 4.1.3 (MIT, see
// common.LICENSE). It is searched where it lies in the binary, so it takes no
// time at start, no heap, and pages only when somebody chooses a password. One
// password in twenty million is taken for a common one by accident.
//
//go:embed common.bin
var common string

const commonSize = 5

func inCommon(s string) bool {
	want := commonKey(s)
	n := len(common) / commonSize
	i := sort.Search(n, func(i int) bool { return common[i*commonSize:(i+1)*commonSize] >= want })
	return i < n && common[i*commonSize:(i+1)*commonSize] == want
}

func commonKey(s string) string {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return string([]byte{byte(h >> 56), byte(h >> 48), byte(h >> 40), byte(h >> 32), byte(h >> 24)})
}

// isCommon reports whether a password is on the list, also in capitals, with
// the usual substitutions, or as a listed word with a few digits and signs
// around it ("Summer2024!").
func isCommon(password string) bool {
	lower := strings.ToLower(password)
	for _, form := range []string{password, lower, unleet.Replace(lower)} {
		if inCommon(form) {
			return true
		}
	}
	word := strings.TrimFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) })
	added := utf8.RuneCountInString(lower) - utf8.RuneCountInString(word)
	if len(word) < 4 || added == 0 || added > 5 {
		return false
	}
	return inCommon(word) || inCommon(unleet.Replace(word))
}
