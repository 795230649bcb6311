package ui

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"gatehouse/web/assets"
)

// The pages' policy blocks inline style and script: what one of them did would
// silently not happen.
func TestNoInlineStyleOrScript(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	banned := regexp.MustCompile(`style=|<style|<script>|<script [^>]*type=|\son[a-z]+=|javascript:`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := banned.Find(source); found != nil {
			t.Errorf("%s holds %q", file, found)
		}
	}
	for name, c := range everything() {
		walk(parse(t, c), func(n *html.Node) {
			if attr(n, "style") != "" || n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
				t.Errorf("%s: <%s> is inline", name, n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
					t.Errorf("%s: <%s> has %s=%q", name, n.Data, a.Key, a.Val)
				}
			}
		})
	}
}

// Someone who cannot see the page hears the name of a control, or "edit text".
func TestEveryControlHasAName(t *testing.T) {
	t.Parallel()
	for name, c := range everything() {
		root := parse(t, c)
		labelled := map[string]bool{}
		walk(root, func(n *html.Node) {
			if n.Data == "label" && text(n) != "" {
				labelled[attr(n, "for")] = true
			}
		})
		walk(root, func(n *html.Node) {
			switch n.Data {
			case "input", "select", "textarea":
				hidden := attr(n, "type") == "hidden" || attr(n, "aria-hidden") == "true"
				wrapped := within(n, "label") != nil && text(within(n, "label")) != ""
				if !hidden && !wrapped && (attr(n, "id") == "" || !labelled[attr(n, "id")]) {
					t.Errorf("%s: <%s name=%q> has no label", name, n.Data, attr(n, "name"))
				}
			case "button", "a", "summary":
				if text(n) == "" && attr(n, "aria-label") == "" {
					t.Errorf("%s: <%s> has no name", name, n.Data)
				}
			case "svg":
				if attr(n, "aria-hidden") != "true" && attr(n, "aria-label") == "" {
					t.Errorf("%s: a picture is neither named nor hidden", name)
				}
			case "nav", "dialog":
				if attr(n, "aria-label") == "" && attr(n, "aria-labelledby") == "" {
					t.Errorf("%s: <%s> has no name", name, n.Data)
				}
			}
		})
	}
}

// A hint that points nowhere is never read.
func TestReferencesLeadSomewhere(t *testing.T) {
	t.Parallel()
	for name, c := range everything() {
		root, ids := parse(t, c), map[string]int{}
		walk(root, func(n *html.Node) {
			if id := attr(n, "id"); id != "" {
				ids[id]++
			}
		})
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s: id %q is there %d times", name, id, n)
			}
		}
		walk(root, func(n *html.Node) {
			for _, key := range []string{"aria-describedby", "aria-labelledby", "popovertarget", "data-reveal", "for"} {
				for id := range strings.FieldsSeq(attr(n, key)) {
					if ids[id] == 0 {
						t.Errorf("%s: %s=%q leads nowhere", name, key, id)
					}
				}
			}
		})
	}
}

// An icon that is not in the sprite is a hole on the page.
func TestIconsAreInTheSprite(t *testing.T) {
	t.Parallel()
	sprite, err := os.ReadFile("../assets/files/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range everything() {
		walk(parse(t, c), func(n *html.Node) {
			if n.Data != "use" {
				return
			}
			url, icon, _ := strings.Cut(attr(n, "href"), "#")
			if url != assets.URL("icons.svg") || !strings.Contains(string(sprite), `id="`+icon+`"`) {
				t.Errorf("%s: no icon %q", name, attr(n, "href"))
			}
		})
	}
}

// One h1, one main, and headings without gaps: how a page is read by ear.
func TestPagesHaveAnOutline(t *testing.T) {
	t.Parallel()
	for name, c := range pages {
		count, last := map[string]int{}, 0
		walk(parse(t, c), func(n *html.Node) {
			count[n.Data]++
			if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
				level := int(n.Data[1] - '0')
				if level > last+1 {
					t.Errorf("%s: %s comes after h%d", name, n.Data, last)
				}
				last = level
			}
		})
		if count["h1"] != 1 || count["main"] != 1 || count["title"] != 1 {
			t.Errorf("%s: %d h1, %d main, %d title", name, count["h1"], count["main"], count["title"])
		}
	}
}

// A secret must never be sent back into a password field.
func TestPasswordKeepsNoValue(t *testing.T) {
	t.Parallel()
	if out := render(t, samples["password"]); strings.Contains(out, "never shown") {
		t.Error("the value came back")
	}
}

// The whole first page, stylesheet included, in the design's 60 KB.
func TestLoginPageIsSmall(t *testing.T) {
	t.Parallel()
	page := len(render(t, pages["page-login"]))
	if page > 10<<10 {
		t.Errorf("%d bytes of HTML", page)
	}
}

// What is coloured must still be what was logged.
func TestHighlightChangesNothing(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`{"a":"\\\"}","b":[true,null,-2e9,{}],"":""}`, `"x"`, `[]`, `12`, `null`} {
		var b strings.Builder
		for _, tok := range highlight(in) {
			b.WriteString(tok.text)
		}
		if got := strings.NewReplacer("\n", "", " ", "").Replace(b.String()); got != in {
			t.Errorf("%s became %s", in, got)
		}
	}
}

func parse(t *testing.T, c templ.Component) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(render(t, c)))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func walk(n *html.Node, see func(*html.Node)) {
	if n.Type == html.ElementNode {
		see(n)
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		walk(child, see)
	}
}

func attr(n *html.Node, key string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func within(n *html.Node, tag string) *html.Node {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == tag {
			return p
		}
	}
	return nil
}

func text(n *html.Node) string {
	var b strings.Builder
	var gather func(*html.Node)
	gather = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			gather(child)
		}
	}
	gather(n)
	return strings.TrimSpace(b.String())
}
