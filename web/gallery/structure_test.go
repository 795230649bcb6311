package gallery

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// faults lists what is wrong with a page's structure.
func faults(doc *html.Node) []string {
	var found []string
	fault := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	root := find(doc, "html")[0]
	if attribute(root, "lang") == "" || attribute(root, "dir") == "" {
		fault("no lang or dir")
	}
	if n := len(find(doc, "h1")); n != 1 {
		fault("%d h1", n)
	}
	if n := len(find(doc, "main")); n != 1 {
		fault("%d main", n)
	}
	if titles := find(doc, "title"); len(titles) == 0 || strings.TrimSpace(text(titles[0])) == "" {
		fault("no title")
	}
	if n := len(all(doc, func(n *html.Node) bool { return hasClass(n, "primary") })); n > 1 {
		fault("%d primary buttons", n)
	}
	if n := len(all(doc, func(n *html.Node) bool { return has(n, "autofocus") })); n > 1 {
		fault("%d things want the focus", n)
	}
	found = append(found, policyFaults(doc)...)
	found = append(found, idFaults(doc)...)
	return append(found, controlFaults(doc)...)
}

// policyFaults are what the content security policy would block.
func policyFaults(doc *html.Node) []string {
	var found []string
	for _, n := range all(doc, func(*html.Node) bool { return true }) {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				found = append(found, fmt.Sprintf("<%s %s>", n.Data, a.Key))
			}
			if strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				found = append(found, fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
			}
		}
		if n.Data == "style" || n.Data == "script" && (attribute(n, "src") == "" || text(n) != "") {
			found = append(found, "inline <"+n.Data+">")
		}
	}
	return found
}

// idFaults are ids that stand twice and references that lead nowhere.
func idFaults(doc *html.Node) []string {
	var found []string
	ids := map[string]int{}
	for _, n := range all(doc, func(n *html.Node) bool { return has(n, "id") }) {
		if ids[attribute(n, "id")]++; ids[attribute(n, "id")] == 2 {
			found = append(found, "id "+attribute(n, "id")+" twice")
		}
	}
	for _, n := range all(doc, func(*html.Node) bool { return true }) {
		for _, ref := range strings.Fields(attribute(n, "aria-describedby") + " " + attribute(n, "aria-labelledby") + " " + attribute(n, "for")) {
			if ids[ref] == 0 {
				found = append(found, fmt.Sprintf("<%s> points at %s, which is not there", n.Data, ref))
			}
		}
		if to, ok := strings.CutPrefix(attribute(n, "href"), "#"); ok && ids[to] == 0 {
			found = append(found, "a link to #"+to+", which is not there")
		}
	}
	return found
}

// controlFaults are controls without a name, and forms a page cannot send.
func controlFaults(doc *html.Node) []string {
	var found []string
	labels := map[string]bool{}
	for _, l := range find(doc, "label") {
		labels[attribute(l, "for")] = true
	}
	for _, n := range all(doc, func(n *html.Node) bool { return n.Data == "input" || n.Data == "select" || n.Data == "textarea" }) {
		hidden := attribute(n, "type") == "hidden" || attribute(n, "aria-hidden") == "true"
		if !hidden && !labels[attribute(n, "id")] && attribute(n, "aria-label") == "" && !inside(n, "label") {
			found = append(found, "no label for "+attribute(n, "name"))
		}
	}
	for _, n := range all(doc, func(n *html.Node) bool { return n.Data == "button" || n.Data == "a" || n.Data == "summary" }) {
		if strings.TrimSpace(text(n)) == "" && attribute(n, "aria-label") == "" {
			found = append(found, "a nameless <"+n.Data+">")
		}
	}
	for _, n := range find(doc, "form") {
		if attribute(n, "action") == "" || attribute(n, "method") == "" {
			found = append(found, "a form without action or method")
		}
	}
	return found
}

func all(n *html.Node, want func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	if n.Type == html.ElementNode && want(n) {
		found = append(found, n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		found = append(found, all(c, want)...)
	}
	return found
}

func find(n *html.Node, tag string) []*html.Node {
	return all(n, func(n *html.Node) bool { return n.Data == tag && n.Namespace == "" })
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasClass(n *html.Node, class string) bool {
	for _, c := range strings.Fields(attribute(n, "class")) {
		if c == class {
			return true
		}
	}
	return false
}

func inside(n *html.Node, tag string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == tag {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
	}
	return b.String()
}
