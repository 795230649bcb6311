package saml

import (
	"cmp"
	"slices"
	"strings"
)

// canonicalizer writes exclusive canonical XML without comments
// (https://www.w3.org/TR/xml-exc-c14n/), in one pass over the tree and without
// a copy of it. Tests hold it against goxmldsig's.
type canonicalizer struct {
	out      []byte
	without  *node     // the signature that an enveloped transform takes out
	prefixes []string  // InclusiveNamespaces PrefixList; "" is #default
	rendered []binding // what the output around has declared, innermost last
}

// canonical is the canonical form of an element and all below it.
func canonical(n, without *node, prefixes []string) []byte {
	c := canonicalizer{without: without, prefixes: prefixes, out: make([]byte, 0, 4096)}
	c.element(n)
	return c.out
}

func (c *canonicalizer) element(n *node) {
	mark := len(c.rendered)
	c.out = append(c.out, '<')
	c.name(n.prefix, n.local)
	c.namespaces(n)
	c.attributes(n)
	c.out = append(c.out, '>')
	for _, ch := range n.children {
		switch {
		case ch.element == nil:
			c.text(ch.text)
		case ch.element != c.without:
			c.element(ch.element)
		}
	}
	c.out = append(c.out, '<', '/')
	c.name(n.prefix, n.local)
	c.out = append(c.out, '>')
	c.rendered = c.rendered[:mark]
}

func (c *canonicalizer) name(prefix, local string) {
	if prefix != "" {
		c.out = append(append(c.out, prefix...), ':')
	}
	c.out = append(c.out, local...)
}

// namespaces declares what the element uses visibly, and what the prefix list
// names, unless the output around has declared it so.
func (c *canonicalizer) namespaces(n *node) {
	mark := len(c.rendered)
	c.need(n.prefix, n.space)
	for _, a := range n.attrs {
		if a.prefix != "" {
			c.need(a.prefix, a.space)
		}
	}
	for _, p := range c.prefixes {
		if uri, ok := n.namespace(p); ok {
			c.need(p, uri)
		}
	}
	added := c.rendered[mark:]
	if len(added) > 1 {
		slices.SortFunc(added, func(a, b binding) int { return cmp.Compare(a.prefix, b.prefix) })
	}
	for _, b := range added {
		c.out = append(c.out, " xmlns"...)
		if b.prefix != "" {
			c.out = append(append(c.out, ':'), b.prefix...)
		}
		c.quoted(b.uri)
	}
}

func (c *canonicalizer) need(prefix, uri string) {
	if prefix == "xml" {
		return
	}
	for i := len(c.rendered) - 1; i >= 0; i-- {
		if c.rendered[i].prefix == prefix {
			if c.rendered[i].uri == uri {
				return
			}
			c.rendered = append(c.rendered, binding{prefix, uri})
			return
		}
	}
	if prefix != "" || uri != "" { // xmlns="" is only said where something else held
		c.rendered = append(c.rendered, binding{prefix, uri})
	}
}

func (c *canonicalizer) attributes(n *node) {
	attrs := n.attrs
	byName := func(a, b attr) int { return cmp.Or(cmp.Compare(a.space, b.space), cmp.Compare(a.local, b.local)) }
	if !slices.IsSortedFunc(attrs, byName) {
		attrs = slices.Clone(attrs)
		slices.SortFunc(attrs, byName)
	}
	for _, a := range attrs {
		c.out = append(c.out, ' ')
		c.name(a.prefix, a.local)
		c.quoted(a.value)
	}
}

var (
	textEscapes  = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
	valueEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
)

func (c *canonicalizer) text(s string) {
	if strings.ContainsAny(s, "&<>\r") {
		s = textEscapes.Replace(s)
	}
	c.out = append(c.out, s...)
}

func (c *canonicalizer) quoted(s string) {
	if strings.ContainsAny(s, "&<\"\t\n\r") {
		s = valueEscapes.Replace(s)
	}
	c.out = append(append(append(c.out, '=', '"'), s...), '"')
}
