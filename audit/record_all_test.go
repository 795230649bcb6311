package audit_test

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// A group of 600 is put together in one request: each of its entries must be
// there, in the order in which they happened, waiting for its number, and
// nobody else's.
func TestManyEntriesAreAllRecorded(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		total := 0
		for _, n := range []int{0, 1, 2, 85, 256, 600} {
			org := id.New[id.Organization]()
			err := d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
				entries := make([]audit.Entry, n)
				for i := range entries {
					entries[i] = audit.UserCreated{User: wire.User{ID: id.New[id.User](), Email: fmt.Sprintf("u%04d@halden.example", i)}}
				}
				return audit.RecordAll(tx, entries)
			})
			if err != nil {
				t.Fatal(err)
			}
			err = d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
				list, err := audit.List(tx, audit.Filter{Organization: org, Oldest: true})
				if len(list) != n {
					t.Errorf("%d entries of %d", len(list), n)
				}
				for i, e := range list {
					if e.Type != "user.created" || *e.OrganizationID != org || *e.ActorID != who.ID || !strings.Contains(string(e.Data), fmt.Sprintf("u%04d@", i)) {
						t.Errorf("entry %d of %d: %+v", i, n, e)
						break
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			total += n
		}
		_, conn := d.Pools()
		var waiting int
		if err := conn.QueryRow("SELECT CAST(sum(entries) AS bigint) FROM audit_pending").Scan(&waiting); err != nil || waiting != total {
			t.Errorf("%d of %d entries wait for their number, %v", waiting, total, err)
		}
		var rows int // 1 and 2 alone, 85 and 256 with two statements at most each, 600 with some more
		if err := conn.QueryRow("SELECT count(*) FROM audit_pending").Scan(&rows); err != nil || d.Dialect == db.Postgres && rows > 30 {
			t.Errorf("%d entries wait in %d rows, %v", waiting, rows, err)
		}
	})
}
