package tenants_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/jobs"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
	found "gatehouse/tenants/dns"
)

const txt = "_gatehouse-domain-verification." + acme

// Whoever adds the record waits for a minute, not for a person; until it is
// there the page says what is there instead.
func TestARecordVerifiesItsDomain(t *testing.T) {
	inDNSWorld(t, func(w *dnsWorld) {
		d := w.claim("acme", tenants.Pending)
		w.after(0)
		if w.server.Asked(txt) != 0 {
			t.Error("asked at once")
		}
		w.server.TXT(txt, "one", "two")
		w.after(time.Minute)
		seen := w.now(d)
		if f := seen.CheckResult.Finding; seen.State != tenants.Pending || f.Sentence() != "Found 2 TXT records, none is ours." || seen.CheckedAt == nil {
			t.Errorf("%+v", seen)
		}
		if !seen.UpdatedAt.Equal(d.UpdatedAt) {
			t.Error("a look that changed nothing shows as a change")
		}
		w.records(d)
		w.after(time.Minute)
		if seen = w.now(d); seen.State != tenants.Verified || seen.VerifiedAt == nil || seen.ClaimEndsAt != nil || w.holder() != "acme" {
			t.Errorf("%+v", seen)
		}
		w.wantLast(d, "created", "verified")
		w.wantTold("acme: proven")
	})
}

// A claim that nobody proves ends, and can be taken up again.
func TestAClaimEnds(t *testing.T) {
	inDNSWorld(t, func(w *dnsWorld) {
		d := w.claim("acme", tenants.Pending)
		asked := 0
		for range 31 * 4 {
			w.after(6 * time.Hour)
			asked = w.server.Asked(txt)
		}
		seen := w.now(d)
		if seen.State != tenants.Failed || seen.NextCheckAt != nil {
			t.Errorf("%+v", seen)
		}
		w.wantLast(d, "created", "verification_failed")
		w.records(d)
		w.after(24 * time.Hour)
		if w.server.Asked(txt) != asked {
			t.Error("a failed domain is asked for")
		}
		must(t, w.d.InOrg(t.Context(), d.OrganizationID, who, func(tx *db.OrgTx) error {
			seen, err := tenants.AskDomainCheck(tx, d.ID)
			if err == nil && (seen.State != tenants.Pending || *seen.VerificationToken != *d.VerificationToken) {
				t.Errorf("%+v", seen)
			}
			return err
		}))
		w.after(time.Minute)
		if seen := w.now(d); seen.State != tenants.Verified {
			t.Errorf("%+v", seen)
		}
		w.wantLast(d, "verification_failed", "updated", "verified")
	})
}

// A record that disappears is told of, and again after two weeks; taking the
// domain away from people who sign in by it is for a person to decide. A
// nameserver that fails says nothing.
func TestAMissingRecordIsToldOf(t *testing.T) {
	inDNSWorld(t, func(w *dnsWorld) {
		d := w.claim("acme", tenants.Pending)
		w.records(d)
		w.after(time.Minute)
		w.wantTold("acme: proven")
		w.server.Code(txt, dns.RcodeServerFailure)
		w.after(25 * time.Hour)
		if seen := w.now(d); seen.MissingSince != nil || seen.CheckResult.Finding.Kind != found.Unanswered {
			t.Errorf("%+v", seen)
		}
		w.server.Code(txt, dns.RcodeSuccess)
		w.records()
		w.after(25 * time.Hour)
		if seen := w.now(d); seen.MissingSince == nil || seen.State != tenants.Verified {
			t.Errorf("%+v", seen)
		}
		w.wantTold("acme: missing")
		for range 15 * 4 {
			w.after(6 * time.Hour)
		}
		w.wantTold("acme: missing")
		if w.holder() != "acme" {
			t.Error("the domain was taken away")
		}
		w.records(d)
		w.after(6 * time.Hour)
		if seen := w.now(d); seen.MissingSince != nil {
			t.Errorf("%+v", seen)
		}
		w.wantLast(d, "verified", "record_missing", "record_missing", "record_found")
		w.wantTold()
	})
}

// The deployment's word needs no record: nobody is asked.
func TestTheDeploymentsWordIsNotChecked(t *testing.T) {
	inDNSWorld(t, func(w *dnsWorld) {
		d := w.claim("acme", tenants.Verified)
		w.after(60 * 24 * time.Hour)
		if _, err := w.checks.Now(t.Context(), who, d.OrganizationID, d.ID); !errors.Is(err, tenants.ErrDomainManual) {
			t.Error(err)
		}
		if n := w.server.Asked(txt) + w.server.Asked(acme); n != 0 || w.now(d).MissingSince != nil {
			t.Errorf("asked %d times", n)
		}
	})
}

// A person who presses "Check now" sees the answer, once in a few seconds.
func TestCheckNow(t *testing.T) {
	inDNSWorld(t, func(w *dnsWorld) {
		d := w.claim("acme", tenants.Pending)
		seen, err := w.checks.Now(t.Context(), who, d.OrganizationID, d.ID)
		must(t, err)
		if seen.CheckResult.Finding.Kind != found.Nothing || len(seen.CheckResult.Answers) != 1 {
			t.Errorf("%+v", seen.CheckResult)
		}
		w.records(d)
		if seen, err = w.checks.Now(t.Context(), who, d.OrganizationID, d.ID); err != nil || seen.State != tenants.Pending || w.server.Asked(txt) != 1 {
			t.Errorf("%+v %v", seen, err)
		}
		w.forward += 6 * time.Second
		if seen, err = w.checks.Now(t.Context(), who, d.OrganizationID, d.ID); err != nil || seen.State != tenants.Verified {
			t.Errorf("%+v %v", seen, err)
		}
		other := create(t, w.d, tenants.New{Name: "other"})
		if _, err := w.checks.Now(t.Context(), who, other.ID, d.ID); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("another organization's domain: %v", err)
		}
	})
}

// An organization that asks all the time leaves looks for the others.
func TestCheckNowIsBounded(t *testing.T) {
	inDNSWorld(t, func(w *dnsWorld) {
		w.checks.Limits = &limit.Limiter{DB: w.d}
		d, other := w.claim("acme", tenants.Pending), w.claim("other", tenants.Pending)
		var err error
		for range 130 { // a window may end in between
			w.forward += 10 * time.Microsecond
			must(t, w.d.InOrg(t.Context(), d.OrganizationID, who, func(tx *db.OrgTx) error { return tenants.ForgetCheck(tx, d.ID) }))
			if _, err = w.checks.Now(t.Context(), who, d.OrganizationID, d.ID); err != nil {
				break
			}
		}
		if p := problem.As(err); p == nil || p.Kind != problem.TooMany || p.RetryAfter <= 0 {
			t.Errorf("asked %d times: %v", w.server.Asked(txt), err)
		}
		if _, err := w.checks.Now(t.Context(), who, other.OrganizationID, other.ID); err != nil {
			t.Errorf("another organization: %v", err)
		}
	})
}

// Two workers must not both ask, or tell everybody twice.
func TestTwoWorkersCheckOnce(t *testing.T) {
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		w := newDNSWorld(t, nodes[0])
		d := w.claim("acme", tenants.Pending)
		w.records(d)
		w.forward += time.Minute
		var both sync.WaitGroup
		for i := range 4 {
			n := nodes[i%len(nodes)]
			n.Now = w.d.Now
			checks := *w.checks
			checks.DB = n
			both.Go(func() {
				if err := checks.Due(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if n := w.server.Asked(txt); n != 1 {
			t.Errorf("asked %d times", n)
		}
		w.wantTold("acme: proven")
		w.wantLast(d, "created", "verified")
	})
}

// A check that the API asked for is made by a worker, not at the next minute.
func TestAnAskedCheckIsAJob(t *testing.T) {
	inDNSWorld(t, func(w *dnsWorld) {
		d := w.claim("acme", tenants.Pending)
		w.records(d)
		r := jobs.NewRegistry()
		w.checks.Register(r)
		runner, err := jobs.Start(context.WithoutCancel(t.Context()), w.d, r, slog.New(slog.DiscardHandler))
		must(t, err)
		defer runner.Stop(context.WithoutCancel(t.Context())) //nolint:errcheck // the test is over
		must(t, w.d.InOrg(t.Context(), d.OrganizationID, who, func(tx *db.OrgTx) error {
			_, err := tenants.AskDomainCheck(tx, d.ID)
			return err
		}))
		for end := time.Now().Add(30 * time.Second); w.now(d).State != tenants.Verified; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("not checked")
			}
		}
		err = w.d.InOrg(t.Context(), d.OrganizationID, who, func(tx *db.OrgTx) error {
			_, err := tenants.AskDomainCheck(tx, d.ID)
			return err
		})
		if !errors.Is(err, tenants.ErrDomainVerified) {
			t.Error(err)
		}
	})
}
