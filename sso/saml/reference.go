package saml

import (
	"crypto"
	"strings"

	"gatehouse/sso/trail"
)

// reference is what a signature covers, as its signed part says.
type reference struct {
	uri      string
	prefixes []string
	digest   crypto.Hash
	sum      []byte
}

// maxPrefixes bounds a PrefixList; real ones have one or two.
const maxPrefixes = 16

// canonicalization is how the signed part is made into bytes. Exclusive
// without comments is the one way (SAML Core §5.4.3).
func canonicalization(info *node) ([]string, *trail.Refusal) {
	method := info.only(signatureNS, "CanonicalizationMethod")
	if method == nil {
		return nil, refuse(ErrSignatureForm, trail.Signature, "a canonicalization method", "")
	}
	return exclusive(method)
}

func exclusive(n *node) ([]string, *trail.Refusal) {
	if a := n.attribute("Algorithm"); a != excC14N {
		return nil, refuse(ErrTransform, trail.Signature, excC14N, a)
	}
	if !n.built(excC14N, "InclusiveNamespaces?") {
		return nil, refuse(ErrTransform, trail.Signature, "InclusiveNamespaces at most", "")
	}
	inclusive := n.only(excC14N, "InclusiveNamespaces")
	if inclusive == nil {
		return nil, nil
	}
	prefixes := strings.Fields(inclusive.attribute("PrefixList"))
	if len(prefixes) > maxPrefixes {
		return nil, refuse(ErrTransform, trail.Signature, "few prefixes", "many")
	}
	for i, p := range prefixes {
		if p == "#default" {
			prefixes[i] = ""
		}
	}
	return prefixes, nil
}

// readReference reads the one reference of a signed part.
func readReference(info *node) (*reference, *trail.Refusal) {
	if n := len(info.elements(signatureNS, "Reference")); n != 1 {
		return nil, refuse(ErrReferences, trail.Signature, "one reference", count(n))
	}
	ref := info.only(signatureNS, "Reference")
	if !info.built(signatureNS, "CanonicalizationMethod", "SignatureMethod", "Reference") ||
		!ref.built(signatureNS, "Transforms", "DigestMethod", "DigestValue") {
		return nil, refuse(ErrSignatureForm, trail.Signature, "Transforms, DigestMethod and DigestValue", "")
	}
	prefixes, r := transforms(ref.only(signatureNS, "Transforms"))
	if r != nil {
		return nil, r
	}
	method := ref.only(signatureNS, "DigestMethod").attribute("Algorithm")
	digest, ok := digests[method]
	if !ok {
		return nil, refuse(ErrSignatureAlgorithm, trail.Signature, acceptedDigests, shortName(method))
	}
	sum, ok := decodeBase64(ref.only(signatureNS, "DigestValue").word())
	if !ok {
		return nil, refuse(ErrSignatureForm, trail.Signature, "a digest", "none that is base64")
	}
	return &reference{uri: ref.attribute("URI"), prefixes: prefixes, digest: digest, sum: sum}, nil
}

// transforms takes the enveloped signature out, then canonicalizes: exactly
// these two (SAML Core §5.4.4). XPath and XSLT would let a document say what of
// itself is signed.
func transforms(n *node) ([]string, *trail.Refusal) {
	all := n.elements(signatureNS, "Transform")
	if !n.built(signatureNS, "Transform*") || len(all) != 2 {
		return nil, refuse(ErrTransform, trail.Signature, "two transforms", count(len(all)))
	}
	if a := all[0].attribute("Algorithm"); a != enveloped || len(all[0].children) > 0 {
		return nil, refuse(ErrTransform, trail.Signature, enveloped, a)
	}
	return exclusive(all[1])
}
