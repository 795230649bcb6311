package gallery

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gatehouse/internal/i18n"
)

var update = flag.Bool("update", false, "write the golden files anew")

// hashes are the content hashes in URLs; a stylesheet may change without every
// page's golden file changing with it.
var hashes = regexp.MustCompile(`\.[0-9a-f]{16}\.`)

func render(t *testing.T, e Entry, s Setting) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := e.Render(s).Render(t.Context(), &b); err != nil {
		t.Fatalf("%s: %v", e.Name, err)
	}
	return b.Bytes()
}

// A page that changes by accident is seen here first; -update accepts it.
func TestPagesAreAsTheyWere(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range Pages() {
		if seen[e.Name] {
			t.Fatalf("%s is there twice", e.Name)
		}
		seen[e.Name] = true
		got := hashes.ReplaceAll(render(t, e, Setting{}), []byte("."))
		got = append(bytes.ReplaceAll(got, []byte("><"), []byte(">\n<")), '\n')
		file := filepath.Join("testdata", e.Name+".html")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not as in %s (%v); look at it, then run with -update", e.Name, file, err)
		}
	}
	files, err := filepath.Glob("testdata/*.html")
	if err != nil || len(files) != len(seen) {
		t.Errorf("%d golden files for %d pages (%v)", len(files), len(seen), err)
	}
}

// What must hold for each page, whoever drew it: people with a screen reader,
// without script, under our content security policy, in any language.
func TestEveryPageIsWellBuilt(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Languages() {
		for _, e := range Pages() {
			page := render(t, e, Setting{Lang: lang, Theme: "dark"})
			doc, err := html.Parse(bytes.NewReader(page))
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range faults(doc) {
				t.Errorf("%s (%s): %s", e.Name, lang.Tag(), fault)
			}
			if len(page) > 30_000 {
				t.Errorf("%s: %d bytes of HTML", e.Name, len(page))
			}
			if n := attribute(find(doc, "html")[0], "lang"); n != lang.Tag() && !e.English() {
				t.Errorf("%s: lang %q", e.Name, n)
			}
		}
	}
}

// A catalogue with a hole shows its key; that must not happen on any page.
func TestNoPageShowsAKey(t *testing.T) {
	t.Parallel()
	key := regexp.MustCompile(`>[a-z_]+(\.[a-z_]+)+<`)
	for _, lang := range i18n.Languages() {
		for _, e := range Pages() {
			if e.English() {
				continue // its words come from no catalogue
			}
			if found := key.Find(render(t, e, Setting{Lang: lang})); found != nil {
				t.Errorf("%s (%s) shows %s", e.Name, lang.Tag(), found)
			}
		}
	}
}

func hidden(n *html.Node) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "hidden" })
}

// A form that failed says so in the window's title, for whoever hears it first.
func TestFailedFormsSayErrorInTheTitle(t *testing.T) {
	t.Parallel()
	for _, e := range Pages() {
		doc, err := html.Parse(bytes.NewReader(render(t, e, Setting{})))
		if err != nil {
			t.Fatal(err)
		}
		failed := len(all(doc, func(n *html.Node) bool {
			return attribute(n, "aria-invalid") == "true" || attribute(n, "role") == "alert" && !hidden(n) // a script may show it later
		})) > 0
		if title := text(find(doc, "title")[0]); failed && !strings.HasPrefix(title, "Error: ") {
			t.Errorf("%s: %q", e.Name, title)
		}
	}
}
