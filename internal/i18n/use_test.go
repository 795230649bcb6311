package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// composed is every way that code puts a key together: what stands before and
// after a word that is chosen while running. The word itself is a literal
// somewhere, as the constants of web/hosted and the codes of problems are.
var composed = []struct{ before, after string }{
	{"problem.", ""},
	{"error.", ".title"}, {"error.", ".text"}, {"error.", ".who"},
	{"second.", ".lede"}, {"second.", ".name"},
	{"enroll.", ".choice"}, {"enroll.", ".note"},
	{"account.section.", ""}, {"account.lede.", ""}, {"account.said.", ""},
	{"account.ask.", ".title"}, {"account.ask.", ".text"}, {"account.ask.", ".action"},
}

// speakers are the directories whose literals are keys where they look like
// some. Elsewhere "organizations.read" is a permission.
var speakers = []string{"web/hosted", "web/mail", "web/gallery", "internal/mail", "internal/i18n"}

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
			see(filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator))), comment.ReplaceAllString(string(text), ""))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// literals is every string in the code that could be a key or a part of one.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	sources(t, func(_, text string) {
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			all[m[1]] = true
		}
	})
	return all
}

// A message without a use costs every translator.
func TestEveryMessageIsUsed(t *testing.T) {
	t.Parallel()
	words := literals(t)
	lines := make([]bool, len(composed))
	for key := range known[0].load() {
		used := words[key]
		for i, c := range composed {
			if word, ok := between(key, c.before, c.after); ok && words[word] {
				used, lines[i] = true, true
			}
		}
		if !used {
			t.Errorf("%s is not used: no code names it, and it is not put together as in the table here", key)
		}
	}
	for i, c := range composed {
		if !lines[i] || !words[c.before] {
			t.Errorf("no key is put together from %q and %q any more", c.before, c.after)
		}
	}
}

// between is the one word of a key that stands between two parts.
func between(key, before, after string) (string, bool) {
	word, starts := strings.CutPrefix(key, before)
	word, ends := strings.CutSuffix(word, after)
	return word, starts && ends && word != "" && !strings.Contains(word, ".")
}

// A key without a message shows the key itself to a person. Keys are what is
// handed to T and Rich, and, where pages and letters are written, whatever
// begins like one.
func TestEveryKeyHasItsMessage(t *testing.T) {
	t.Parallel()
	english, pages := known[0].load(), map[string]bool{}
	for key := range english {
		page, _, _ := strings.Cut(key, ".")
		pages[page] = true
	}
	missing := func(path, key string) {
		if _, ok := english[key]; !ok && !strings.HasSuffix(key, ".") {
			t.Errorf("%s: %q has no message", path, key)
		}
	}
	sources(t, func(path, text string) {
		for _, m := range asked.FindAllStringSubmatch(text, -1) {
			missing(path, m[1])
		}
		if !slices.Contains(speakers, filepath.ToSlash(filepath.Dir(path))) {
			return
		}
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			if page, rest, _ := strings.Cut(m[1], "."); pages[page] && rest != "" && rest != "js" {
				missing(path, m[1])
			}
		}
	})
}
