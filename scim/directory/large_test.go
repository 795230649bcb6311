package directory_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

func postgres() bool { return os.Getenv("GATEHOUSE_TEST_POSTGRES") != "" }

// place is a row of the table between groups and people.
type place struct {
	db.Owned
	GroupID         id.DirectoryGroup
	DirectoryUserID id.DirectoryUser
	CreatedAt       time.Time
}

func (place) TableName() string { return "directory_group_members" }

// since is how many members came into the group at that instant or later.
func since(t testing.TB, d *db.DB, dir *directory.Directory, g id.DirectoryGroup, at time.Time) (n int64) {
	t.Helper()
	must(t, d.ReadOrg(t.Context(), dir.OrganizationID, func(tx *db.OrgTx) (err error) {
		n, err = db.OwnedTable[place, id.DirectoryUser]{}.Count(tx, db.Eq("group_id", g), db.Gte("created_at", at))
		return err
	}))
	return n
}

// Okta pushes a whole group again for each person who joins. Writing 50,000
// rows for one of them would hold every other request of the directory.
func TestReplacingAlmostAllWritesLittle(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		forward := clock(d)
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		const size = 50_000
		p, g := seed(t, d, dir, 0, size+1), newGroup(t, d, dir, "Everybody")
		timed := func(what string, do memberChange) (added, removed []id.DirectoryUser) {
			started := time.Now()
			change(t, d, dir, g, func(tx *db.OrgTx, g *directory.Group) (err error) {
				added, removed, _, err = do(tx, g)
				return err
			})
			t.Logf("%s: %v", what, time.Since(started).Round(time.Millisecond))
			return added, removed
		}
		if added, removed := timed("50,000 come", replace(p[:size]...)); len(added) != size || len(removed) != 0 {
			t.Fatalf("%d came, %d went", len(added), len(removed))
		}
		forward(time.Hour)
		shuffled := slices.Clone(p[1:])
		slices.Reverse(shuffled)
		added, removed := timed("one for another", replace(shuffled...))
		if !slices.Equal(plain(added), p[size:]) || !slices.Equal(plain(removed), p[:1]) {
			t.Errorf("came %v, went %v", added, removed)
		}
		if n := since(t, d, dir, g, d.Now()); n != 1 {
			t.Errorf("%d rows were written for one who came", n)
		}
		version := readGroup(t, d, dir, g).Version
		if added, removed := timed("the same again", replace(shuffled...)); len(added)+len(removed) != 0 || readGroup(t, d, dir, g).Version != version {
			t.Errorf("came %v, went %v", added, removed)
		}
		timed("one is added", add(p[0]))
		timed("one is removed", remove(p[0]))
		timed("all go", replace())
		timed("a list of all is added", add(p...))
		if got := since(t, d, dir, g, time.Time{}); got != size+1 {
			t.Errorf("%d are in the group", got)
		}
		started := time.Now()
		change(t, d, dir, g, directory.DeleteGroup)
		t.Logf("the group goes: %v", time.Since(started).Round(time.Millisecond))
		if got := since(t, d, dir, g, time.Time{}); got != 0 {
			t.Errorf("%d are in a group that is gone", got)
		}
	})
}
