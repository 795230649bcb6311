package tenants_test

import (
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/tenants"
)

const day = 24 * time.Hour

// A company that was bought, or whose old supplier still claims it, gets its
// domain by DNS; the holder hears of it three days before.
func TestADomainMovesAfterItsNotice(t *testing.T) {
	inDNSWorld(t, func(w *dnsWorld) {
		old, fresh := w.claim("old", tenants.Pending), w.claim("fresh", tenants.Pending)
		w.records(old)
		w.after(time.Minute)
		w.wantTold("old: proven")
		w.records(fresh)
		w.after(time.Minute)
		w.wantTold("old: leaves")
		moving := w.now(fresh)
		if moving.MovesAt == nil || moving.State != tenants.Pending || w.holder() != "old" {
			t.Fatalf("%+v", moving)
		}
		var lost []string
		w.checks.Lost = func(tx *db.OrgTx, domain string) error {
			lost = append(lost, w.names[tx.Organization()]+": "+domain)
			return nil
		}
		w.after(3*day - time.Minute)
		if w.holder() != "old" || len(lost) != 0 {
			t.Errorf("it moved before its time: %v", lost)
		}
		w.wantTold("old: missing")
		w.after(2 * time.Minute)
		if w.holder() != "fresh" || w.now(old).State != tenants.Failed {
			t.Errorf("%q holds it: %+v", w.holder(), w.now(fresh))
		}
		if len(lost) != 1 || lost[0] != "old: "+acme {
			t.Errorf("who lost what: %v", lost)
		}
		w.wantTold("old: left", "fresh: proven")
		w.wantLast(old, "verified", "move_started", "record_missing", "verification_failed")
		w.wantLast(fresh, "created", "move_started", "verified")
	})
}

// A holder that is still there keeps its domain: its record beside the
// claimant's is the last word.
func TestAHolderKeepsItsDomain(t *testing.T) {
	for name, state := range map[string]tenants.DomainState{"proven": tenants.Pending, "by the deployment's word": tenants.Verified} {
		t.Run(name, func(t *testing.T) {
			inDNSWorld(t, func(w *dnsWorld) {
				old, fresh := w.claim("old", state), w.claim("fresh", tenants.Pending)
				if state == tenants.Pending {
					w.records(old)
					w.after(time.Minute)
				}
				w.records(fresh)
				w.after(time.Minute)
				if old = w.now(old); old.VerificationToken == nil {
					t.Fatal("the holder has no record to keep its domain by")
				}
				w.told = nil
				w.records(fresh, old)
				w.after(3*day + time.Minute)
				if w.holder() != "old" || w.now(fresh).State != tenants.Failed {
					t.Errorf("%q holds it: %+v", w.holder(), w.now(fresh))
				}
				w.wantTold("fresh: kept_by_other")
				w.wantLast(fresh, "move_started", "verification_failed")
			})
		})
	}
}

// Whoever had another's DNS for an hour must have it for three days.
func TestAMoveNeedsItsProofAllTheTime(t *testing.T) {
	inDNSWorld(t, func(w *dnsWorld) {
		w.claim("old", tenants.Verified)
		fresh := w.claim("fresh", tenants.Pending)
		w.records(fresh)
		w.after(time.Minute)
		w.records()
		w.after(day)
		if w.now(fresh).MovesAt != nil {
			t.Error("the move goes on without its proof")
		}
		w.records(fresh)
		w.after(2*day + time.Hour)
		if w.holder() != "old" {
			t.Error("it moved without three days' notice")
		}
		w.wantLast(fresh, "move_started", "move_cancelled", "move_started")
	})
}

// Of two claimants the second waits for a notice of its own: the first to get
// the domain has heard nothing of the second.
func TestANewHolderHearsOfAnotherClaim(t *testing.T) {
	inDNSWorld(t, func(w *dnsWorld) {
		w.claim("old", tenants.Verified)
		first, second := w.claim("first", tenants.Pending), w.claim("second", tenants.Pending)
		w.records(first)
		w.after(time.Minute)
		w.records(first, second)
		w.after(2 * time.Hour)
		w.after(3*day - time.Hour)
		w.records(second)
		w.after(2 * time.Hour)
		if w.holder() != "first" {
			t.Fatalf("%q holds it", w.holder())
		}
		w.after(6 * time.Hour)
		if at := w.now(second).MovesAt; at == nil || at.Before(w.d.Now().Add(2*day)) {
			t.Errorf("it moves at %v", at)
		}
		w.after(4 * day)
		w.after(6 * time.Hour)
		if w.holder() != "second" {
			t.Errorf("%q holds it", w.holder())
		}
	})
}

// Of organizations that prove a domain in the same moment one has it, and the
// others begin to wait; of claimants whose time has come likewise.
func TestProofsRace(t *testing.T) {
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		w := newDNSWorld(t, nodes[0])
		var claims []*tenants.Domain
		for _, name := range []string{"a", "b", "c", "d"} {
			claims = append(claims, w.claim(name, tenants.Pending))
		}
		w.records(claims...)
		for round := range 2 {
			w.forward += time.Minute
			if round == 1 { // the holder gives its record up
				w.forward += 4 * day
				var others []*tenants.Domain
				for _, d := range claims {
					if w.now(d).State != tenants.Verified {
						others = append(others, d)
					}
				}
				w.records(others...)
			}
			raceChecks(t, w, nodes, claims)
			verified, waiting := 0, 0
			for _, d := range claims {
				switch now := w.now(d); {
				case now.State == tenants.Verified:
					verified++
				case now.MovesAt != nil:
					waiting++
				}
			}
			if verified != 1 || waiting != 3-round {
				t.Errorf("round %d: %d hold it, %d wait", round, verified, waiting)
			}
		}
	})
}

func raceChecks(t *testing.T, w *dnsWorld, nodes []*db.DB, claims []*tenants.Domain) {
	var all sync.WaitGroup
	for i, d := range claims {
		n := nodes[i%len(nodes)]
		n.Now = w.d.Now
		checks := *w.checks
		checks.DB = n
		all.Go(func() {
			if _, err := checks.Now(t.Context(), who, d.OrganizationID, d.ID); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
