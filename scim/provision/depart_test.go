package provision_test

import (
	"testing"
	"time"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/users"
)

func (s *scene) key(account id.User) {
	s.Helper()
	s.must(s.in(func(tx *db.OrgTx) error {
		_, _, err := apikeys.CreateForMember(tx, account, apikeys.New{Name: "laptop"})
		return err
	}))
}

// D8: who is deactivated has nothing left in the organization once the request
// is answered, is told of once, and comes back without any of it.
func TestADeactivationEndsEverything(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		g := s.group("Crew", u)
		s.mapTo(tenants.AdminRole, g)
		here := s.session(*u.UserID, s.org)
		s.key(*u.UserID)
		s.activate(u, false)
		if m := s.membership(*u.UserID); !m.EndedByDirectory() || s.live(here) {
			t.Fatalf("%+v", m)
		}
		for kind, want := range map[string]int{"dsync.user.updated": 1, "session.revoked": 1, "api_key.revoked": 1} {
			if n := s.count(kind); n != want {
				t.Errorf("%d %s", n, kind)
			}
		}
		e := s.last("dsync.user.updated")
		previous, _ := e["previous_attributes"].(map[string]any)
		if e["state"] != "inactive" || previous["state"] != "active" {
			t.Errorf("%v", e)
		}
		s.silent("a repeat", func() {
			if s.activate(u, false) {
				t.Error("changed again")
			}
		})
		s.activate(u, true)
		if s.role(u) != tenants.AdminRole || s.live(here) || s.stored(u).Kept {
			t.Errorf("came back as %q", s.role(u))
		}
		if n := len(s.departures()); n != 1 {
			t.Errorf("%d departures", n)
		}
	})
}

// What ended is counted, and so is until when a token could count that an
// application checks by its signature alone.
func TestADepartureSaysWhatEnded(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		s.session(*u.UserID, s.org)
		s.session(*u.UserID, s.org)
		s.key(*u.UserID)
		came := s.now.Add(-40 * time.Millisecond)
		s.must(s.d.InOrg(provision.WithReceived(t.Context(), came), s.org, provider, func(tx *db.OrgTx) error {
			row, err := directory.HoldUser(tx, s.dir.ID, u.ID)
			if err != nil {
				return err
			}
			_, err = provision.UpdateUser(tx, s.dir, row, with(u, map[string]any{"active": false}))
			return err
		}))
		rows := s.departures()
		if len(rows) != 1 {
			t.Fatalf("%d departures", len(rows))
		}
		r := rows[0]
		if r.Sessions != 2 || r.APIKeys != 1 || r.Kept || r.ProvenAt != nil || r.Kind != "deactivated" || r.RequestID != "req_test" || !r.ReceivedAt.Equal(came) {
			t.Errorf("%+v", r)
		}
		if least := s.now.Add(accessSeconds * time.Second); r.AccessUntil == nil || r.AccessUntil.Before(least) || r.AccessUntil.After(least.Add(5*time.Second)) {
			t.Errorf("access until %v", r.AccessUntil)
		}
	})
}

// scim.md 6: deleting ends what deactivating ends, leaves nothing in groups, and
// frees the name: whoever comes under it is another.
func TestADeletionEndsEverythingAndFreesTheName(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		groups := []*directory.Group{s.group("Crew", u), s.group("Deck", u)}
		s.mapTo(tenants.AdminRole, groups[0])
		here := s.session(*u.UserID, s.org)
		s.delete(u)
		if s.stored(u) != nil || s.live(here) || !s.membership(*u.UserID).EndedByDirectory() {
			t.Fatal("something stayed")
		}
		if n := s.count("dsync.group.user_removed"); n != 2 {
			t.Errorf("%d left groups", n)
		}
		if e := s.last("dsync.user.deleted"); e["id"] != string(u.ID) {
			t.Errorf("%v", e)
		}
		if n := len(s.departures()); n != 1 || s.departures()[0].Kind != "deleted" {
			t.Errorf("%d departures", n)
		}
		again := s.pushed("jo")
		if again.ID == u.ID || *again.UserID != *u.UserID || s.role(again) != tenants.MemberRole {
			t.Errorf("%+v as %q", again, s.role(again))
		}
		for _, g := range groups {
			s.must(s.in(func(tx *db.OrgTx) error {
				in, err := directory.IsMember(tx, g, string(again.ID))
				if in[string(again.ID)] {
					t.Error("the old groups came back")
				}
				return err
			}))
		}
	})
}

// Deleting somebody who was inactive ends nothing more, and tells of that.
func TestDeletingTheInactiveEndsNothingMore(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		s.activate(u, false)
		before := s.count("organization_membership.updated")
		s.delete(u)
		if s.count("organization_membership.updated") != before || len(s.departures()) != 1 {
			t.Error("left twice")
		}
	})
}

// D12: the last owner stays, is told of, and leaves once there is another.
func TestTheLastOwnerIsKept(t *testing.T) {
	each(t, func(s *scene) {
		u := s.create(s.named("ines@"+held, true))
		if *u.UserID != s.ines.ID {
			t.Fatal("another Ines")
		}
		here := s.session(s.ines.ID, s.org)
		if !s.activate(u, false) {
			t.Fatal("the request changed nothing")
		}
		if row := s.stored(u); row.Active || !row.Kept || s.role(u) != tenants.OwnerRole || !s.live(here) {
			t.Errorf("%+v", row)
		}
		if n := s.count("directory.owner_kept"); n != 1 {
			t.Errorf("%d entries", n)
		}
		if rows := s.departures(); len(rows) != 1 || !rows[0].Kept || rows[0].ProvenAt != nil {
			t.Errorf("%+v", rows)
		}
		s.silent("looking while there is no other", func() { s.must(s.service.Look(t.Context())) })
		s.member(s.person("second@"+held, true), tenants.OwnerRole)
		s.must(s.service.Look(t.Context()))
		if row := s.stored(u); row.Kept || s.role(u) != "" || s.live(here) {
			t.Errorf("%+v", row)
		}
	})
}

// A kept owner whom the directory lets in again is an owner, and managed as
// before; one who is deleted stays just so.
func TestAKeptOwnerComesBack(t *testing.T) {
	each(t, func(s *scene) {
		u := s.create(s.named("ines@"+held, true))
		s.activate(u, false)
		s.activate(u, true)
		if row := s.stored(u); row.Kept || s.role(u) != tenants.OwnerRole {
			t.Errorf("%+v", row)
		}
		s.delete(u)
		if m := s.membership(s.ines.ID); m.Status != users.Active || m.RoleSlug != tenants.OwnerRole || s.count("directory.owner_kept") != 2 {
			t.Errorf("%+v", m)
		}
	})
}

// Somebody whom an admin made a member after the directory had told of them
// leaves by the directory's word, though nobody linked the two before.
func TestAMemberOfTheSameAddressLeavesToo(t *testing.T) {
	each(t, func(s *scene) {
		for _, leave := range []struct {
			name string
			do   func(*directory.User)
		}{{"deactivated", func(u *directory.User) { s.activate(u, false) }}, {"deleted", func(u *directory.User) { s.delete(u) }}} {
			email := leave.name + "@personal.example"
			u := s.create(s.named(email, true))
			if u.UserID != nil {
				t.Fatal("linked")
			}
			account := s.person(email, true)
			s.member(account, tenants.AdminRole)
			here := s.session(account.ID, s.org)
			leave.do(u)
			if !s.membership(account.ID).EndedByDirectory() || s.live(here) {
				t.Errorf("%s: %+v", leave.name, s.membership(account.ID))
			}
		}
	})
}

// Who is in two directories of the organization stays while one of them has
// them active.
func TestWhoIsInTwoDirectoriesStays(t *testing.T) {
	each(t, func(s *scene) {
		second := s.directory(directory.New{})
		u := s.pushed("jo")
		other, err := s.tryCreate(second, s.named("jo@"+held, true))
		s.must(err)
		if *other.UserID != *u.UserID {
			t.Fatal("two accounts")
		}
		here := s.session(*u.UserID, s.org)
		s.activate(u, false)
		if s.role(u) != tenants.MemberRole || !s.live(here) {
			t.Error("left while the other directory has them")
		}
		s.activate(other, false)
		if s.role(u) != "" || s.live(here) {
			t.Error("stayed")
		}
	})
}

// The exemption from single sign-on goes with whoever leaves, the last one's
// too: a leaver's door must not stay open.
func TestBreakGlassGoesWithTheLeaver(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		s.must(s.in(func(tx *db.OrgTx) error {
			_, err := users.SetPolicy(tx, tenants.Policy{SSORequired: true, BreakGlassUsers: []id.User{*u.UserID}})
			return err
		}))
		s.activate(u, false)
		s.must(s.d.ReadOrg(t.Context(), s.org, func(tx *db.OrgTx) error {
			p, err := tenants.GetPolicy(tx, s.org)
			if len(p.BreakGlassUsers) != 0 {
				t.Errorf("%v", p.BreakGlassUsers)
			}
			return err
		}))
	})
}

// Whom the directory switched off no invitation, domain or hand brings back,
// and a directory that lets them in again does.
func TestPeopleStayOutUntilTheDirectoryLetsThemIn(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		s.activate(u, false)
		m := s.membership(*u.UserID)
		for name, fn := range map[string]func(*db.OrgTx) error{
			"reactivated": func(tx *db.OrgTx) error { _, err := users.ReactivateMember(tx, m.ID); return err },
			"added":       func(tx *db.OrgTx) error { _, err := users.AddMember(tx, *u.UserID, ""); return err },
		} {
			if err := s.in(fn); err == nil {
				t.Errorf("%s", name)
			}
		}
		s.update(u, with(u, map[string]any{"title": "Captain"}))
		if s.role(u) != "" {
			t.Error("another attribute brought them back")
		}
		s.activate(u, true)
		if s.role(u) != tenants.MemberRole {
			t.Error("did not come back")
		}
	})
}
