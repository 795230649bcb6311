package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"unicode"

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
// entry's numbers. No term has a space, a quote or a backslash in it, and none is
// twice in the list. It depends on the entry alone.
func Terms(e *Event) []string { return (&Vocabulary{}).Terms(e) }

// Vocabulary makes the terms of many entries. What they say alike, such as types,
// browsers and what a step's data always is, it takes apart once. It keeps all that
// it was shown, so it is for a batch. Its zero value is ready.
type Vocabulary struct {
	terms  map[termOf]string
	texts  map[string][]string
	agents map[string][]string
	data   map[dataOf][]string
}

type termOf struct {
	kind  TermKind
	value string
}

type dataOf struct {
	source Source
	text   string
}

// Terms is Terms of one of them.
func (v *Vocabulary) Terms(e *Event) []string {
	own := ""
	if e.OrganizationID != nil {
		own = string(*e.OrganizationID)
	}
	terms := append(make([]string, 0, 32), v.term(OfOrganization, own), v.term(OfType, e.Type))
	for _, of := range []struct {
		kind  TermKind
		value *string
	}{{OfActor, e.ActorID}, {OfAddress, e.IPAddress}, {OfReference, e.Reference}} {
		if of.value != nil && *of.value != "" {
			terms = append(terms, v.term(of.kind, *of.value))
		}
	}
	for _, target := range e.Targets[:min(len(e.Targets), maxTargets)] {
		terms = append(terms, Term(OfTarget, target.ID))
	}
	terms = v.words(e, terms)
	slices.Sort(terms)
	return slices.Compact(terms)
}

func (v *Vocabulary) term(kind TermKind, value string) string {
	return once(&v.terms, termOf{kind, value}, func() string { return Term(kind, value) })
}

// once is what was made of a key, or is made of it now.
func once[K comparable, V any](known *map[K]V, key K, make func() V) V {
	made, ok := (*known)[key]
	if !ok {
		if made = make(); *known == nil {
			*known = map[K]V{}
		}
		(*known)[key] = made
	}
	return made
}

// words adds those of the texts by which people look for an entry, the most
// telling first, until there are enough.
func (v *Vocabulary) words(e *Event, terms []string) []string {
	add := func(words []string) {
		terms = append(terms, words[:max(0, min(len(words), maxTerms-len(terms)))]...)
	}
	add(v.text(e.Type))
	if e.ActorName != nil {
		add(v.text(*e.ActorName))
	}
	for _, target := range e.Targets[:min(len(e.Targets), maxTargets)] {
		add(v.text(target.Name))
	}
	add(once(&v.data, dataOf{e.Source, string(e.Data)}, func() []string { return v.dataWords(e) }))
	if e.UserAgent != nil {
		add(once(&v.agents, *e.UserAgent, func() []string { return agentWords(*e.UserAgent) }))
	}
	return terms
}

// text is a text's words as terms.
func (v *Vocabulary) text(text string) []string {
	if text == "" {
		return nil
	}
	return once(&v.texts, text, func() []string {
		words := Words(text)
		for i := range words {
			words[i] = string(OfWord) + words[i]
		}
		return words
	})
}

func agentWords(agent string) (terms []string) {
	for _, word := range Words(agent) {
		if !everyAgent[word] && strings.IndexFunc(word, unicode.IsLetter) == 0 {
			terms = append(terms, string(OfWord)+word)
		}
	}
	return terms
}

func (v *Vocabulary) dataWords(e *Event) []string {
	var data any
	if json.Unmarshal(e.Data, &data) != nil { // a number that no float64 holds, such as 1e400, must not hide the words
		exact := json.NewDecoder(bytes.NewReader(e.Data))
		if exact.UseNumber(); exact.Decode(&data) != nil {
			return nil
		}
	}
	return v.wordsOf(e, data, "", 0, nil)
}

// everyAgent are words that nearly every browser says of itself.
var everyAgent = map[string]bool{"mozilla": true, "applewebkit": true, "khtml": true, "like": true, "gecko": true}

// telling are the members of the product's own data whose texts are found by
// their words. Of what applications write, every short text is.
var telling = map[string]bool{"email": true, "name": true, "first_name": true, "last_name": true, "display_name": true, "user_name": true, "domain": true, "slug": true, "external_id": true, "code": true}

func (v *Vocabulary) wordsOf(e *Event, data any, member string, depth int, words []string) []string {
	switch value := data.(type) {
	case string:
		if telling[member] || e.Source == Application && len(value) <= 4*maxTerm {
			return append(words, v.text(value)...)
		}
	case []any:
		for _, one := range value[:min(len(value), maxTargets)] {
			words = v.wordsOf(e, one, member, depth+1, words)
		}
	case map[string]any:
		if depth > 4 {
			break
		}
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
		slices.Sort(names) // the terms of one entry are the same whenever they are made
		for _, name := range names {
			words = v.wordsOf(e, value[name], name, depth+1, words)
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
