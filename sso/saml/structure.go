package saml

import (
	"slices"
	"strings"

	"gatehouse/sso/trail"
)

// checkStructure is what wrapping attacks break (SECURITY.md S1, S2): a
// response holds one assertion, plain or encrypted, as its direct child, and
// signatures stand in the response and in that assertion and nowhere else.
func checkStructure(root *node) *trail.Refusal {
	if v := root.attribute("Version"); v != "2.0" {
		return refuse(ErrVersion, trail.Structure, "2.0", v)
	}
	if r := checkPlaces(root); r != nil {
		return r
	}
	if !builtAsResponse(root) {
		return refuse(ErrStructure, trail.Structure, "Issuer, Signature, Extensions, Status and the assertion", childNames(root))
	}
	return nil
}

// builtAsResponse is SAML Core §3.2.2 and §3.3.3, with the children in any
// order: some providers sign last.
func builtAsResponse(root *node) bool {
	for _, c := range root.children {
		switch {
		case c.element == nil:
			if spaceless(c.text) != "" {
				return false
			}
		case c.element.is(assertionNS, "Issuer"), c.element.is(signatureNS, "Signature"),
			c.element.is(protocolNS, "Extensions"), c.element.is(protocolNS, "Status"),
			c.element.is(assertionNS, "Assertion"), c.element.is(assertionNS, "EncryptedAssertion"):
		default:
			return false
		}
	}
	return root.only(protocolNS, "Status") != nil && len(root.elements(assertionNS, "Issuer")) <= 1 && len(root.elements(protocolNS, "Extensions")) <= 1
}

// checkPlaces counts, over the whole document, what may be there once or in
// one place.
func checkPlaces(root *node) *trail.Refusal {
	assertions, misplaced := 0, ""
	root.walk(func(n *node) {
		switch {
		case n.is(assertionNS, "Assertion"), n.is(assertionNS, "EncryptedAssertion"):
			assertions++
			if n.parent != root && n != root {
				misplaced = n.local
			}
		case n.is(signatureNS, "Signature"):
			if n.parent != root && !(n.parent.is(assertionNS, "Assertion") && (n.parent.parent == root || n.parent == root)) {
				misplaced = n.local
			}
		case n.is(protocolNS, "Response") && n != root:
			misplaced = n.local
		}
	})
	switch {
	case assertions > 1:
		return refuse(ErrAssertions, trail.Structure, "one assertion", count(assertions))
	case misplaced != "":
		return refuse(ErrStructure, trail.Structure, "", misplaced+" in a place where none belongs")
	}
	return nil
}

// theAssertion is the one assertion of a response, and whether it is encrypted.
func theAssertion(root *node) (*node, bool) {
	if n := root.only(assertionNS, "EncryptedAssertion"); n != nil {
		return n, true
	}
	return root.only(assertionNS, "Assertion"), false
}

var assertionChildren = []string{"Issuer", "Subject", "Conditions", "Advice", "Statement", "AuthnStatement", "AuthzDecisionStatement", "AttributeStatement"}

// checkAssertion is SAML Core §2.3.3: what may be in an assertion, and what at
// most once.
func checkAssertion(a *node) *trail.Refusal {
	if v := a.attribute("Version"); v != "2.0" {
		return refuse(ErrVersion, trail.Structure, "2.0", v)
	}
	if a.attribute("ID") == "" {
		return refuse(ErrStructure, trail.Structure, "an id", "none")
	}
	for _, c := range a.children {
		if n := c.element; n != nil && !n.is(signatureNS, "Signature") && (n.space != assertionNS || !slices.Contains(assertionChildren, n.local)) {
			return refuse(ErrStructure, trail.Structure, "", n.local+" in the assertion")
		}
	}
	for _, once := range []string{"Issuer", "Subject", "Conditions", "Advice"} {
		if n := len(a.elements(assertionNS, once)); n > 1 {
			return refuse(ErrStructure, trail.Structure, "one "+once, count(n))
		}
	}
	return nil
}

func childNames(n *node) string {
	var names []string
	for _, c := range n.children {
		if c.element != nil {
			names = append(names, c.element.local)
		}
	}
	return strings.Join(names, ", ")
}
