package saml

import (
	"slices"
	"strings"
)

// node is an element of a document that the strict reader let through. There
// is one tree for everything: what is checked, what is canonicalized and what
// is read are the same nodes.
type node struct {
	prefix, local, space string
	attrs                []attr    // without namespace declarations
	declared             []binding // the namespace declarations
	children             []child
	parent               *node
}

type attr struct{ prefix, local, space, value string }

type binding struct{ prefix, uri string }

// child is an element, or text where element is nil. Comments are gone and the
// text on both sides of one is one text: "admin@a.example<!-- -->.evil.example"
// has no other reading here.
type child struct {
	element *node
	text    string
}

func (n *node) is(space, local string) bool { return n.space == space && n.local == local }

// attribute is the value of an attribute without namespace, or "".
func (n *node) attribute(local string) string {
	for _, a := range n.attrs {
		if a.space == "" && a.local == local {
			return a.value
		}
	}
	return ""
}

// elements are the child elements of that name, in order.
func (n *node) elements(space, local string) []*node {
	var all []*node
	for _, c := range n.children {
		if c.element != nil && c.element.is(space, local) {
			all = append(all, c.element)
		}
	}
	return all
}

// only is the single child element of that name: nil where there is none or
// more than one.
func (n *node) only(space, local string) *node {
	if all := n.elements(space, local); len(all) == 1 {
		return all[0]
	}
	return nil
}

// text is the whole text of an element that has no child elements.
func (n *node) text() (string, bool) {
	var text string
	for _, c := range n.children {
		if c.element != nil {
			return "", false
		}
		text += c.text // one text: the reader merges neighbours
	}
	return text, true
}

// word is text without the spaces around it, or "" where there are elements.
func (n *node) word() string {
	if n == nil {
		return ""
	}
	text, ok := n.text()
	if !ok {
		return ""
	}
	return spaceless(text)
}

// built says whether the child elements are exactly those of one namespace
// whose names are given, in that order; names that end in "?" may be left out,
// and those that end in "*" may also be repeated.
func (n *node) built(space string, names ...string) bool {
	at := 0
	for _, c := range n.children {
		if c.element == nil {
			if spaceless(c.text) != "" {
				return false
			}
			continue
		}
		for at < len(names) && !(c.element.is(space, strings.TrimRight(names[at], "?*"))) {
			if !strings.HasSuffix(names[at], "?") && !strings.HasSuffix(names[at], "*") {
				return false
			}
			at++
		}
		if at == len(names) {
			return false
		}
		if !strings.HasSuffix(names[at], "*") {
			at++
		}
	}
	return !slices.ContainsFunc(names[at:], func(s string) bool { return !strings.HasSuffix(s, "?") && !strings.HasSuffix(s, "*") })
}

// walk visits the element and all below it, in document order.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, c := range n.children {
		if c.element != nil {
			c.element.walk(visit)
		}
	}
}

// namespace is what a prefix means at an element: "" for the default
// namespace where none is declared.
func (n *node) namespace(prefix string) (string, bool) {
	if prefix == "xml" {
		return xmlNS, true
	}
	for ; n != nil; n = n.parent {
		for _, b := range n.declared {
			if b.prefix == prefix {
				return b.uri, true
			}
		}
	}
	return "", prefix == ""
}
