package password

import (
	"slices"
	"strings"
	"unicode"
)

// minVariety is how many characters must be left when those that follow from
// the ones before are taken out.
const minVariety = 5

// keyboards are rows that are walked along, either way.
var keyboards = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "1234567890", "1qaz2wsx3edc4rfv5tgb"}

// variety counts the characters that could not be foreseen: a character that
// repeats the last, goes on counting or alphabet, or along a row of keys does
// not count, and what repeats a block as a whole counts once.
func variety(password string) int {
	runes := []rune(strings.ToLower(password))
	block := period(runes)
	runes = runes[:block]
	count := 0
	for i, r := range runes {
		if i == 0 || !foreseen(runes[i-1], r) {
			count++
		}
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(runes)))
	return min(count, 2*len(distinct))
}

func foreseen(before, r rune) bool {
	if d := r - before; d >= -1 && d <= 1 && (unicode.IsLetter(r) || unicode.IsDigit(r) || d == 0) {
		return true
	}
	pair, back := string([]rune{before, r}), string([]rune{r, before})
	for _, row := range keyboards {
		if strings.Contains(row, pair) || strings.Contains(row, back) {
			return true
		}
	}
	return false
}

// period is the length of the block that runes repeats at least twice, the
// last time perhaps in part; without one it is the whole length.
func period(runes []rune) int {
	for p := 1; p <= len(runes)/2; p++ {
		i := p
		for i < len(runes) && runes[i] == runes[i-p] {
			i++
		}
		if i == len(runes) {
			return p
		}
	}
	return len(runes)
}

// unleet undoes the substitutions that everybody knows.
var unleet = strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i", "€", "e")

// mostly reports whether little of the password is left without the words
// about the person.
func mostly(password string, about About) bool {
	words := about.words()
	if len(words) == 0 {
		return false
	}
	lower := strings.ToLower(password)
	for _, form := range []string{lower, unleet.Replace(lower)} {
		rest := form
		for _, w := range words {
			rest = strings.ReplaceAll(rest, w, "\x00")
		}
		left := strings.ReplaceAll(rest, "\x00", "")
		if len(left) < len(form) && variety(strings.TrimFunc(left, notLetterOrDigit)) < minVariety {
			return true
		}
	}
	return false
}

func notLetterOrDigit(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// words are the pieces of about that are worth trying, the longest first, at
// most 64 of them.
func (a About) words() []string {
	local, domain, _ := strings.Cut(a.Email, "@")
	sources := append([]string{local, domain, a.Organization, a.Application, a.Product}, a.Names...)
	var words []string
	for _, source := range sources {
		if len(source) > 512 {
			continue
		}
		source = strings.ToLower(Normalize(source))
		pieces := strings.FieldsFunc(source, notLetterOrDigit)
		for _, w := range append(pieces, strings.Join(pieces, ""), source) {
			if len([]rune(w)) >= 3 && len(words) < 64 {
				words = append(words, w)
			}
		}
	}
	slices.SortFunc(words, func(x, y string) int { return len(y) - len(x) })
	return slices.Compact(words)
}
