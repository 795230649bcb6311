package db_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
	"gatehouse/tenants"
)

// directoryOf is an organization with a directory, a group in a group, and a
// person in it.
type directoryOf struct {
	org           id.Organization
	dir           *directory.Directory
	group, parent id.DirectoryGroup
	in, out       id.DirectoryUser
}

var tester = actor.System("test")

func newDirectoryOf(t *testing.T, d *db.DB) (w directoryOf) {
	t.Helper()
	err := d.InDeployment(t.Context(), tester, func(tx *db.AllTx) error {
		o, err := tenants.Create(tx.Tx, tenants.New{Name: "Halden Marine"})
		if err != nil {
			return err
		}
		w.org = o.ID
		return tx.In(o.ID, func(tx *db.OrgTx) error { return w.fill(tx) })
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func insertPerson(tx *db.OrgTx, d *directory.Directory, name string) (*directory.User, error) {
	u, err := directory.NewUser(d, schema.Resource{"userName": name})
	if err != nil {
		return nil, err
	}
	return u, directory.InsertUser(tx, u)
}

func (w *directoryOf) fill(tx *db.OrgTx) (err error) {
	if w.dir, _, err = directory.Create(tx, directory.New{Type: directory.Okta}); err != nil {
		return err
	}
	in, err1 := insertPerson(tx, w.dir, "in")
	out, err2 := insertPerson(tx, w.dir, "out")
	group, err3 := directory.InsertGroup(tx, w.dir, schema.Resource{"displayName": "group"})
	parent, err4 := directory.InsertGroup(tx, w.dir, schema.Resource{"displayName": "parent"})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	w.in, w.out, w.group, w.parent = in.ID, out.ID, group.ID, parent.ID
	if err := tx.Flush(); err != nil {
		return err
	}
	_, _, err5 := directory.AddMembers(tx, group, []string{string(in.ID)})
	_, _, err6 := directory.AddMembers(tx, parent, []string{string(group.ID)})
	return errors.Join(err5, err6)
}

// state is all that another organization could have touched.
type state struct {
	Members, Groups []db.DirectoryMember
	Version         int64
	Counts          db.DirectoryCounts
}

func (w directoryOf) state(t *testing.T, d *db.DB) (s state) {
	t.Helper()
	err := d.ReadOrg(t.Context(), w.org, func(tx *db.OrgTx) error {
		g, err1 := directory.GetGroup(tx, w.dir.ID, w.group)
		members, err2 := db.ListDirectoryMembers(tx, w.group, "", 10)
		groups, err3 := db.ListDirectoryMembers(tx, w.parent, "", 10)
		counts, err4 := db.CountDirectory(tx, w.dir.ID)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			return err
		}
		s = state{members, groups, g.Version, counts}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s state) equal(o state) bool {
	return slices.Equal(s.Members, o.Members) && slices.Equal(s.Groups, o.Groups) && s.Version == o.Version && s.Counts == o.Counts
}

// Whoever knows another organization's ids must neither read nor change who is
// in its groups: these statements are written out, so nothing adds the
// organization for them.
func TestMembersOfAnotherOrganizationAreNotThere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		d.Now = func() time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC) } // so that both count in one row
		a, b := newDirectoryOf(t, d), newDirectoryOf(t, d)
		before := b.state(t, d)
		if len(before.Members) != 1 || len(before.Groups) != 1 || !before.Groups[0].IsGroup || before.Counts != (db.DirectoryCounts{UsersActive: 2, GroupsTotal: 2}) {
			t.Fatalf("at first: %+v", before)
		}
		people, groups := db.DirectoryMembers[id.DirectoryUser]{Group: b.group}, db.DirectoryMembers[id.DirectoryGroup]{Group: b.parent}
		err := d.InOrg(t.Context(), a.org, tester, func(tx *db.OrgTx) error {
			both := []id.DirectoryUser{b.in, b.out}
			all := [][]id.DirectoryUser{}
			for _, do := range []func() ([]id.DirectoryUser, error){
				func() ([]id.DirectoryUser, error) { return people.Add(tx, append(both, a.out)) },
				func() ([]id.DirectoryUser, error) { return people.Remove(tx, both) },
				func() ([]id.DirectoryUser, error) { return people.Keep(tx, nil) },
				func() ([]id.DirectoryUser, error) {
					return db.DirectoryMembers[id.DirectoryUser]{Group: a.group}.Add(tx, both)
				},
			} {
				list, err := do()
				if err != nil {
					return err
				}
				all = append(all, list)
			}
			for i, list := range all {
				if len(list) > 0 {
					t.Errorf("statement %d touched %v", i, list)
				}
			}
			added, err1 := groups.Add(tx, []id.DirectoryGroup{b.parent, a.parent})
			removed, err2 := groups.Keep(tx, nil)
			missing, err3 := people.Missing(tx, both)
			listed, err4 := db.ListDirectoryMembers(tx, b.group, "", 10)
			of, err5 := db.ListDirectoryMemberships(tx, both)
			firstOf, err9 := db.ListFirstDirectoryMemberships(tx, both, 10)
			counts, err6 := db.CountDirectory(tx, b.dir.ID)
			first, err8 := db.ListFirstDirectoryMembers(tx, []id.DirectoryGroup{b.group, b.parent}, 10)
			called, err7 := db.DirectoryMembersCalled(tx, b.group, []string{"in"})
			if len(added)+len(removed)+len(listed)+len(of)+len(called)+len(first)+len(firstOf) > 0 || len(missing) != 2 || counts != (db.DirectoryCounts{}) {
				t.Errorf("added %v, removed %v, missing %v, listed %v, of %v, counted %v", added, removed, missing, listed, of, counts)
			}
			_, held := directory.HoldGroup(tx, b.dir.ID, b.group)
			if !errors.Is(held, db.ErrNotFound) {
				t.Errorf("held: %v", held)
			}
			return errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, db.BumpDirectoryGroupsOf(tx, b.in), db.BumpDirectoryGroupsOf(tx, b.group))
		})
		if err != nil {
			t.Fatal(err)
		}
		// What travels with the commit is refused there, or does nothing.
		if err := d.InOrg(t.Context(), a.org, tester, func(tx *db.OrgTx) error { return db.CountLater(tx, b.dir.ID, db.DirectoryCounts{UsersActive: 7}) }); err != nil {
			t.Logf("counting another's: %v", err)
		}
		if after := b.state(t, d); !after.equal(before) {
			t.Errorf("before %+v, after %+v", before, after)
		}
		err = d.ReadDeployment(t.Context(), func(tx *db.AllTx) error { // operators look at every organization's
			listed, err1 := db.ListDirectoryMembers(tx, b.group, "", 10)
			of, err2 := db.ListDirectoryMemberships(tx, []id.DirectoryUser{a.in, b.in})
			if len(listed) != 1 || len(of) != 2 {
				t.Errorf("across: %v %v", listed, of)
			}
			return errors.Join(err1, err2)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Ids come from requests: one that is written to break out of a list must be
// an id that nobody has.
func TestListsAreParameters(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a := newDirectoryOf(t, d)
		err := d.ReadOrg(t.Context(), a.org, func(tx *db.OrgTx) error {
			odd := []id.DirectoryUser{`"`, `\`, `{a,b}`, `a","b`, "'); --", "NULL", "null", "é\u2028", "", a.in}
			missing, err := db.DirectoryMembers[id.DirectoryUser]{Group: a.group}.Missing(tx, odd)
			if !slices.Equal(missing, odd[:len(odd)-1]) {
				t.Errorf("missing %q", missing)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Two servers count at once, and a directory's count must be the sum.
func TestCountsAddUp(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
		d.Now = func() time.Time { return now }
		a := newDirectoryOf(t, d)
		for i := range 40 {
			now = now.Add(time.Microsecond)
			err := d.InOrg(t.Context(), a.org, tester, func(tx *db.OrgTx) error {
				return errors.Join(db.CountLater(tx, a.dir.ID, db.DirectoryCounts{UsersActive: -1, UsersInactive: int64(i)}), db.CountLater(tx, a.dir.ID, db.DirectoryCounts{}))
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := a.state(t, d).Counts; got != (db.DirectoryCounts{UsersActive: 2 - 40, UsersInactive: 39 * 40 / 2, GroupsTotal: 2}) {
			t.Errorf("counted %+v", got)
		}
	})
}
