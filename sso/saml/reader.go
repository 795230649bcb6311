package saml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// limits bound a document before anything else looks at it. Memory and time
// grow with the document alone, and the document cannot grow.
type limits struct {
	bytes, elements, depth, attributes int
}

var (
	// A response with 1,500 groups has 120 KB and 1,600 elements.
	messageLimits = limits{bytes: 512 << 10, elements: 20_000, depth: 40, attributes: 64}
	// Entra's metadata has 90 KB; AD FS writes 60 KB.
	metadataLimits = limits{bytes: 1 << 20, elements: 50_000, depth: 40, attributes: 64}
)

// maxBindings bounds the namespace declarations in force at one place, so that
// looking one up is cheap.
const maxBindings = 64

// maxSpelled bounds the namespaces of all names together, as a multiple of the
// bytes that a document may have: the canonical form spells them out, and one
// that is declared once and long would be written for each element that uses
// it.
const maxSpelled = 8

// unreadable is why a document was refused before its meaning was looked at.
type unreadable struct {
	what  string // for the admin
	large bool   // it broke a limit
}

func (u *unreadable) Error() string { return u.what }

func malformed(what string) error { return &unreadable{what: what} }
func tooLarge(what string) error  { return &unreadable{what: what, large: true} }

// reader makes a tree of a document, and refuses whatever two readers could
// see differently: the sort of thing that wrapping and round-trip attacks are
// made of (SECURITY.md S3, S4). encoding/xml is its tokenizer, and
// RawToken alone, whose namespaces are done here.
type reader struct {
	limits
	tokens   *xml.Decoder
	root, at *node
	text     []byte // of the element that is open, since its last child
	context  *node  // whose namespaces are in force around the root; nil for a whole document
	depth    int
	count    int
	bound    int
	spelled  int
	ids      map[string]bool
}

// read makes a tree of a whole document.
func read(document []byte, l limits) (*node, error) {
	return readWithin(document, l, nil, map[string]bool{})
}

// readWithin makes a tree of an element that stands inside of context, as
// decrypted ones do (XML Encryption §4.3), where ids are taken already.
func readWithin(document []byte, l limits, context *node, ids map[string]bool) (*node, error) {
	if len(document) > l.bytes {
		return nil, tooLarge("the document is too large")
	}
	if !utf8.Valid(document) {
		return nil, malformed("the document is not UTF-8")
	}
	r := &reader{limits: l, tokens: xml.NewDecoder(bytes.NewReader(document)), context: context, ids: ids}
	for first := true; ; first = false {
		token, err := r.tokens.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, malformed("the document is not well-formed XML")
		}
		if err := r.take(token, first); err != nil {
			return nil, err
		}
	}
	if r.root == nil || r.at != nil {
		return nil, malformed("the document ends too early")
	}
	return r.root, nil
}

func (r *reader) take(token xml.Token, first bool) error {
	switch t := token.(type) {
	case xml.StartElement:
		return r.open(t)
	case xml.EndElement:
		return r.close(t.Name)
	case xml.CharData:
		return r.write(t)
	case xml.Comment:
		return nil
	case xml.ProcInst:
		if first && t.Target == "xml" {
			return nil // the declaration; encoding/xml took no encoding but UTF-8
		}
		return malformed("the document has a processing instruction")
	}
	return malformed("the document has a DOCTYPE") // and no other directive survives here
}

func (r *reader) open(t xml.StartElement) error {
	switch {
	case r.at == nil && r.root != nil:
		return malformed("the document has a second root")
	case r.depth == r.limits.depth:
		return tooLarge("the document is nested too deep")
	case r.count == r.limits.elements:
		return tooLarge("the document has too many elements")
	case len(t.Attr) > r.limits.attributes:
		return tooLarge("an element has too many attributes")
	case !plainName(t.Name):
		return malformed("an element has a name with several colons")
	}
	r.flush()
	n := &node{prefix: t.Name.Space, local: t.Name.Local, parent: r.at}
	if r.at == nil {
		n.parent = r.context
		r.root = n
	} else {
		r.at.children = append(r.at.children, child{element: n})
	}
	r.at = n
	r.depth++
	r.count++
	return r.name(n, t.Attr)
}

func (r *reader) close(name xml.Name) error {
	if r.at == nil || r.at.prefix != name.Space || r.at.local != name.Local {
		return malformed("an element is closed that was not open")
	}
	r.flush()
	r.bound -= len(r.at.declared)
	r.depth--
	if r.at == r.root {
		r.at = nil
	} else {
		r.at = r.at.parent
	}
	return nil
}

func (r *reader) write(text xml.CharData) error {
	if r.at == nil {
		if len(bytes.Trim(text, " \t\r\n")) > 0 {
			return malformed("there is text outside of the document's element")
		}
		return nil
	}
	r.text = append(r.text, text...)
	return nil
}

// flush makes one text of all that came since the last element, whatever
// comments and CDATA sections were between.
func (r *reader) flush() {
	if len(r.text) > 0 {
		r.at.children = append(r.at.children, child{text: string(r.text)})
		r.text = r.text[:0]
	}
}

// plainName says whether a name is one that a round trip keeps: at most one
// colon, with something on both sides (Namespaces in XML §4).
func plainName(n xml.Name) bool {
	return n.Local != "" && !strings.Contains(n.Local, ":") && n.Space != "xmlns"
}
