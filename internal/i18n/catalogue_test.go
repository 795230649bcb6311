package i18n

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// needs is what a message wants filled in, and how: "count, plural", "<b>".
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
		for _, branch := range n.branches {
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

// The design's list of words that people never see (section 8).
func TestBannedWords(t *testing.T) {
	t.Parallel()
	banned := regexp.MustCompile(`(?i)\b(please|oops|successful(ly)?|log ?in|tenant|IdP|2FA|submit|bitte|einloggen)\b|!`)
	for _, c := range known {
		for key, m := range c.load() {
			words := strings.Join(texts(m), " ")
			if found := banned.FindString(words); found != "" {
				t.Errorf("%s: %s says %q", c.file, key, found)
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

var (
	literal = regexp.MustCompile(`"([a-z0-9_.]+)"`)
	comment = regexp.MustCompile(`(?m)^\s*//.*$`)
	asked   = regexp.MustCompile(`\.(?:T|Rich)\(\s*"([^"]+)"`)
)

// sources reads every Go and templ file of the tree that is neither generated
// nor a test.
func sources(t *testing.T, see func(path, text string)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "examples") {
				return filepath.SkipDir
			}
			return nil
		}
		code := strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".go")
		if !code || strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil {
			see(path, comment.ReplaceAllString(string(text), ""))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A key without a message shows the key itself to a person; a message without
// a use costs every translator. A key is used where it stands as a literal, or
// is put together from a literal "prefix." and a literal next word.
func TestEveryKeyHasItsUseAndItsMessage(t *testing.T) {
	t.Parallel()
	english := known[0].load()
	literals := map[string]bool{}
	sources(t, func(path, text string) {
		for _, m := range asked.FindAllStringSubmatch(text, -1) {
			if _, ok := english[m[1]]; !ok && !strings.HasSuffix(m[1], ".") {
				t.Errorf("%s: %q has no message", path, m[1])
			}
		}
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			literals[m[1]] = true
		}
	})
	for key := range english {
		if !literals[key] && !composed(key, literals) {
			t.Errorf("%s is not used", key)
		}
	}
}

func composed(key string, literals map[string]bool) bool {
	for i, r := range key {
		if r != '.' {
			continue
		}
		next, _, _ := strings.Cut(key[i+1:], ".")
		if literals[key[:i+1]] && literals[next] {
			return true
		}
	}
	return false
}

// Reading a language must not be felt at start-up or on its first page.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := read("de"); err != nil {
			b.Fatal(err)
		}
	}
}
