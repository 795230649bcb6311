package provision_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/users"
)

func (s *scene) preview() (p provision.Preview) {
	s.Helper()
	s.must(s.d.ReadOrg(s.Context(), s.org, func(tx *db.OrgTx) (err error) {
		p, err = provision.PreviewOf(tx, s.dir)
		return err
	}))
	return p
}

func (s *scene) apply() error {
	return s.in(func(tx *db.OrgTx) error { return provision.Apply(tx, s.dir) })
}

// A customer looks at the first sync before anybody becomes a member: until
// then nothing happens to anybody, and the preview says what will.
func TestAStagedDirectoryIsLookedAtFirst(t *testing.T) {
	each(t, func(s *scene) {
		s.dir = s.directory(directory.New{Staged: true})
		member, leaver := s.person("member@"+held, true), s.person("leaver@elsewhere.example", true)
		s.member(member, tenants.AdminRole)
		s.member(leaver, tenants.MemberRole)
		here := s.session(leaver.ID, s.org)
		new1, old := s.pushed("new"), s.create(s.named("member@"+held, true))
		off := s.create(s.named("leaver@elsewhere.example", false))
		s.create(s.named("never@"+held, false))
		pending := s.create(s.named("guest@personal.example", true))
		s.create(s.user(`{"userName":"no address"}`))
		g := s.group("Admins", new1, old)
		s.mapTo(tenants.AdminRole, g)
		flips := s.pushed("flips")
		s.activate(flips, false)
		if p := s.preview(); p != (provision.Preview{Added: 1, Matched: 1, Pending: 2, NoAddress: 1, Inactive: 3, Removed: 1}) {
			t.Errorf("%+v", p)
		}
		if s.byEmail("new@"+held) != nil || s.membership(member.ID).DirectoryManaged || !s.live(here) || len(s.departures()) != 0 {
			t.Fatal("something happened before anybody said so")
		}
		if n := s.count("dsync.user.created"); n != 7 {
			t.Errorf("%d told", n)
		}
		s.must(s.apply())
		s.work()
		if s.role(new1) != tenants.AdminRole || s.role(old) != tenants.AdminRole || !s.membership(member.ID).DirectoryManaged || s.stored(pending).UserID != nil {
			t.Errorf("%q, %q", s.role(new1), s.role(old))
		}
		if s.live(here) || !s.membership(leaver.ID).EndedByDirectory() || s.stored(off).UserID == nil {
			t.Error("the leaver stayed")
		}
		if err := s.apply(); !errors.Is(err, provision.ErrNotStaged) {
			t.Errorf("applied twice: %v", err)
		}
		if later := s.pushed("later"); s.role(later) != tenants.MemberRole {
			t.Error("what comes afterwards does not take effect")
		}
	})
}

// A worker that is killed in the middle has done a part, and the next one does
// the rest and nothing twice.
func TestApplyingGoesOnAfterAKill(t *testing.T) {
	each(t, func(s *scene) {
		s.dir = s.directory(directory.New{Staged: true})
		people := s.crew(230)
		s.must(s.apply())
		for n := 0; n < 3; n++ { // killed thrice, somewhere
			ctx, kill := context.WithCancel(t.Context())
			time.AfterFunc(time.Duration(20+60*n)*time.Millisecond, kill)
			_ = s.service.ApplyNow(ctx, s.org, s.dir.ID)
			kill()
		}
		s.work()
		for _, u := range people {
			if s.role(u) != tenants.MemberRole {
				t.Fatalf("%s is no member", u.UserName)
			}
		}
		if made, linked := s.count("organization_membership.created"), s.count("directory.user_linked"); made != 231 || linked != 230 { // and Ines
			t.Errorf("%d memberships, %d links", made, linked)
		}
	})
}

// An admin's deactivation of after the push is not undone by applying it.
func TestApplyingKeepsTheNewerWord(t *testing.T) {
	each(t, func(s *scene) {
		s.dir = s.directory(directory.New{Staged: true})
		account := s.person("jo@"+held, true)
		m := s.member(account, tenants.MemberRole)
		u := s.pushed("jo")
		s.now = s.now.Add(time.Minute)
		s.must(s.in(func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, m.ID); return err }))
		s.must(s.apply())
		s.work()
		if s.role(u) != "" || s.stored(u).UserID == nil {
			t.Errorf("role %q", s.role(u))
		}
		s.activate(u, false)
		s.activate(u, true)
		if s.role(u) != tenants.MemberRole {
			t.Error("the directory's newer word did not count")
		}
	})
}

// Whoever waits for a domain to be verified becomes a member when it is, by the
// next look; another domain's people go on waiting.
func TestAVerifiedDomainLetsItsPeopleIn(t *testing.T) {
	each(t, func(s *scene) {
		waits, other := s.create(s.named("jo@later.example", true)), s.create(s.named("jo@never.example", true))
		s.must(s.service.Look(t.Context()))
		if s.stored(waits).UserID != nil {
			t.Fatal("linked before")
		}
		s.must(s.in(func(tx *db.OrgTx) error {
			_, err := tenants.AddDomain(tx, "later.example", tenants.Verified)
			return err
		}))
		for range 2 {
			s.must(s.service.Look(t.Context()))
		}
		if s.role(waits) != tenants.MemberRole || s.stored(other).UserID != nil || s.count("directory.user_linked") != 1 {
			t.Errorf("role %q", s.role(waits))
		}
	})
}
