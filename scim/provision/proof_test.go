package provision_test

import (
	"errors"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	"gatehouse/sessions"
	"gatehouse/users"
)

// The measured time until everything of a leaver was dead is the product's
// promise: it is written by another look, after the commit, and once.
func TestADepartureIsProven(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		s.session(*u.UserID, s.org)
		s.activate(u, false)
		s.now = s.now.Add(300 * time.Millisecond)
		s.work()
		r := s.departures()[0]
		if r.ProvenAt == nil || !r.ProvenAt.Equal(s.now) || r.Sessions != 1 {
			t.Fatalf("%+v", r)
		}
		w := r.Wire()
		if w.TookUS == nil || *w.TookUS != 300_000 {
			t.Errorf("took %v", w.TookUS)
		}
		s.now = s.now.Add(time.Hour)
		s.must(s.service.Look(t.Context()))
		if again := s.departures()[0]; !again.ProvenAt.Equal(*r.ProvenAt) {
			t.Error("proven a second time")
		}
	})
}

// A session that a sign-in made in the same moment is found, ended and counted
// before anything is called proven.
func TestWhatIsFoundAliveIsEnded(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		s.activate(u, false)
		late := s.session(*u.UserID, s.org)
		s.key(*u.UserID)
		s.work()
		r := s.departures()[0]
		if s.live(late) || r.ProvenAt == nil || r.Sessions != 1 || r.APIKeys != 1 {
			t.Errorf("%+v", r)
		}
	})
}

// What somebody has who is a member again is theirs: a late look ends none of it.
func TestALateLookLeavesWhoCameBack(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		s.activate(u, false)
		s.activate(u, true)
		here := s.session(*u.UserID, s.org)
		s.work()
		if !s.live(here) || s.departures()[0].ProvenAt == nil {
			t.Error("the new session ended, or nothing was proven")
		}
	})
}

// A departure whose job was lost is looked after all the same.
func TestALostProofIsMadeUpFor(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		s.activate(u, false)
		_, queue := s.d.Pools()
		_, err := queue.ExecContext(t.Context(), "DELETE FROM river_job")
		s.must(err)
		s.must(s.service.Look(t.Context()))
		if s.departures()[0].ProvenAt != nil {
			t.Error("looked at once, where its job is on its way")
		}
		s.now = s.now.Add(11 * time.Minute)
		s.must(s.service.Look(t.Context()))
		if s.departures()[0].ProvenAt == nil {
			t.Error("nobody looked")
		}
	})
}

// A person whom nobody could have had anything of is proven as they go.
func TestAPendingPersonsDepartureNeedsNoLook(t *testing.T) {
	each(t, func(s *scene) {
		u := s.create(s.named("jo@personal.example", true))
		s.activate(u, false)
		if r := s.departures()[0]; r.UserID != nil || r.ProvenAt == nil {
			t.Errorf("%+v", r)
		}
	})
}

// Whoever signs in while the directory takes them away has no session in the
// end, whichever of the two commits first.
func TestSigningInWhileBeingDeactivated(t *testing.T) {
	each(t, func(s *scene) {
		s.guarded(0, 0, time.Hour)
		for range 8 {
			u := s.create(s.named(time.Now().Format("150405.000000000")+"@"+held, true))
			account := *u.UserID
			var made *sessions.Session
			off := with(u, map[string]any{"active": false})
			s.both(func() error { _, err := s.tryUpdate(u, off); return err }, func() error {
				err := s.d.Tx(t.Context(), tester, func(tx *db.Tx) (err error) {
					if err = tx.In(s.org, func(tx *db.OrgTx) error { _, err := users.HoldActiveMember(tx, account); return err }); err != nil {
						return err // oauth.start begins so
					}
					made, err = sessions.Start(tx, sessions.New{User: account, Client: s.client(tx), Organization: &s.org, Method: sessions.Password})
					return err
				})
				if errors.Is(err, db.ErrNotFound) {
					return nil
				}
				return err
			})
			if made != nil && s.live(made) {
				t.Fatal("a session outlived the membership")
			}
		}
	})
}

// Two owners whom the directory takes away at once: one stays, and is told of.
func TestTwoLastOwnersAtOnce(t *testing.T) {
	each(t, func(s *scene) {
		s.guarded(0, 0, time.Hour)
		second := s.person("second@"+held, true)
		s.member(second, "owner")
		a, b := s.create(s.named("ines@"+held, true)), s.create(s.named("second@"+held, true))
		offA, offB := with(a, map[string]any{"active": false}), with(b, map[string]any{"active": false})
		s.both(func() error { _, err := s.tryUpdate(a, offA); return err }, func() error { _, err := s.tryUpdate(b, offB); return err })
		kept := 0
		for _, u := range []*directory.User{a, b} {
			if row := s.stored(u); row.Active {
				t.Error("still active in the directory")
			} else if row.Kept {
				kept++
			}
		}
		if kept != 1 || (s.role(a) == "owner") == (s.role(b) == "owner") || s.count("directory.owner_kept") != 1 {
			t.Errorf("%d kept: %q and %q", kept, s.role(a), s.role(b))
		}
	})
}
