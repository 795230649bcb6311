package i18n

import (
	"sync"

	"golang.org/x/text/language"
)

// known is every language there is a catalogue for. English is first: it is
// spoken when nothing else fits, and it fills the gaps of the others.
var known = []*catalogue{
	{tag: language.English, name: "English", dir: LeftToRight, file: "en"},
	{tag: language.German, name: "Deutsch", dir: LeftToRight, file: "de"},
	{tag: language.Spanish, name: "Español", dir: LeftToRight, file: "es"},
	{tag: language.French, name: "Français", dir: LeftToRight, file: "fr"},
	{tag: language.Italian, name: "Italiano", dir: LeftToRight, file: "it"},
	{tag: language.Dutch, name: "Nederlands", dir: LeftToRight, file: "nl"},
	{tag: language.Portuguese, name: "Português", dir: LeftToRight, file: "pt"},
	{tag: language.Arabic, name: "العربية", dir: RightToLeft, file: "ar"},
	{tag: language.Hindi, name: "हिन्दी", dir: LeftToRight, file: "hi"},
	{tag: language.Japanese, name: "日本語", dir: LeftToRight, file: "ja"},
	{tag: language.Korean, name: "한국어", dir: LeftToRight, file: "ko"},
	{tag: language.Chinese, name: "简体中文", dir: LeftToRight, file: "zh"},
}

// The values of the dir attribute.
const (
	LeftToRight = "ltr"
	RightToLeft = "rtl"
)

// Language is a language that pages can be written in. The zero value is
// English; values are comparable.
type Language struct{ c *catalogue }

// English is the language of the zero value.
func English() Language { return Language{known[0]} }

// Languages lists every language there is, English first.
func Languages() []Language {
	all := make([]Language, len(known))
	for i, c := range known {
		all[i] = Language{c}
	}
	return all
}

// Lookup finds a language by its exact tag, as Tag gives it.
func Lookup(tag string) (Language, bool) {
	for _, c := range known {
		if c.file == tag {
			return Language{c}, true
		}
	}
	return Language{}, false
}

// Tag is the BCP 47 tag, for the lang attribute.
func (l Language) Tag() string { return l.catalogue().file }

// Name is what the language calls itself.
func (l Language) Name() string { return l.catalogue().name }

// Dir is the direction of writing, for the dir attribute.
func (l Language) Dir() string { return l.catalogue().dir }

func (l Language) catalogue() *catalogue {
	if l.c == nil {
		return known[0]
	}
	return l.c
}

// catalogue is one language: what it is called, and its messages once read.
type catalogue struct {
	tag  language.Tag
	name string
	dir  string
	file string // messages/<file>.json, and the tag as we print it

	once     sync.Once
	messages map[string]message
}
