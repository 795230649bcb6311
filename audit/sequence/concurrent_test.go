package sequence_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/audit/sequence"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// whole asks that the log has n entries, each once, with numbers that have no
// gap and chains that hold.
func whole(t *testing.T, d *db.DB, n int) {
	t.Helper()
	all := feed(t, d)
	if len(all) != n {
		t.Errorf("%d entries of %d are numbered", len(all), n)
	}
	seen, sequences, hashes := map[id.Event]bool{}, map[string]int64{}, map[string]chain.Hash{}
	for i, e := range all {
		r := audit.ChainRecord(e)
		if e.Position != int64(i+1) || r.Sequence != sequences[r.Organization]+1 || r.PreviousHash != hashes[r.Organization] || !r.Holds() || seen[e.ID] {
			t.Fatalf("entry %d, %s: position %d, sequence %d of %q, holds: %t, again: %t", i, e.ID, e.Position, e.Sequence, r.Organization, r.Holds(), seen[e.ID])
		}
		seen[e.ID], sequences[r.Organization], hashes[r.Organization] = true, r.Sequence, r.Hash
	}
	result, err := (&sequence.Verifier{DB: d}).All(t.Context())
	if err != nil || result.Count != 0 {
		t.Errorf("%v %+v", err, result.Faults)
	}
}

// Two servers and a worker number at once while others write and roll back: an
// entry with two numbers would be delivered twice, one with none never.
func TestSequencersThatRunAtOnceNumberEachEntryOnce(t *testing.T) {
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var running, writing sync.WaitGroup
		for _, d := range nodes {
			for range 2 {
				running.Go(func() {
					for s := sequencer(d); ctx.Err() == nil; time.Sleep(time.Millisecond) {
						if _, err := s.Once(ctx); err != nil && ctx.Err() == nil {
							t.Errorf("a sequencer failed: %v", err)
						}
					}
				})
			}
		}
		const writers, each = 8, 50
		no := errors.New("no")
		orgs := []id.Organization{id.New[id.Organization](), id.New[id.Organization](), id.New[id.Organization]()}
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					err := nodes[w%len(nodes)].InOrg(ctx, orgs[(w+i)%len(orgs)], who, func(tx *db.OrgTx) error {
						err := audit.Record(tx, audit.UserCreated{User: wire.User{ID: id.New[id.User](), Email: fmt.Sprintf("w%d.%d@halden.example", w, i)}})
						if i%5 == 4 {
							return errors.Join(err, no)
						}
						return err
					})
					if err != nil && !errors.Is(err, no) {
						t.Error(err)
					}
				}
			})
		}
		writing.Wait()
		stop()
		running.Wait()
		numberAll(t, nodes[0])
		whole(t, nodes[0], writers*each*4/5)
	})
}

// A follower that has read on to an entry with a later id must still meet the
// one that committed behind it: a webhook or a stream would miss it for ever.
func TestAnEntryThatCommitsLateIsNotMissed(t *testing.T) {
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		d, err := db.Open(t.Context(), db.Options{URL: address, MaxConns: 4})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		slow, fast := id.New[id.Organization](), id.New[id.Organization]()
		written, commit, ended := make(chan struct{}), make(chan struct{}), make(chan error)
		const early = 300 // more than travel with the commit: they are in the table, and nobody sees them
		go func() {
			ended <- d.InOrg(t.Context(), slow, who, func(tx *db.OrgTx) error {
				entries := make([]audit.Entry, early)
				for i := range entries {
					entries[i] = audit.UserCreated{User: wire.User{ID: id.New[id.User]()}}
				}
				err := audit.RecordAll(tx, entries)
				close(written)
				<-commit
				return err
			})
		}()
		<-written
		record(t, d, &fast, 5)
		numberAll(t, d)
		before := feed(t, d)
		if len(before) != 5 {
			t.Fatalf("%d entries before the slow one's commit", len(before))
		}
		close(commit)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		numberAll(t, d)
		after := feed(t, d)[len(before):]
		if len(after) != early || after[0].ID >= before[0].ID || after[0].Position != 6 {
			t.Errorf("%d entries after it, the first %s at %d", len(after), after[0].ID, after[0].Position)
		}
		whole(t, d, early+5)
	})
}

// An entry has its number within a second, or whoever waits for it looks broken.
func TestARunningSequencerNumbersWithinASecond(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- sequencer(d).Run(ctx) }()
		org := id.New[id.Organization]()
		record(t, d, &org, 1)
		for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			if len(feed(t, d)) == 1 {
				break
			}
			if time.Since(begun) > 5*time.Second { // one, and what a machine under tests takes
				t.Fatal("it has no number after five seconds")
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("a sequencer that is stopped says %v", err)
		}
	})
}

// An entry that somebody took before it had its number must not keep the
// others from theirs.
func TestAnEntryThatIsGoneKeepsNobodyWaiting(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := id.New[id.Organization]()
		record(t, d, &org, 3)
		tamper(t, d, "DELETE FROM audit_events WHERE id = (SELECT min(event_id) FROM audit_pending)")
		s := sequencer(d)
		for range 3 {
			if _, err := s.Once(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if all := feed(t, d); len(all) != 2 || all[1].Sequence != 2 {
			t.Errorf("%d entries", len(all))
		}
		// Exports wait for what has no number yet.
		waits := func(tx db.OwnedScope) (waits bool) {
			waits, err := db.AuditWaits(tx, id.Event(db.LowestEvent(time.Now().Add(time.Hour))))
			if err != nil {
				t.Error(err)
			}
			return waits
		}
		here := func(want bool) {
			err := d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
				if waits(tx) != want {
					t.Errorf("the organization waits: %v", !want)
				}
				return nil
			})
			if err == nil {
				err = d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
					if waits(tx) != want {
						t.Errorf("the deployment waits: %v", !want)
					}
					return nil
				})
			}
			if err != nil {
				t.Error(err)
			}
		}
		here(false)
		record(t, d, &org, 1)
		here(true)
	})
}
