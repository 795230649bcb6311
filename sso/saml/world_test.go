package saml

import (
	"crypto/x509"
	"sync"
	"testing"
	"time"

	"gatehouse/sso/saml/samltest"
	"gatehouse/sso/trail"
)

// The connection that every test is about.
const (
	ourEntityID = "https://auth.example/sso/saml/conn-01J/metadata"
	ourACS      = "https://auth.example/sso/saml/conn-01J/acs"
	ourSLO      = "https://auth.example/sso/saml/conn-01J/slo"
	theirID     = "https://idp.example/saml"
	requestID   = "_request-1"
)

var ourKey = sync.OnceValue(func() *Key {
	k, err := NewKey("gatehouse test", time.Now())
	if err != nil {
		panic(err)
	}
	return k
})

// connection is our side of a connection with a provider.
func connection(p *samltest.IdP) Settings {
	return Settings{
		EntityID: ourEntityID, ACSURL: ourACS, SLOURL: ourSLO, SigningKey: ourKey(), DecryptionKeys: []*Key{ourKey()},
		IdPEntityID: theirID, SSOURL: "https://idp.example/sso", IdPSLOURL: "https://idp.example/slo",
		Certificates: []*x509.Certificate{p.Certificate}, SignRequests: true,
	}
}

// honest is an answer that must be accepted.
func honest() samltest.Answer {
	return samltest.Answer{
		ACSURL: ourACS, Audience: ourEntityID, RequestID: requestID, NameID: "ada@a.example", NameIDFormat: FormatEmail, SessionIndex: "_session-1",
		Attributes: []samltest.Attribute{{Name: "email", Values: []string{"ada@a.example"}}, {Name: "groups", FriendlyName: "Groups", Values: []string{"staff", "admins"}}},
	}
}

func expected() Expect { return Expect{RequestID: requestID, Now: time.Now()} }

// verify reads and verifies a field.
func verify(s Settings, field string, e Expect) (*Assertion, *trail.Trail, error) {
	r, err := ReadResponse(field)
	if err != nil {
		return nil, nil, err
	}
	return s.Verify(r, e)
}

// accepted fails the test unless a response is accepted.
func accepted(t *testing.T, s Settings, a samltest.Answer, p *samltest.IdP) *Assertion {
	t.Helper()
	got, steps, err := verify(s, p.Respond(a), expected())
	if err != nil {
		t.Fatalf("refused: %v: %+v\ntrail %+v", err, trail.As(err), steps)
	}
	return got
}

// refused fails the test unless a field is refused with that code.
func refused(t *testing.T, s Settings, field, code string) *trail.Refusal {
	t.Helper()
	got, _, err := verify(s, field, expected())
	r := trail.As(err)
	if r == nil {
		t.Fatalf("accepted as %+v, want %s", got, code)
	}
	if r.Code() != code {
		t.Errorf("refused with %s (%+v), want %s", r.Code(), r, code)
	}
	return r
}

// describe is all that anybody is told about a refusal.
func describe(steps *trail.Trail, err error) string {
	r := trail.As(err)
	text := r.Error() + "|" + r.Check + "|" + r.Expected + "|" + r.Received
	for _, s := range steps.Steps {
		text += "|" + s.Check + "=" + string(s.Outcome) + " " + s.Detail + s.Expected + s.Received
	}
	return text
}
