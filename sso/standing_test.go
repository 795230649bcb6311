package sso_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sso"
)

// A candidate counts for nothing until it is promoted, and what counted before
// comes back whole, its secret too.
func TestCandidatePromotedAndRolledBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		c := make1(t, d, org, newConnection(t, "GenericOIDC", openID("https://old.example", "old")))
		do := func(fn func(tx *db.OrgTx) error) { t.Helper(); must(t, in(t, d, org, fn)) }
		is := func(live, candidate string) {
			t.Helper()
			s := load(t, d, c)
			if s.LiveSecret.Reveal() != live || s.Live.OIDC.Issuer != "https://"+live+".example" {
				t.Errorf("live is %s with %q, want %s", s.Live.OIDC.Issuer, s.LiveSecret.Reveal(), live)
			}
			if (s.Candidate != nil) != (candidate != "") || s.CandidateSecret.Reveal() != candidate {
				t.Errorf("candidate is %+v, want %q", s.Candidate, candidate)
			}
		}
		do(func(tx *db.OrgTx) error { return sso.SetCandidate(tx, c.ID, openID("https://first.example", "first")) })
		do(func(tx *db.OrgTx) error { return sso.SetCandidate(tx, c.ID, openID("https://new.example", "new")) })
		is("old", "new")
		promote := func(tx *db.OrgTx) error { _, err := sso.Promote(tx, c.ID); return err }
		back := func(tx *db.OrgTx) error { _, err := sso.RollBack(tx, c.ID); return err }
		do(promote)
		is("new", "")
		if err := in(t, d, org, promote); !errors.Is(err, sso.ErrNoCandidate) {
			t.Errorf("promoted twice: %v", err)
		}
		do(back)
		is("old", "")
		do(back)
		is("new", "")
		do(func(tx *db.OrgTx) error { return sso.SetCandidate(tx, c.ID, openID("https://other.example", "other")) })
		do(func(tx *db.OrgTx) error { return sso.DeleteCandidate(tx, c.ID) })
		is("new", "")
		faulty(t, in(t, d, org, func(tx *db.OrgTx) error { return sso.SetCandidate(tx, c.ID, openID("https://new.example", "new")) }), "configuration")
		want := []string{"created", "activated", "candidate_set", "candidate_set", "candidate_promoted", "rolled_back", "rolled_back", "candidate_set", "candidate_deleted"}
		if got := happened(t, d, org); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
	})
}

// Two admins who promote at once promote once.
func TestOneCandidateIsPromotedOnce(t *testing.T) {
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		org := organization(t, nodes[0])
		c := make1(t, nodes[0], org, newConnection(t, "GenericSAML", byHand(0)))
		must(t, in(t, nodes[0], org, func(tx *db.OrgTx) error { return sso.SetCandidate(tx, c.ID, byHand(1)) }))
		errs := make(chan error)
		for i := range 8 {
			go func() {
				errs <- nodes[i%len(nodes)].InOrg(t.Context(), org, who, func(tx *db.OrgTx) error { _, err := sso.Promote(tx, c.ID); return err })
			}()
		}
		won := 0
		for range 8 {
			if err := <-errs; err == nil {
				won++
			} else if !errors.Is(err, sso.ErrNoCandidate) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("promoted %d times", won)
		}
	})
}

// The provider learns of our next key before it signs, and what it encrypted
// for the last one still opens.
func TestOurKeysRollOver(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		c := make1(t, d, org, newConnection(t, "GenericSAML", byHand(0)))
		if !load(t, d, c).NeedsKey() {
			t.Fatal("a connection that signs has no key, and needs none")
		}
		for range 2 {
			must(t, sso.EnsureKey(t.Context(), d, who, org, c.ID))
		}
		first := settingsOf(t, d, c)
		if first.SigningKey == nil || len(first.Published) != 1 || len(first.DecryptionKeys) != 1 {
			t.Fatalf("%d published", len(first.Published))
		}
		next := providerKeys()[2]
		must(t, in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.AddKey(tx, c.ID, next); return err }))
		if err := in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.AddKey(tx, c.ID, next); return err }); !errors.Is(err, sso.ErrKeyExists) {
			t.Errorf("two next keys: %v", err)
		}
		both := settingsOf(t, d, c)
		if !both.SigningKey.Certificate.Equal(first.SigningKey.Certificate) || len(both.Published) != 2 || !both.Published[0].Equal(next.Certificate) || len(both.DecryptionKeys) != 2 {
			t.Errorf("%d published, %d decrypt", len(both.Published), len(both.DecryptionKeys))
		}
		must(t, in(t, d, org, func(tx *db.OrgTx) error { return sso.PromoteKey(tx, c.ID) }))
		after := settingsOf(t, d, c)
		if !after.SigningKey.Certificate.Equal(next.Certificate) || len(after.Published) != 1 || len(after.DecryptionKeys) != 2 {
			t.Errorf("%d published, %d decrypt", len(after.Published), len(after.DecryptionKeys))
		}
		var list []sso.OurKey
		must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) (err error) { list, err = sso.Keys(tx, c.ID); return err }))
		retire := func(k id.ConnectionKey) error {
			return in(t, d, org, func(tx *db.OrgTx) error { return sso.DeleteKey(tx, c.ID, k) })
		}
		if err := retire(list[0].ID); !errors.Is(err, sso.ErrKeyInUse) {
			t.Errorf("the key that signs was deleted: %v", err)
		}
		must(t, retire(list[1].ID))
		if s := settingsOf(t, d, c); len(s.DecryptionKeys) != 1 {
			t.Errorf("%d decrypt", len(s.DecryptionKeys))
		}
		if err := in(t, d, org, func(tx *db.OrgTx) error { return sso.PromoteKey(tx, c.ID) }); !errors.Is(err, sso.ErrNoNextKey) {
			t.Errorf("promoted nothing: %v", err)
		}
		want := []string{"created", "activated", "key_created", "key_created", "key_promoted", "key_deleted"}
		if got := happened(t, d, org); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
	})
}

// First uses that come together make one key: a second would not be the one
// that the provider was told of.
func TestOneKeyIsMade(t *testing.T) {
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		org := organization(t, nodes[0])
		c := make1(t, nodes[0], org, newConnection(t, "GenericSAML", byHand(0)))
		errs := make(chan error)
		for i := range 4 {
			go func() { errs <- sso.EnsureKey(t.Context(), nodes[i%len(nodes)], who, org, c.ID) }()
		}
		for range 4 {
			must(t, <-errs)
		}
		if got := happened(t, nodes[0], org); !slices.Equal(got, []string{"created", "activated", "key_created"}) {
			t.Errorf("%v", got)
		}
	})
}

// A certificate that was removed because its key was stolen comes back by no
// roll-back, and the last one is not taken from a connection that is on.
func TestCertificates(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		c := make1(t, d, org, newConnection(t, "GenericSAML", byHand(0)))
		add := func(n int) error {
			return in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.AddCertificate(tx, c.ID, pem(n)); return err })
		}
		must(t, add(1))
		if err := add(1); !errors.Is(err, sso.ErrCertificate) {
			t.Errorf("twice: %v", err)
		}
		must(t, in(t, d, org, func(tx *db.OrgTx) error {
			_, err := sso.Update(tx, c.ID, sso.Change{Configure: sso.Configure{SAML: &sso.SAMLChange{ForceAuthn: p(true)}}})
			return err
		}))
		certificates := load(t, d, c).Live.SAML.Certificates
		remove := func(n int) error {
			return in(t, d, org, func(tx *db.OrgTx) error { return sso.RemoveCertificate(tx, c.ID, certificates[n].ID) })
		}
		must(t, remove(0))
		if err := remove(0); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
		if err := remove(1); !errors.Is(err, sso.ErrLast) {
			t.Errorf("the last: %v", err)
		}
		must(t, in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.RollBack(tx, c.ID); return err }))
		if s := load(t, d, c).Live.SAML; len(s.Certificates) != 1 || s.Certificates[0].Fingerprint != fingerprint(1) || s.ForceAuthn {
			t.Errorf("%+v", s)
		}
		err := in(t, d, org, func(tx *db.OrgTx) error {
			_, err := sso.AddCertificate(tx, c.ID, "-----BEGIN PRIVATE KEY-----")
			return err
		})
		faulty(t, err, "certificate")
		oidc := make1(t, d, org, newConnection(t, "GenericOIDC", sso.Configure{}))
		if err := in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.AddCertificate(tx, oidc.ID, pem(0)); return err }); !errors.Is(err, sso.ErrNotSAML) {
			t.Errorf("%v", err)
		}
	})
}

// Whoever pasted the wrong thing is told what it is.
func TestMetadataThatIsNone(t *testing.T) {
	for text, want := range map[string]string{
		"<!DOCTYPE html><html><body>Sign in</body></html>": "web page", `{"issuer":"https://idp.example"}`: "JSON",
		"-----BEGIN CERTIFICATE-----\nMII": "certificate", "": "", "<x/>": "",
	} {
		_, err := sso.ReadMetadata([]byte(text), time.Now())
		faulty(t, err, "saml.metadata_xml")
		if e := problem.As(err); e != nil && want != "" && !contains(e.Message, want) {
			t.Errorf("%q: %s", text, e.Message)
		}
	}
}
