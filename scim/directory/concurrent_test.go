package directory_test

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// storm is a provider with several threads that do everything at once.
type storm struct {
	d      *db.DB
	dir    *directory.Directory
	people []string
	groups []id.DirectoryGroup
}

// do is one request of each kind; n chooses whom it is about.
func (s *storm) do(t testing.TB, kind, n int) error {
	person, group := id.DirectoryUser(s.people[n%len(s.people)]), s.groups[n%len(s.groups)]
	some := slices.Clone(s.people[n%len(s.people):])
	slices.Reverse(some) // not the order in which rows are locked
	return s.d.InOrg(t.Context(), s.dir.OrganizationID, who, func(tx *db.OrgTx) error {
		if kind < 5 {
			g, err := directory.HoldGroup(tx, s.dir.ID, group)
			if err != nil {
				return err
			}
			return s.changeGroup(tx, g, kind, n, some)
		}
		u, err := directory.HoldUser(tx, s.dir.ID, person)
		if err != nil {
			return err
		}
		switch kind {
		case 5:
			return directory.UpdateUser(tx, u, with(u.Resource, "userName", fmt.Sprintf("n%d@halden.example", n)))
		case 6:
			return directory.UpdateUser(tx, u, with(u.Resource, "active", n%2 == 0))
		}
		if _, err := directory.Hold(tx, s.dir.ID); err != nil { // as the safeguard does
			return err
		}
		return directory.DeleteUser(tx, u)
	})
}

func (s *storm) changeGroup(tx *db.OrgTx, g *directory.Group, kind, n int, some []string) (err error) {
	switch kind {
	case 0:
		_, _, _, err = directory.ReplaceMembers(tx, g, some)
	case 1:
		_, _, err = directory.AddMembers(tx, g, some[:min(len(some), 3)])
	case 2:
		_, _, err = directory.RemoveMembers(tx, g, some)
	case 3: // a whole push in one request: all go, some come again
		if _, _, _, err = directory.ReplaceMembers(tx, g, nil); err == nil {
			_, _, err = directory.AddMembers(tx, g, some)
		}
	case 4:
		err = directory.UpdateGroup(tx, g, schema.Resource{"displayName": fmt.Sprintf("g%d %s", n, g.ID)})
	}
	return err
}

// Two requests that wait for each other are a 500 at the provider, which puts
// its whole job into quarantine: nothing may wait in a circle, and nothing that
// somebody else deletes meanwhile may be a fault of ours.
func TestNothingWaitsInACircle(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		s := &storm{d: d, dir: dir, people: crew(t, d, dir, 60)}
		for i := range 3 {
			s.groups = append(s.groups, newGroup(t, d, dir, fmt.Sprint("g", i)))
		}
		var all sync.WaitGroup
		for thread := range 8 {
			all.Go(func() {
				for i := range 40 {
					h := fnv.New32()
					fmt.Fprint(h, thread, i)
					n := int(h.Sum32() >> 4)
					kind := n % 64 % 9
					if kind == 8 { // few leave for good
						kind = 7 - n/64%4
					}
					err := s.do(t, kind, n/512)
					if err != nil && !errors.Is(err, db.ErrNotFound) && !errors.Is(err, schema.ErrValue) && !errors.Is(err, directory.ErrUserNameTaken) {
						t.Errorf("a request of kind %d: %v", kind, err)
					}
				}
			})
		}
		all.Wait()
		s.check(t)
	})
}

// check holds what is counted against what is there.
func (s *storm) check(t *testing.T) {
	var want directory.Counts
	must(t, s.d.ReadOrg(t.Context(), s.dir.OrganizationID, func(tx *db.OrgTx) error {
		for _, one := range s.people {
			u, err := directory.GetUser(tx, s.dir.ID, id.DirectoryUser(one))
			switch {
			case errors.Is(err, db.ErrNotFound):
			case err != nil:
				return err
			case u.Active:
				want.Active++
			default:
				want.Inactive++
			}
		}
		return nil
	}))
	want.Groups = int64(len(s.groups))
	if got := countsOf(t, s.d, s.dir); got != want {
		t.Errorf("counted %+v, there are %+v", got, want)
	}
	if want.Users() == int64(len(s.people)) || want.Users() == 0 {
		t.Errorf("%d of %d people are left: nothing was tried", want.Users(), len(s.people))
	}
}

// A safeguard that looks at a directory must not keep people from coming into it.
func TestPeopleComeWhileTheDirectoryIsHeld(t *testing.T) {
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		d, err := db.Open(t.Context(), db.Options{URL: address, MaxConns: 4})
		must(t, err)
		defer d.Close()
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		g, u := newGroup(t, d, dir, "Crew"), newUser(t, d, dir, person("ada@halden.example"))
		inOrg(t, d, dir.OrganizationID, func(tx *db.OrgTx) error {
			_, err1 := directory.Hold(tx, dir.ID)
			_, err2 := directory.HoldUser(tx, dir.ID, u.ID)
			came := make(chan struct{})
			go func() {
				defer close(came)
				newUser(t, d, dir, person("bob@halden.example"))
				change(t, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error {
					_, _, err := directory.AddMembers(tx, g, []string{string(u.ID)})
					return err
				})
			}()
			select {
			case <-came:
			case <-time.After(20 * time.Second):
				t.Error("they wait for the one who holds the directory")
			}
			return errors.Join(err1, err2)
		})
	})
}
