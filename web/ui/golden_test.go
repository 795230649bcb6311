package ui

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// everything is each component alone and each page, by name.
func everything() map[string]templ.Component {
	all := maps.Clone(samples)
	maps.Copy(all, pages)
	return all
}

// hashes change with every stroke of an icon; the markup does not.
var hashes = regexp.MustCompile(`(/assets/[a-z-]+\.)[0-9a-f]{16}\.`)

// A change in a component's markup is a change on every page that has it: it
// should be seen in a review, not by a customer.
func TestMarkupIsAsAgreed(t *testing.T) {
	t.Parallel()
	for name, c := range everything() {
		got := hashes.ReplaceAllString(render(t, c), "${1}HASH.") + "\n"
		// One tag a line, so that a difference can be read.
		got = strings.ReplaceAll(got, "><", ">\n<")
		file := filepath.Join("testdata", "golden", name+".html")
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from %s; look at the difference, then run with -update", name, file)
		}
	}
}
