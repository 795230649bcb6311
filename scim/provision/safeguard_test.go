package provision_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
)

// crew pushes several people.
func (s *scene) crew(n int) (all []*directory.User) {
	s.Helper()
	for i := range n {
		all = append(all, s.pushed(fmt.Sprintf("crew%03d", i)))
	}
	return all
}

// guarded sets the safeguard; 0 is no such bound.
func (s *scene) guarded(most, percent int64, window time.Duration) {
	s.Helper()
	bound := func(n int64) **int64 {
		p := &n
		if n == 0 {
			p = nil
		}
		return &p
	}
	seconds := int64(window.Seconds())
	s.must(s.in(func(tx *db.OrgTx) error {
		return provision.SetSafeguard(tx, s.dir, provision.SafeguardChange{MaxDeactivations: bound(most), MaxPercent: bound(percent), WindowSeconds: &seconds})
	}))
}

func (s *scene) safeguard() (w wire.DirectorySafeguard) {
	s.Helper()
	s.must(s.d.ReadOrg(s.Context(), s.org, func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, s.dir.ID)
		if err == nil {
			w, err = provision.SafeguardOf(tx, d)
		}
		return err
	}))
	return w
}

// leave is the request that takes somebody away, and what the endpoint does
// where that is held.
func (s *scene) leave(u *directory.User) error {
	s.Helper()
	_, err := s.tryUpdate(u, with(u, map[string]any{"active": false}))
	if errors.Is(err, provision.ErrHeld) {
		s.must(s.service.Hold(s.Context(), s.dir))
	}
	return err
}

// D10: a provider that deactivates everybody is stopped at the share, written
// nothing more of, and answered so that it comes back; one click lets it go on.
func TestAMassDeactivationIsHeld(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(40)
		s.guarded(500, 20, time.Hour)
		left := 0
		for _, u := range people {
			if err := s.leave(u); err == nil {
				left++
			} else if !errors.Is(err, provision.ErrHeld) {
				t.Fatal(err)
			}
		}
		if left != 8 {
			t.Errorf("%d of 40 left, want a fifth", left)
		}
		p := problem.As(provision.ErrHeld)
		if p.Status() != http.StatusTooManyRequests || p.RetryAfter <= 0 {
			t.Errorf("answered %d, back in %s", p.Status(), p.RetryAfter)
		}
		if n := s.count("directory.held"); n != 1 {
			t.Errorf("told %d times", n)
		}
		if w := s.safeguard(); w.State != "held" || w.HeldAt == nil || w.Departed != 8 {
			t.Errorf("%+v", w)
		}
		for _, u := range people[8:] {
			if s.role(u) != tenants.MemberRole || !s.stored(u).Active {
				t.Fatalf("%s left while that was held", u.UserName)
			}
		}
		if err := s.tryDelete(people[10]); !errors.Is(err, provision.ErrHeld) || s.stored(people[10]) == nil {
			t.Errorf("deleted while it was held: %v", err)
		}
		s.must(s.in(func(tx *db.OrgTx) error { return provision.Release(tx, s.dir) }))
		for _, u := range people[8:] {
			s.must(s.leave(u))
		}
		if w := s.safeguard(); w.State != "released" || w.ReleasedUntil == nil || w.Departed != 40 || s.count("directory.released") != 1 {
			t.Errorf("%+v", w)
		}
		s.now = s.now.Add(61 * time.Minute)
		if w := s.safeguard(); w.State != "on" || w.Departed != 0 {
			t.Errorf("an hour later: %+v", w)
		}
	})
}

// What is held is that people leave: they still come, change and join groups.
func TestAHeldDirectoryTakesEverythingElse(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(4)
		s.guarded(1, 0, time.Hour)
		s.must(s.leave(people[0]))
		if err := s.leave(people[1]); !errors.Is(err, provision.ErrHeld) {
			t.Fatal(err)
		}
		s.update(people[1], with(people[1], map[string]any{"title": "Captain"}))
		s.activate(people[0], true)
		s.group("Crew", people...)
		s.pushed("late")
		s.silent("held again", func() { _ = s.leave(people[2]) })
	})
}

// A small customer's few leavers are no mass, and neither are those of before.
func TestFewMayAlwaysLeave(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(12)
		s.guarded(0, 20, time.Hour)
		for _, u := range people[:5] {
			s.must(s.leave(u))
		}
		if err := s.leave(people[5]); !errors.Is(err, provision.ErrHeld) {
			t.Errorf("six of twelve: %v", err)
		}
		s.must(s.in(func(tx *db.OrgTx) error { return provision.Release(tx, s.dir) }))
		s.now = s.now.Add(2 * time.Hour)
		s.must(s.leave(people[6]))
	})
}

// Of many requests at once none slips through: a provider sends them side by side.
func TestTheSafeguardCountsRequestsAtOnce(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(12)
		s.guarded(3, 0, time.Hour)
		var wg sync.WaitGroup
		var mu sync.Mutex
		left := 0
		for _, u := range people {
			wg.Go(func() {
				_, err := s.tryUpdate(u, with(u, map[string]any{"active": false}))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					left++
				} else if !errors.Is(err, provision.ErrHeld) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if left != 3 {
			t.Errorf("%d left", left)
		}
	})
}

// Without bounds nobody is held, and what was held goes on; who says nonsense
// is told what it may be.
func TestASafeguardIsSet(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(3)
		s.guarded(1, 0, time.Hour)
		s.must(s.leave(people[0]))
		_ = s.leave(people[1])
		before := s.count("directory.updated")
		s.guarded(1, 0, time.Hour)
		if s.count("directory.updated") != before {
			t.Error("recorded what changed nothing")
		}
		s.guarded(0, 0, time.Hour)
		if w := s.safeguard(); w.State != "off" || w.HeldAt != nil {
			t.Errorf("%+v", w)
		}
		s.must(s.leave(people[1]))
		s.must(s.leave(people[2]))
		if err := s.in(func(tx *db.OrgTx) error { return provision.Release(tx, s.dir) }); !errors.Is(err, provision.ErrNotHeld) {
			t.Errorf("released what is not held: %v", err)
		}
		for _, bad := range []struct{ most, percent, window int64 }{{-1, 20, 3600}, {2_000_000, 20, 3600}, {5, 101, 3600}, {5, 20, 59}, {5, 20, 604801}} {
			most, percent := &bad.most, &bad.percent
			err := s.in(func(tx *db.OrgTx) error {
				return provision.SetSafeguard(tx, s.dir, provision.SafeguardChange{MaxDeactivations: &most, MaxPercent: &percent, WindowSeconds: &bad.window})
			})
			if p := problem.As(err); p == nil || p.Status() != http.StatusUnprocessableEntity || len(p.Details) != 1 {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

// An organization's word does not reach another's directory.
func TestASafeguardIsTheOrganizationsOwn(t *testing.T) {
	each(t, func(s *scene) {
		other := s.organization("Northwind")
		err := s.d.InOrg(t.Context(), other, tester, func(tx *db.OrgTx) error { return provision.Release(tx, s.dir) })
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%v", err)
		}
	})
}
