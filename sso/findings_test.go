package sso_test

import (
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso"
)

// An admin promotes on these numbers: sign-ins before the trial, unfinished
// ones and those of other connections must not be among them.
func TestFindingsCountWhatTheCandidateWouldHaveDone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		c := make1(t, d, org, newConnection(t, "GenericSAML", byHand(0)))
		other := make1(t, d, org, newConnection(t, "GenericSAML", byHand(0)))
		attempt := func(at *sso.Connection, outcome sso.Outcome, shadow *sso.Shadow) string {
			t.Helper()
			reference := string(id.New[id.SSOAttempt]())[12:21]
			must(t, in(t, d, org, func(tx *db.OrgTx) error {
				return sso.InsertAttempt(tx, sso.Attempt{ID: id.New[id.SSOAttempt](), ConnectionID: at.ID, Reference: reference, Kind: sso.KindSignIn, Outcome: outcome, Shadow: shadow})
			}))
			return reference
		}
		yes, no := &sso.Shadow{Accepted: true}, &sso.Shadow{Code: p("saml_signature_invalid"), Expected: p(`"accepted":true`)}
		attempt(c, sso.Succeeded, no) // before it was set
		ahead(d, time.Minute)
		must(t, in(t, d, org, func(tx *db.OrgTx) error { return sso.SetCandidate(tx, c.ID, byHand(1)) }))
		show := func() (w wire.ConnectionCandidate) {
			t.Helper()
			must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) (err error) { w, err = sso.ShowCandidate(tx, c.ID); return err }))
			return w
		}
		if f := show().Findings; f.Agreeing+f.Refused+f.Mended != 0 || f.First != nil {
			t.Errorf("at the start: %+v", f)
		}
		ahead(d, time.Minute)
		attempt(c, sso.Succeeded, yes)
		attempt(c, sso.Succeeded, yes)
		attempt(c, sso.Failed, yes)
		attempt(c, sso.Failed, no)
		first := attempt(c, sso.Succeeded, no)
		attempt(c, sso.Succeeded, no)
		attempt(c, sso.Succeeded, nil)
		attempt(c, sso.Started, nil)
		attempt(other, sso.Succeeded, yes)
		w := show()
		if f := w.Findings; f.Agreeing != 2 || f.Refused != 2 || f.Mended != 1 || f.First == nil || f.First.Reference != first || *f.First.Code != "saml_signature_invalid" {
			t.Errorf("%+v, first %+v", f, f.First)
		}
		if len(w.Changed) != 1 || w.Changed[0] != "saml.certificates" || w.SAML.IDPCertificates[0].FingerprintSHA256 != fingerprint(1) {
			t.Errorf("%+v", w)
		}
	})
}
