package sequence_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/audit/sequence"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

var who = actor.Actor{Kind: actor.KindUser, ID: "user_x", Name: "ada@halden.example", IP: "203.0.113.7", UserAgent: "x", RequestID: "req_1"}

// record writes n entries of the organization, or of the deployment.
func record(t testing.TB, d *db.DB, org *id.Organization, n int) {
	t.Helper()
	err := d.Tx(t.Context(), who, func(tx *db.Tx) error {
		for i := range n {
			if err := audit.RecordFor(tx, org, audit.UserCreated{User: wire.User{ID: id.New[id.User](), Email: fmt.Sprintf("u%d@halden.example", i)}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sequencer(d *db.DB) *sequence.Sequencer {
	return &sequence.Sequencer{DB: d, Log: slog.New(slog.DiscardHandler)}
}

// numberAll numbers all that waits; a sequencer that was just cut off may hold
// the lock for a moment still.
func numberAll(t testing.TB, d *db.DB) {
	t.Helper()
	_, conn := d.Pools()
	s := sequencer(d)
	for begun := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if _, err := s.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		var waiting int
		if err := conn.QueryRowContext(t.Context(), "SELECT count(*) FROM audit_pending").Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting == 0 {
			return
		}
		if time.Since(begun) > 30*time.Second {
			t.Fatalf("%d entries have no number after 30 seconds", waiting)
		}
	}
}

// feed is the whole numbered log.
func feed(t testing.TB, d *db.DB) (all []audit.Numbered) {
	t.Helper()
	err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
		for after := int64(0); ; after = all[len(all)-1].Position {
			some, err := audit.Feed(tx, audit.FeedQuery{After: after})
			if err != nil || len(some) == 0 {
				return err
			}
			all = append(all, some...)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A number that is missing, twice or out of order would be an event that a
// customer's log never shows, or shows twice.
func TestNumbersHaveNoGapsAndTheChainHolds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b := id.New[id.Organization](), id.New[id.Organization]()
		for _, org := range []*id.Organization{&a, nil, &b, &a, nil, &b} {
			record(t, d, org, 3)
		}
		numberAll(t, d)
		record(t, d, &a, 2)
		numberAll(t, d)
		all := feed(t, d)
		if len(all) != 20 {
			t.Fatalf("%d entries of 20", len(all))
		}
		sequences, hashes := map[string]int64{}, map[string]chain.Hash{}
		for i, n := range all {
			r := audit.ChainRecord(n)
			if n.Position != int64(i+1) || r.Sequence != sequences[r.Organization]+1 || r.PreviousHash != hashes[r.Organization] || !r.Holds() {
				t.Errorf("entry %d: position %d, sequence %d of %q, holds: %t", i, n.Position, n.Sequence, r.Organization, r.Holds())
			}
			sequences[r.Organization], hashes[r.Organization] = r.Sequence, r.Hash
		}
		if len(sequences) != 3 {
			t.Errorf("%d chains", len(sequences))
		}
	})
}
