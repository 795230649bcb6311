package sequence_test

import (
	"slices"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// Whoever follows an organization's log must see that organization's entries
// and nobody else's, whatever they ask for.
func TestTheFeedIsScoped(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b := id.New[id.Organization](), id.New[id.Organization]()
		for _, org := range []*id.Organization{&a, &b, nil, &a} {
			record(t, d, org, 3)
		}
		numberAll(t, d)
		err := d.ReadOrg(t.Context(), a, func(tx *db.OrgTx) error {
			for _, q := range []audit.FeedQuery{{}, {Types: []string{"user.created"}}, {After: 0, Until: 100}} {
				rows, err := audit.Feed(tx, q)
				n, failed := audit.Tally(tx, q)
				if err != nil || failed != nil || len(rows) != 6 || n != 6 || slices.ContainsFunc(rows, func(n audit.Numbered) bool { return *n.OrganizationID != a }) {
					t.Errorf("%+v: %d entries, %d, %v, %v", q, len(rows), n, err, failed)
				}
			}
			if rows, err := audit.Feed(tx, audit.FeedQuery{Organization: b}); err != nil || len(rows) != 0 {
				t.Errorf("another organization's: %d, %v", len(rows), err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A cursor is a position: pages that follow it must have every entry once, and
// what was asked for alone.
func TestTheFeedGoesByPositions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b := id.New[id.Organization](), id.New[id.Organization]()
		for _, org := range []*id.Organization{&a, &b, nil, &a} {
			record(t, d, org, 3)
			numberAll(t, d)
		}
		err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			for _, c := range []struct {
				q           audit.FeedQuery
				n           int
				first, last int64
			}{
				{audit.FeedQuery{}, 12, 1, 12}, {audit.FeedQuery{After: 3, Limit: 4}, 4, 4, 7}, {audit.FeedQuery{After: 3, Until: 5}, 2, 4, 5},
				{audit.FeedQuery{Organization: a}, 6, 1, 12}, {audit.FeedQuery{Organization: a, After: 3}, 3, 10, 12}, {audit.FeedQuery{Newest: true, Limit: 2}, 2, 12, 11},
				{audit.FeedQuery{Types: []string{"user.created"}}, 12, 1, 12}, {audit.FeedQuery{Types: []string{"user.deleted"}}, 0, 0, 0},
				{audit.FeedQuery{Before: tx.Now().AddDate(0, 0, -1)}, 0, 0, 0}, {audit.FeedQuery{Since: tx.Now().AddDate(0, 0, -1)}, 12, 1, 12}, {audit.FeedQuery{After: 12}, 0, 0, 0},
			} {
				rows, err := audit.Feed(tx, c.q)
				if err != nil || len(rows) != c.n || c.n > 0 && (rows[0].Position != c.first || rows[c.n-1].Position != c.last) {
					t.Errorf("%+v: %d entries, %v", c.q, len(rows), err)
				}
			}
			if head, err := audit.Head(tx); err != nil || head != 12 {
				t.Errorf("the head is %d, %v", head, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// The hourly job signs what moved and nothing twice: a signature for nothing
// is a row for nothing, every hour, of every customer.
func TestHeadsThatMovedAreSignedOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b := id.New[id.Organization](), id.New[id.Organization]()
		record(t, d, &a, 3)
		record(t, d, &b, 2)
		record(t, d, nil, 1)
		numberAll(t, d)
		s := signer(d)
		for _, want := range []int{3, 1, 0} { // the first run makes the key, which is an entry of the deployment's
			if n, err := s.CheckpointAll(t.Context()); err != nil || n != want {
				t.Errorf("%d heads were signed, not %d: %v", n, want, err)
			}
			numberAll(t, d)
		}
		record(t, d, &b, 1)
		numberAll(t, d)
		if n, err := s.CheckpointAll(t.Context()); err != nil || n != 1 {
			t.Errorf("%d heads were signed: %v", n, err)
		}
		if result := verify(t, d); result.Count != 0 {
			t.Errorf("%+v", result.Faults)
		}
	})
}

// What retention dropped is a signed gap; what anybody else dropped is a loss.
func TestAnExpiryExplainsAGap(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, own := logOf(t, d, 1)
		gone := &audit.Expiry{FirstSequence: 3, LastSequence: 5, PreviousHash: own[2].PreviousHash, Hash: own[4].Hash}
		gone.OrganizationID = &org
		if err := signer(d).SignExpiry(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
		if err := d.Tx(t.Context(), who, func(tx *db.Tx) error { return audit.KeepExpiry(tx, &org, gone) }); err != nil {
			t.Fatal(err)
		}
		if result := verify(t, d); result.Count != 0 {
			t.Errorf("signed, not yet dropped: %+v", result.Faults)
		}
		drop := func(n audit.Numbered) []string {
			return []string{"DELETE FROM audit_events WHERE id = '" + string(n.ID) + "'", "DELETE FROM audit_tiles WHERE events = " + list(d, string(n.ID))}
		}
		tamper(t, d, slices.Concat(drop(own[2]), drop(own[3]))...)
		if result := verify(t, d); result.Count != 0 {
			t.Errorf("dropped in part: %+v", result.Faults)
		}
		tamper(t, d, drop(own[4])...)
		if result := verify(t, d); result.Count != 0 {
			t.Errorf("dropped: %+v", result.Faults)
		}
		tamper(t, d, drop(own[5])...)
		if result := verify(t, d); result.Count != 1 || result.Faults[0].Sequence != 6 {
			t.Errorf("one more: %+v", result.Faults)
		}
	})
}
