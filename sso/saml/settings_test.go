package saml

import (
	"testing"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso/saml/samltest"
	"gatehouse/sso/trail"
)

// A connection whose provider has no name yet must not take everybody who has
// none either.
func TestIncompleteSettingsTrustNobody(t *testing.T) {
	t.Parallel()
	p := samltest.New("")
	a := honest()
	a.ACSURL, a.Audience = "", ""
	a.Before = func(r *etree.Element) { r.FindElement("./Assertion/Issuer").SetText("") }
	for name, forget := range map[string]func(*Settings){
		"our entity ID":   func(s *Settings) { s.EntityID = "" },
		"our ACS":         func(s *Settings) { s.ACSURL = "" },
		"their entity ID": func(s *Settings) { s.IdPEntityID = "" },
		"all":             func(s *Settings) { s.EntityID, s.ACSURL, s.IdPEntityID = "", "", "" },
	} {
		s := connection(p)
		forget(&s)
		if got := refused(t, s, p.Respond(a), "saml_settings_incomplete"); got == nil {
			t.Errorf("without %s", name)
		}
	}
}

// An admin sets the skew, and no admin sets an hour of it.
func TestClockSkewIsBounded(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	field := p.Respond(honest())
	for _, test := range []struct{ skew, beyond time.Duration }{
		{0, DefaultClockSkew}, {10 * time.Second, 10 * time.Second}, {time.Hour, MaxClockSkew}, {-time.Hour, DefaultClockSkew},
	} {
		s := connection(p)
		s.ClockSkew = test.skew
		for offset, want := range map[time.Duration]bool{-3 * time.Second: true, 3 * time.Second: false} {
			e := Expect{RequestID: requestID, Now: time.Now().Add(5*time.Minute + test.beyond + offset)}
			if _, _, err := verify(s, field, e); (err == nil) != want {
				t.Errorf("skew %s, %s from the end: %v", test.skew, offset, err)
			}
		}
	}
}

// What has to be remembered against replay must end with the assertion, or the
// table grows for ever; and not before, or it can be used twice.
func TestAssertionsAreRememberedAsLongAsTheyVerify(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	for _, lifetime := range []time.Duration{time.Minute, 24 * time.Hour} {
		a := honest()
		a.Now, a.Lifetime = casesAt, lifetime
		s := connection(p)
		got, _, err := verify(s, p.Respond(a), Expect{RequestID: requestID, Now: casesAt})
		if err != nil {
			t.Fatal(err)
		}
		if end := casesAt.Add(min(lifetime, maxLifetime)); !got.NotOnOrAfter.Equal(end) || !got.RememberUntil.Equal(end.Add(DefaultClockSkew)) {
			t.Errorf("%s: until %s, remembered until %s", lifetime, got.NotOnOrAfter, got.RememberUntil)
		}
		if _, _, err := verify(s, p.Respond(a), Expect{RequestID: requestID, Now: got.RememberUntil}); err == nil {
			t.Errorf("%s: verifies when it is forgotten", lifetime)
		}
	}
}

// The same where one bearer confirmation ends before another: the assertion
// still verifies by the second when the first has ended.
func TestAShortConfirmationForgetsNothing(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	a := honest()
	a.Now, a.Lifetime = casesAt, 30*time.Minute
	on(confirmationAt, func(el *etree.Element) {
		short := el.Copy()
		short.FindElement("./SubjectConfirmationData").CreateAttr("NotOnOrAfter", casesAt.Add(time.Minute).Format(time.RFC3339))
		el.Parent().InsertChildAt(el.Index(), short)
	})(&a)
	s, field := connection(p), p.Respond(a)
	got, _, err := verify(s, field, Expect{RequestID: requestID, Now: casesAt})
	if err != nil {
		t.Fatal(err)
	}
	late := Expect{RequestID: requestID, Now: casesAt.Add(20 * time.Minute)}
	if _, _, err := verify(s, field, late); err != nil {
		t.Fatalf("the second confirmation does not hold: %v", err)
	}
	if got.RememberUntil.Before(late.Now) || got.NotOnOrAfter.Before(late.Now) {
		t.Errorf("forgotten at %s, and it verifies at %s", got.RememberUntil, late.Now)
	}
}

// An admin must see what was expected and what came, in the provider's own
// words, and which check it was.
func TestRefusalsSayWhatCame(t *testing.T) {
	t.Parallel()
	p, stranger := samltest.New(theirID), samltest.Other(theirID)
	s := connection(p)
	other := honest()
	other.Audience = "https://other.example/metadata"
	status := honest()
	status.Status = []string{"urn:oasis:names:tc:SAML:2.0:status:Responder", "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"}
	status.StatusMessage = "AADSTS50105: The signed in user is not\nassigned."
	sha1 := honest()
	sha1.Signature = signatureNS + "rsa-sha1"
	for _, test := range []struct {
		field string
		want  trail.Refusal
	}{
		{p.Respond(other), trail.Refusal{Problem: ErrAudience, Check: trail.Audience, Expected: ourEntityID, Received: other.Audience}},
		{p.Respond(status), trail.Refusal{Problem: ErrStatus, Check: trail.Status, Expected: "Success", Received: "Responder / AuthnFailed: AADSTS50105: The signed in user is not assigned."}},
		{p.Respond(sha1), trail.Refusal{Problem: ErrSignatureAlgorithm, Check: trail.Signature, Expected: acceptedSignatures, Received: "rsa-sha1"}},
		{stranger.Respond(honest()), trail.Refusal{Problem: ErrSignature, Check: trail.Signature, Expected: Fingerprint(p.Certificate), Received: Fingerprint(stranger.Certificate)}},
	} {
		if got := refused(t, s, test.field, test.want.Code()); *got != test.want {
			t.Errorf("got  %+v\nwant %+v", *got, test.want)
		}
	}
}

// The trail is what an admin reads: all checks in order, the rest skipped.
func TestTrailListsTheChecksInOrder(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	a := honest()
	a.Audience = "https://other.example"
	_, steps, _ := verify(connection(p), p.Respond(a), expected())
	want := []trail.Outcome{trail.Passed, trail.Passed, trail.Passed, trail.Skipped, trail.Passed, trail.Passed, trail.Failed, trail.Skipped, trail.Skipped, trail.Skipped}
	for i, step := range steps.Steps {
		if step.Check != checks[i].name || step.Outcome != want[i] {
			t.Errorf("step %d: %+v, want %s %s", i, step, checks[i].name, want[i])
		}
	}
	if len(steps.Steps) != len(checks) {
		t.Errorf("%d steps", len(steps.Steps))
	}
}
