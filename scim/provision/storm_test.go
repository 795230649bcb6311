package provision_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
	"gatehouse/scim/patch"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
	"gatehouse/tenants"
	"gatehouse/users"
)

// storm is a provider that does everything at once, while an admin maps groups
// and jobs run.
type storm struct {
	*scene
	people []*directory.User
	groups []*directory.Group
}

func newStorm(s *scene) *storm {
	w := &storm{scene: s}
	never := (*int64)(nil)
	s.must(s.in(func(tx *db.OrgTx) error {
		return provision.SetSafeguard(tx, s.dir, provision.SafeguardChange{MaxDeactivations: &never, MaxPercent: &never})
	}))
	for i := range 24 {
		w.people = append(w.people, s.pushed(fmt.Sprint("p", i)))
	}
	for i := range 3 {
		w.groups = append(w.groups, s.group(fmt.Sprint("g", i), w.people[i*8:]...))
	}
	s.mapTo(tenants.AdminRole, w.groups[2])
	return w
}

// do is one request; n chooses whom it is about.
func (w *storm) do(kind, n int) error {
	u, g := *w.people[n%len(w.people)], w.groups[n%len(w.groups)]
	some := w.people[n%len(w.people):]
	switch kind {
	case 0:
		_, err := w.tryChange(g, add(some...))
		return err
	case 1:
		_, err := w.tryChange(g, remove(some...))
		return err
	case 2:
		_, err := w.tryChange(g, patch.Members{Do: patch.Replace, IDs: idsOf(some)})
		return err
	case 3:
		_, err := w.tryChange(g, patch.Members{Do: patch.Replace}, add(some...))
		return err
	case 4, 5, 6:
		return w.push(func(tx *db.OrgTx, d *directory.Directory) error {
			row, err := directory.HoldUser(tx, d.ID, u.ID)
			if err != nil {
				return err
			}
			next := with(row, map[string]any{"active": !row.Active})
			if kind == 6 {
				next = with(row, map[string]any{"userName": fmt.Sprintf("n%d@%s", n, held)})
			}
			_, err = provision.UpdateUser(tx, d, row, next)
			return err
		})
	case 7:
		if n%3 > 0 { // few leave for good
			return w.do(4, n)
		}
		return w.tryDelete(&u)
	}
	return w.in(func(tx *db.OrgTx) error {
		return provision.SetRoleMappings(tx, w.dir, []provision.Mapping{{Group: w.groups[2].ID, Role: tenants.AdminRole}, {Group: g.ID, Role: []string{tenants.DefaultRole, tenants.AdminRole}[n%2]}}[n%2:])
	})
}

// Whoever waits in a circle is a 500 at the provider; and whatever came in
// which order, everybody must have the role of their groups in the end.
func TestEverythingAtOnceEndsWithTheRightRoles(t *testing.T) {
	each(t, func(s *scene) {
		w := newStorm(s)
		r := jobs.NewRegistry()
		s.service.Register(r)
		runner, err := jobs.Start(s.Context(), s.d, r, slog.New(slog.DiscardHandler))
		s.must(err)
		defer runner.Stop(context.Background())
		var all sync.WaitGroup
		for thread := range 6 {
			all.Go(func() {
				for i := range 25 {
					h := fnv.New32()
					fmt.Fprint(h, thread, "-", i)
					n := int(h.Sum32() >> 3)
					err := w.do(n%9, n/9)
					if err != nil && !errors.Is(err, db.ErrNotFound) && !errors.Is(err, schema.ErrValue) && !errors.Is(err, directory.ErrUserNameTaken) && !errors.Is(err, provision.ErrMappedTwice) {
						s.Errorf("a request of kind %d (to be tried again: %t): %v", n%9, db.Retryable(err), err)
					}
				}
			})
		}
		all.Wait()
		w.settled()
		w.check()
	})
}

// settled waits for the jobs that look after whom a request passed over.
func (w *storm) settled() {
	_, conn := w.d.Pools()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var left int
		w.must(conn.QueryRow("SELECT count(*) FROM river_job WHERE kind IN ('directory_regrade', 'directory_regrade_all', 'directory_proof') AND state NOT IN ('completed', 'cancelled', 'discarded')").Scan(&left))
		if left == 0 {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("%d jobs are left", left)
		}
	}
}

// check holds everybody's membership against their groups.
func (w *storm) check() {
	gives := map[id.DirectoryGroup]string{}
	var in map[id.DirectoryUser][]directory.Group
	w.must(w.d.ReadOrg(w.Context(), w.org, func(tx *db.OrgTx) error {
		list, err := provision.RoleMappings(tx, w.dir)
		for _, m := range list {
			gives[m.DirectoryGroupID] = m.RoleSlug
		}
		ids := make([]id.DirectoryUser, len(w.people))
		for i, u := range w.people {
			ids[i] = u.ID
		}
		var err2 error
		in, err2 = directory.GroupsOf(tx, ids)
		return errors.Join(err, err2)
	}))
	left := 0
	for _, u := range w.people {
		row, want := w.stored(u), ""
		if row != nil {
			left++
		}
		if row != nil && row.Active {
			want = tenants.DefaultRole
			for _, g := range in[u.ID] {
				if gives[g.ID] == tenants.AdminRole {
					want = tenants.AdminRole
				}
			}
		}
		if got := w.role(u); got != want {
			w.Errorf("%s has the role %q, want %q", u.UserName, got, want)
		}
		if m := w.membership(*u.UserID); row == nil && (m == nil || m.Status == users.Active) {
			w.Errorf("%s is gone, and has %+v", u.UserName, m)
		}
	}
	if left == 0 || left == len(w.people) {
		w.Errorf("%d of %d people are left: nothing was tried", left, len(w.people))
	}
}
