package saml

import (
	"testing"

	"gatehouse/sso/saml/samltest"
)

// Providers sign the assertion, the response or both; each way must work.
func TestSignaturesWhereProvidersPutThem(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	for name, sign := range map[string]int{"assertion": samltest.SignAssertion, "response": samltest.SignResponse, "both": samltest.SignBoth} {
		t.Run(name, func(t *testing.T) {
			a := honest()
			a.Sign = sign
			got := accepted(t, connection(p), a, p)
			if got.NameID != "ada@a.example" || got.SessionIndex != "_session-1" || len(got.Attributes) != 2 || got.Attributes[1].Values[1] != "admins" || got.SignedBy != Fingerprint(p.Certificate) {
				t.Errorf("assertion %+v", got)
			}
		})
	}
}
