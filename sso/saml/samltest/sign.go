package samltest

import (
	"crypto/ecdsa"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// SignElement puts an enveloped signature behind an element's Issuer. The
// algorithm is a signature method's URI; "" is SHA-256 with the key's kind.
func (p *IdP) SignElement(el *etree.Element, algorithm string) {
	signature := p.Sign(el, algorithm)
	at := 0
	if issuer := el.FindElement("./Issuer"); issuer != nil {
		at = issuer.Index() + 1
	}
	el.InsertChildAt(at, signature)
}

// Sign is the signature of an element, enveloped, standing nowhere yet. The
// prefixes are those of an InclusiveNamespaces list.
func (p *IdP) Sign(el *etree.Element, algorithm string, prefixes ...string) *etree.Element {
	key, isECDSA := p.Key.(*ecdsa.PrivateKey)
	if algorithm == "" {
		algorithm = dsig.RSASHA256SignatureMethod
		if isECDSA {
			algorithm = dsig.ECDSASHA256SignatureMethod
		}
	}
	signer := must(dsig.NewSigningContext(p.Key, [][]byte{p.Certificate.Raw}))
	signer.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(strings.Join(prefixes, " "))
	if err := signer.SetSignatureMethod(algorithm); err != nil {
		panic(err)
	}
	signature := must(signer.ConstructSignature(el, true))
	if isECDSA {
		value := signature.FindElement("./SignatureValue")
		value.SetText(base64.StdEncoding.EncodeToString(sideBySide(key, must(base64.StdEncoding.DecodeString(value.Text())))))
	}
	return signature
}

// sideBySide is an ECDSA signature as XML Signature §6.4.3 has it; goxmldsig
// leaves it in ASN.1.
func sideBySide(key *ecdsa.PrivateKey, der []byte) []byte {
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		panic(err)
	}
	size := (key.Params().N.BitLen() + 7) / 8
	out := make([]byte, 2*size)
	rs.R.FillBytes(out[:size])
	rs.S.FillBytes(out[size:])
	return out
}
