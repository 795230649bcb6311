package i18n

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// needs is what a message wants filled in, and how: "count, plural", "<b>",
// "which: terms".
func needs(m message, into map[string]bool) map[string]bool {
	names := map[kind]string{kindValue: "", kindNumber: "", kindPlural: ", plural", kindSelect: ", select"}
	for _, n := range m {
		if form, ok := names[n.kind]; ok {
			into[n.text+form] = true
		}
		if n.kind == kindTag {
			into["<"+n.text+">"] = true
		}
		needs(n.children, into)
		for name, branch := range n.branches {
			if n.kind == kindSelect {
				into[n.text+": "+name] = true
			}
			needs(branch, into)
		}
	}
	return into
}

// A message missing from a language shows English in the middle of a page; one
// with another variable shows a hole.
func TestLanguagesAreComplete(t *testing.T) {
	t.Parallel()
	english := known[0].load()
	for _, c := range known[1:] {
		messages := c.load()
		for key, m := range english {
			there, ok := messages[key]
			if !ok {
				t.Errorf("%s: %s is missing", c.file, key)
				continue
			}
			want, got := needs(m, map[string]bool{}), needs(there, map[string]bool{})
			for n := range want {
				if !got[n] {
					t.Errorf("%s: %s does without {%s}", c.file, key, n)
				}
			}
			for n := range got {
				if !want[n] {
					t.Errorf("%s: %s has {%s}, which nobody fills in", c.file, key, n)
				}
			}
		}
		for key := range messages {
			if _, ok := english[key]; !ok {
				t.Errorf("%s: %s is not in English", c.file, key)
			}
		}
	}
}

// JSON lets a key stand twice and keeps the last; a catalogue must not.
func TestNoKeyStandsTwice(t *testing.T) {
	t.Parallel()
	for _, c := range known {
		data, err := files.ReadFile("messages/" + c.file + ".json")
		if err != nil {
			t.Fatal(err)
		}
		seen, key := map[string]bool{}, true
		for d := json.NewDecoder(bytes.NewReader(data)); ; key = !key {
			token, err := d.Token()
			if err != nil {
				break
			}
			name, ok := token.(string)
			if !ok {
				key = !key // a brace is no turn
				continue
			}
			if key && seen[name] {
				t.Errorf("%s: %s stands twice", c.file, name)
			}
			if key {
				seen[name] = true
			}
		}
		if len(seen) != len(c.load()) {
			t.Errorf("%s: read %d keys of %d", c.file, len(seen), len(c.load()))
		}
	}
}

// A file without a line in languages.go is a language that nobody gets.
func TestEveryFileIsALanguage(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(files, "messages/*.json")
	if err != nil || len(names) != len(known) {
		t.Fatalf("%d files for %d languages (%v)", len(names), len(known), err)
	}
	for _, c := range known {
		if c.tag.String() != c.file || !slices.Contains(names, "messages/"+c.file+".json") {
			t.Errorf("%s has no file of its own", c.file)
		}
	}
}

// banned is the design's list of words that people never see (section 8), and
// what stands for "please" in the other languages.
var banned = map[string]*regexp.Regexp{
	"":   regexp.MustCompile(`(?i)[!¡！]|\b(tenant|IdP|2FA)\b`),
	"en": regexp.MustCompile(`(?i)\b(please|oops|successful(ly)?|log ?in|submit)\b`),
	"de": regexp.MustCompile(`(?i)\b(bitte|einloggen)\b`),
	"es": regexp.MustCompile(`(?i)\b(por favor|loguear)`),
	"fr": regexp.MustCompile(`(?i)veuillez|s’il vous plaît|se loguer`),
	"it": regexp.MustCompile(`(?i)per favore|si prega|loggar`),
	"nl": regexp.MustCompile(`(?i)alsjeblieft|alstublieft|gelieve`),
	"pt": regexp.MustCompile(`(?i)por favor|fazer login|logar\b`),
	"ar": regexp.MustCompile(`من فضلك|يرجى|الرجاء`),
	"hi": regexp.MustCompile(`कृपया|लॉग ?इन`),
	"ja": regexp.MustCompile(`ログイン|どうか`),
	"ko": regexp.MustCompile(`제발|부디`),
	"zh": regexp.MustCompile(`登陆|账户|账号`), // 登录 and 帐户, as everywhere else here
}

func TestBannedWords(t *testing.T) {
	t.Parallel()
	for _, c := range known {
		for key, m := range c.load() {
			words := strings.Join(texts(m), " ")
			for _, list := range []string{"", c.file} {
				if found := banned[list].FindString(words); found != "" {
					t.Errorf("%s: %s says %q", c.file, key, found)
				}
			}
		}
	}
}

func texts(m message) []string {
	var all []string
	for _, n := range m {
		if n.kind == kindText {
			all = append(all, n.text)
		}
		all = append(all, texts(n.children)...)
		for _, b := range n.branches {
			all = append(all, texts(b)...)
		}
	}
	return all
}

// Reading a language must not be felt at start-up or on its first page.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := read("de"); err != nil {
			b.Fatal(err)
		}
	}
}
