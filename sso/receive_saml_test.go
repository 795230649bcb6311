package sso_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/saml"
	"gatehouse/sso/saml/samltest"
	"gatehouse/sso/trail"
)

// Whoever comes back signs in once, and the record says each step.
func TestASAMLAnswerIsTakenOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := samlWorld(t, d, samltest.New("https://idp.halden.example"))
		to, relay := w.away(sso.For{Returns: 1})
		if len(relay) > 80 || !strings.HasPrefix(to.URL, "https://idp.halden.example/sso?SAMLRequest=") || to.Name != w.c.Name {
			t.Fatalf("sent to %+v", to)
		}
		got, err := w.post(w.idp.Respond(w.answer(to)), relay)
		must(t, err)
		if got.Profile.Subject != "ines" || got.Profile.Email != "ines@halden.example" || got.Request.Returns() != 1 || got.Record != to.Record || got.Reference != to.Reference {
			t.Errorf("received %+v", got)
		}
		a := w.record(got.Record)
		if a.Outcome != sso.Started || len(a.Steps) < 8 || a.Document == nil || *a.Subject != "ines" || *a.Email != "ines@halden.example" {
			t.Errorf("record %+v", a)
		}
		if a.Attributes["email"][0] != "ines@halden.example" || a.Attributes["apiToken"][0] == "canary" || strings.Contains(*a.Document, "canary") {
			t.Errorf("attributes %v, document %s", a.Attributes, *a.Document)
		}
		if _, err := w.take(to.Request, id.New[id.Attempt]()); !errors.Is(err, sso.ErrRequest) {
			t.Errorf("another sign-in took who came: %v", err)
		}
		taken, err := w.take(to.Request, *got.Request.AttemptID)
		must(t, err)
		if taken.Profile.Subject != "ines" || taken.Record != to.Record {
			t.Errorf("taken %+v", taken)
		}
		if _, err := w.take(to.Request, *got.Request.AttemptID); !errors.Is(err, sso.ErrRequest) {
			t.Errorf("taken twice: %v", err)
		}
		user := id.New[id.User]()
		must(t, in(t, d, w.c.OrganizationID, func(tx *db.OrgTx) error { return sso.Conclude(tx, to.Record, &user, nil) }))
		if a := w.record(to.Record); a.Outcome != sso.Succeeded || a.UserID == nil || *a.UserID != user || a.Steps[len(a.Steps)-1].Check != trail.Account {
			t.Errorf("record %+v", a)
		}
		events := w.logged("authentication.sso_started", "authentication.sso_succeeded", "authentication.sso_failed")
		if len(events) != 2 || events[1].Type != "authentication.sso_succeeded" || *events[1].Reference != to.Reference || !strings.Contains(string(events[1].Data), string(w.c.ID)) {
			t.Errorf("events %+v", events)
		}
	})
}

// S12: twenty times the same response at once signs in once, and the refusals
// leave the record of the one that counted alone.
func TestAResponseCountsOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := samlWorld(t, d, samltest.New("https://idp.halden.example"))
		to, relay := w.away(sso.For{})
		response := w.idp.Respond(w.answer(to))
		var passed, replayed atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, err := w.post(response, relay)
				if r := trail.As(err); err == nil {
					passed.Add(1)
				} else if r != nil && r.Code() == "saml_replay" {
					replayed.Add(1)
				} else {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if passed.Load() != 1 || replayed.Load() != 19 {
			t.Errorf("%d passed, %d were refused", passed.Load(), replayed.Load())
		}
		if a := w.record(to.Record); a.Outcome != sso.Started || *a.Subject != "ines" {
			t.Errorf("the record of the one that counted: %+v", a)
		}
		// The same assertion for another request of the same browser.
		next, relay := w.away(sso.For{})
		first, second := w.answer(to), w.answer(next)
		first.AssertionID, second.AssertionID = "_same", "_same"
		third, relay3 := w.away(sso.For{})
		first.RequestID = string(third.Request)
		_, err := w.post(w.idp.Respond(first), relay3)
		must(t, err)
		got, err := w.post(w.idp.Respond(second), relay)
		w.refused(got, err, "saml_replay")
	})
}

// S13, S14, S15: what is not the answer of this browser, to this request, at
// this connection signs nobody in, and each refusal says why.
func TestAnswersThatBelongNowhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		const sameName = "https://idp.halden.example"
		w, foreign := samlWorld(t, d, samltest.New(sameName)), samlWorld(t, d, samltest.Other(sameName))
		to, relay := w.away(sso.For{})
		honest := w.idp.Respond(w.answer(to))

		thief := *w
		thief.cookie = "another browser's"
		got, err := thief.post(honest, relay)
		w.refused(got, err, "sso_state_invalid")
		thief.cookie = ""
		got, err = thief.post(honest, relay)
		w.refused(got, err, "sso_state_invalid")

		theirs, _ := foreign.away(sso.For{})
		got, err = w.post(w.idp.Respond(w.answer(theirs)), relay)
		w.refused(got, err, "saml_in_response_to_mismatch")
		got, err = foreign.post(honest, relay)
		foreign.refused(got, err, "saml_in_response_to_mismatch")

		for _, state := range []string{"https://evil.example", "//evil", `/\evil`, "javascript:alert(1)", "%0d%0aSet-Cookie:x", strings.Repeat("x", 5000)} {
			got, err = w.post(honest, state)
			w.refused(got, err, "saml_in_response_to_mismatch")
		}
		_, other := w.away(sso.For{})
		got, err = w.post(honest, other)
		w.refused(got, err, "saml_in_response_to_mismatch")

		// The other organization's provider, of the same name, for our request.
		forged := *foreign
		forged.c = w.c
		got, err = w.post(forged.idp.Respond(w.answer(to)), relay)
		a := w.refused(got, err, "saml_signature_invalid")
		if a.ID != to.Record || a.Reference != to.Reference {
			t.Errorf("the refusal is recorded as %+v, and not with the request", a)
		}
		// That was its answer.
		got, err = w.post(honest, relay)
		w.refused(got, err, "saml_replay")
		if failed := w.logged("authentication.sso_failed"); len(failed) == 0 || !strings.Contains(string(failed[0].Data), "sso_state_invalid") {
			t.Errorf("failures in the log: %+v", failed)
		}
	})
}

// The provider that drops RelayState loses nothing but that.
func TestRelayStateMayBeMissing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := samlWorld(t, d, samltest.New("https://idp.halden.example"))
		to, _ := w.away(sso.For{})
		_, err := w.post(w.idp.Respond(w.answer(to)), "")
		must(t, err)
	})
}

// A request that ran out, and one that an unreadable response was posted for.
func TestLateAndUnreadableAnswers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := samlWorld(t, d, samltest.New("https://idp.halden.example"))
		to, relay := w.away(sso.For{})
		for field, code := range map[string]string{"": "saml_xml_invalid", "!": "saml_xml_invalid", "PGE+": "saml_xml_invalid", strings.Repeat("A", 2<<20): "saml_too_large"} {
			got, err := w.post(field, relay)
			w.refused(got, err, code)
		}
		now := time.Now().Add(sso.Lifetime + time.Minute)
		d.Now = func() time.Time { return now }
		late := w.answer(to)
		late.Now = now
		got, err := w.post(w.idp.Respond(late), relay)
		w.refused(got, err, "sso_state_invalid")
	})
}

// Only a connection with the switch takes what nobody asked for, once, and it
// signs nobody in: it is followed by a sign-in that is asked for.
func TestUnsolicitedResponses(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := samlWorld(t, d, samltest.New("https://idp.halden.example"))
		unsolicited := w.answer(sso.Away{})
		got, err := w.post(w.idp.Respond(unsolicited), "https://evil.example")
		if a := w.refused(got, err, "saml_unsolicited"); a.Kind != sso.KindIDPInitiated {
			t.Errorf("recorded as %s", a.Kind)
		}
		w = samlWorld(t, d, w.idp, func(n *sso.New) { n.IDPInitiated = true })
		unsolicited = w.answer(sso.Away{})
		response := w.idp.Respond(unsolicited)
		got, err = w.post(response, "deep link")
		must(t, err)
		if got.Request != nil || got.RelayState != "deep link" || w.record(got.Record).Outcome != sso.Succeeded {
			t.Errorf("received %+v", got)
		}
		got, err = w.post(response, "")
		w.refused(got, err, "saml_replay")
		unsigned := unsolicited
		unsigned.Sign = samltest.SignNothing
		got, err = w.post(w.idp.Respond(unsigned), "")
		w.refused(got, err, "saml_signature_missing")
		if n := len(w.logged("authentication.sso_succeeded")); n != 0 {
			t.Errorf("%d sign-ins in the log", n)
		}
	})
}

// A draft is tested before anybody depends on it, and a test signs nobody in.
func TestADraftCanBeTested(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := samlWorld(t, d, samltest.New("https://idp.halden.example"), func(n *sso.New) { n.State = sso.Draft })
		if _, err := w.s.Begin(t.Context(), who, w.c.ID, sso.For{Attempt: p(id.New[id.Attempt]()), Bound: "x"}); !errors.Is(err, sso.ErrInactive) {
			t.Errorf("a draft signs people in: %v", err)
		}
		to, relay := w.away(sso.For{Purpose: sso.Test, PortalSession: p(id.New[id.PortalSession]()), Actor: "Ines"})
		got, err := w.post(w.idp.Respond(w.answer(to)), relay)
		must(t, err)
		if got.Request.Purpose != sso.Test || got.Request.PortalSession == nil {
			t.Errorf("received %+v", got.Request)
		}
		account := trail.Refuse(saml.ErrStatus, trail.Account, "", "")
		must(t, in(t, d, w.c.OrganizationID, func(tx *db.OrgTx) error { return sso.ConcludeTest(tx, to.Record, account) }))
		a := w.record(to.Record)
		if a.Kind != sso.KindTest || a.Outcome != sso.Succeeded || *a.Actor != "Ines" || a.Steps[len(a.Steps)-1].Outcome != trail.Warned {
			t.Errorf("record %+v", a)
		}
		if c := load(t, d, w.c).Connection; c.TestedAt == nil || *c.TestedBy != "Ines" {
			t.Errorf("connection %+v", c)
		}
		if n := len(w.logged("authentication.sso_started", "authentication.sso_succeeded")); n != 0 || len(w.logged("connection.tested")) != 1 {
			t.Errorf("%d sign-ins in the log", n)
		}
		failing, relay := w.away(sso.For{Purpose: sso.Test, PortalSession: p(id.New[id.PortalSession]()), Actor: "Ines"})
		wrong := w.answer(failing)
		wrong.Audience = "https://other.example"
		got, err = w.post(w.idp.Respond(wrong), relay)
		if a := w.refused(got, err, "saml_audience_mismatch"); *a.Expected != sso.EntityID(base, w.c.ID) || *a.Received != "https://other.example" || got.Request == nil {
			t.Errorf("record %+v", a)
		}
	})
}

// The candidate is judged by what really comes, and nobody gets in or is kept
// out by it.
func TestCandidatesAreJudgedBeside(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		idp, next := samltest.New("https://idp.halden.example"), samltest.Other("https://idp.halden.example")
		w := samlWorld(t, d, idp)
		must(t, in(t, d, w.c.OrganizationID, func(tx *db.OrgTx) error { return sso.SetCandidate(tx, w.c.ID, trusting(next)) }))
		to, relay := w.away(sso.For{})
		_, err := w.post(idp.Respond(w.answer(to)), relay)
		must(t, err)
		w.s.Wait()
		if a := w.record(to.Record); a.Shadow == nil || a.Shadow.Accepted || *a.Shadow.Code != "saml_signature_invalid" {
			t.Errorf("shadow %+v", a.Shadow)
		}
		to, relay = w.away(sso.For{})
		got, err := w.post(next.Respond(w.answer(to)), relay)
		w.refused(got, err, "saml_signature_invalid")
		w.s.Wait()
		if a := w.record(to.Record); a.Shadow == nil || !a.Shadow.Accepted || a.Outcome != sso.Failed {
			t.Errorf("shadow %+v", a.Shadow)
		}
	})
}

// Nothing is kept for longer than it is needed, and who never came back is
// told of.
func TestSweep(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := samlWorld(t, d, samltest.New("https://idp.halden.example"))
		lost, _ := w.away(sso.For{})
		to, relay := w.away(sso.For{})
		_, err := w.post(w.idp.Respond(w.answer(to)), relay)
		must(t, err)
		must(t, in(t, d, w.c.OrganizationID, func(tx *db.OrgTx) error { return sso.Conclude(tx, to.Record, p(id.New[id.User]()), nil) }))
		at := func(later time.Duration) {
			now := time.Now().Add(later)
			d.Now = func() time.Time { return now }
			must(t, sso.Sweep(t.Context(), d))
			must(t, sso.Sweep(t.Context(), d))
		}
		at(sso.Lifetime + time.Minute)
		if a := w.record(lost.Record); a.Outcome != sso.Failed || *a.Code != "sso_timed_out" {
			t.Errorf("record %+v", a)
		}
		var e struct{ Status string }
		if gone := w.logged("authentication.sso_timed_out"); len(gone) != 1 || json.Unmarshal(gone[0].Data, &e) != nil || e.Status != "timed_out" {
			t.Errorf("log %+v", gone)
		}
		if w.record(to.Record).Outcome != sso.Succeeded {
			t.Error("a sign-in that was finished timed out")
		}
		at(sso.Kept + time.Hour)
		must(t, d.ReadOrg(t.Context(), w.c.OrganizationID, func(tx *db.OrgTx) error {
			left, _, err := sso.Attempts(tx, w.c.ID, db.Page{})
			if len(left) != 0 {
				t.Errorf("%d attempts are kept", len(left))
			}
			return err
		}))
	})
}
