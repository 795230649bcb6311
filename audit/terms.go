package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"gatehouse/internal/id"
	"gatehouse/scim/schema"
)

// TermKind says what a term is about: the letter before its colon.
type TermKind string

// The kinds of terms. All but words are compared as a whole, as they are
// written; a word is folded, and may be asked for by its beginning.
const (
	OfOrganization TermKind = "o:"
	OfType         TermKind = "a:"
	OfActor        TermKind = "u:"
	OfTarget       TermKind = "t:"
	OfAddress      TermKind = "i:"
	OfReference    TermKind = "r:"
	OfWord         TermKind = "w:"
)

// Bounds: what applications write must not make the index larger than the log.
const (
	maxTargets = 32
	maxTerms   = 96
	maxTerm    = 100 // bytes; what is longer is found by its digest
	maxWord    = 40  // characters; what is longer is found by its beginning
)

// Terms are what an entry is found by. The sequencer keeps them beside the
// entry's numbers: array_to_tsvector of them on Postgres, " one two … " on
// SQLite. No term has a space, a quote or a backslash in it, and none is twice
// in the list. It depends on the entry alone.
func Terms(e *Event) []string {
	own := id.Organization("")
	if e.OrganizationID != nil {
		own = *e.OrganizationID
	}
	terms := []string{Term(OfOrganization, string(own)), Term(OfType, e.Type)}
	for kind, value := range map[TermKind]*string{OfActor: e.ActorID, OfAddress: e.IPAddress, OfReference: e.Reference} {
		if value != nil && *value != "" {
			terms = append(terms, Term(kind, *value))
		}
	}
	for _, target := range e.Targets[:min(len(e.Targets), maxTargets)] {
		terms = append(terms, Term(OfTarget, target.ID))
	}
	for _, word := range e.words() {
		if len(terms) >= maxTerms {
			break
		}
		terms = append(terms, string(OfWord)+word)
	}
	slices.Sort(terms)
	return slices.Compact(terms)
}

// words are those of the texts by which people look for an entry, the most
// telling first.
func (e *Event) words() []string {
	words := Words(e.Type)
	for _, text := range []*string{e.ActorName} {
		if text != nil {
			words = append(words, Words(*text)...)
		}
	}
	for _, target := range e.Targets[:min(len(e.Targets), maxTargets)] {
		words = append(words, Words(target.Name)...)
	}
	var data any
	if json.Unmarshal(e.Data, &data) == nil {
		words = e.wordsOf(data, "", 0, words)
	}
	if e.UserAgent != nil {
		for _, word := range Words(*e.UserAgent) {
			if !everyAgent[word] && strings.IndexFunc(word, unicode.IsLetter) == 0 {
				words = append(words, word)
			}
		}
	}
	return words
}

// everyAgent are words that nearly every browser says of itself.
var everyAgent = map[string]bool{"mozilla": true, "applewebkit": true, "khtml": true, "like": true, "gecko": true}

// telling are the members of the product's own data whose texts are found by
// their words. Of what applications write, every short text is.
var telling = map[string]bool{"email": true, "name": true, "first_name": true, "last_name": true, "display_name": true, "user_name": true, "domain": true, "slug": true, "external_id": true, "code": true}

func (e *Event) wordsOf(data any, member string, depth int, words []string) []string {
	switch v := data.(type) {
	case string:
		if telling[member] || e.Source == Application && len(v) <= 4*maxTerm {
			return append(words, Words(v)...)
		}
	case []any:
		for _, one := range v[:min(len(v), maxTargets)] {
			words = e.wordsOf(one, member, depth+1, words)
		}
	case map[string]any:
		if depth > 4 {
			break
		}
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names) // the terms of one entry are the same whenever they are made
		for _, name := range names {
			words = e.wordsOf(v[name], name, depth+1, words)
		}
	}
	return words
}

// Term is a value as an entry is found by it.
func Term(kind TermKind, value string) string {
	if kind == OfAddress {
		if at, err := netip.ParseAddr(value); err == nil {
			value = at.Unmap().String()
		}
	}
	if len(value) > maxTerm || strings.HasPrefix(value, "#") || strings.ContainsFunc(value, unfit) || !validText(value) {
		sum := sha256.Sum256([]byte(value))
		return string(kind) + "#" + hex.EncodeToString(sum[:16])
	}
	return string(kind) + value
}

// unfit has no place in a term: neither database would keep its ends.
func unfit(r rune) bool {
	return r == '\'' || r == '"' || r == '\\' || unicode.IsSpace(r) || !unicode.IsGraphic(r)
}

func validText(s string) bool { return strings.ToValidUTF8(s, "") == s }

// Words are a text's, folded: what stands between spaces, and its parts where
// that has signs in it, so that ada.king@example.com is found by itself, by
// ada and by example.
func Words(text string) []string {
	var words []string
	for _, whole := range strings.FieldsFunc(schema.Fold(strings.ToValidUTF8(text, " ")), unfit) {
		whole = strings.TrimFunc(whole, func(r rune) bool { return !ofWord(r) })
		parts := strings.FieldsFunc(whole, func(r rune) bool { return !ofWord(r) })
		if len(parts) > 1 {
			words = append(words, Word(whole))
		}
		for _, part := range parts {
			words = append(words, Word(part))
		}
	}
	return words
}

func ofWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// Word is a folded word as it is kept: its beginning.
func Word(word string) string {
	n := 0
	for at := range word {
		if n == maxWord {
			return word[:at]
		}
		n++
	}
	return word
}
