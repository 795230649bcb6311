package provision_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	"gatehouse/scim/filter"
	"gatehouse/scim/patch"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
	"gatehouse/tenants"
)

func replace(members ...*directory.User) patch.Members {
	return patch.Members{Do: patch.Replace, IDs: idsOf(members)}
}

// told is whose coming into groups, and leaving, was recorded.
func (s *scene) told() (added, removed int) {
	return s.count("dsync.group.user_added"), s.count("dsync.group.user_removed")
}

// Applications follow who is in a group by events: one for each person who
// comes or leaves, and none for what a provider repeats.
func TestEachMemberIsToldOfOnce(t *testing.T) {
	each(t, func(s *scene) {
		a, b, c := s.pushed("a"), s.pushed("b"), s.pushed("c")
		g := s.group("Crew", a)
		check := func(what string, added, removed int) {
			t.Helper()
			if x, y := s.told(); x != added || y != removed {
				t.Errorf("%s: %d came and %d left, want %d and %d", what, x, y, added, removed)
			}
		}
		check("made with one", 1, 0)
		s.change(g, add(a, b))
		check("one more", 2, 0)
		s.silent("the same again", func() {
			if s.change(g, add(a, b), remove(c)) {
				t.Error("changed")
			}
		})
		s.change(g, replace(b, c))
		check("replaced", 3, 1)
		s.silent("in and out again", func() { s.change(g, add(a), remove(a)) })
		where, err := filter.Parse(fmt.Sprintf("value eq %q", b.ID))
		s.must(err)
		s.change(g, patch.Members{Do: patch.Remove, Where: where})
		check("by a filter", 3, 2)
		e := s.last("dsync.group.user_removed")
		user, _ := e["user"].(map[string]any)
		group, _ := e["group"].(map[string]any)
		if user["id"] != string(b.ID) || group["name"] != "Crew" || e["directory_id"] != string(s.dir.ID) {
			t.Errorf("%v", e)
		}
		s.change(g, replace())
		check("emptied", 3, 3)
	})
}

// A rename is told with what it was, keeps who is in it and what it gives; a
// group that is made anew under the name gives nothing.
func TestARenameKeepsTheMapping(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		g := s.group("Crew", u)
		s.mapTo(tenants.AdminRole, g)
		s.must(s.push(func(tx *db.OrgTx, d *directory.Directory) error {
			held, err := directory.HoldGroup(tx, d.ID, g.ID)
			if err != nil {
				return err
			}
			changed, err := provision.UpdateGroup(tx, d, held, s.resource(schema.Group, `{"displayName":"Deck"}`), nil)
			if !changed {
				t.Error("not changed")
			}
			return err
		}))
		e := s.last("dsync.group.updated")
		previous, _ := e["previous_attributes"].(map[string]any)
		if e["name"] != "Deck" || previous["name"] != "Crew" || s.role(u) != tenants.AdminRole {
			t.Errorf("%v, role %q", e, s.role(u))
		}
		s.deleteGroup(g)
		if s.role(u) != tenants.MemberRole {
			t.Errorf("role %q of a group that is gone", s.role(u))
		}
		again := s.group("Deck", u)
		if again.ID == g.ID || s.role(u) != tenants.MemberRole {
			t.Errorf("role %q of another group", s.role(u))
		}
	})
}

func (s *scene) deleteGroup(g *directory.Group) (parts int) {
	s.Helper()
	for done := false; !done; parts++ {
		s.must(s.push(func(tx *db.OrgTx, d *directory.Directory) error {
			held, err := directory.HoldGroup(tx, d.ID, g.ID)
			if err == nil {
				done, err = provision.DeleteGroup(tx, d, held)
			}
			return err
		}))
	}
	return parts
}

// A group that is deleted is left by each of its members.
func TestADeletedGroupIsLeftByAll(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(7)
		g := s.group("Crew", people...)
		s.mapTo(tenants.AdminRole, g)
		s.deleteGroup(g)
		if _, removed := s.told(); removed != 7 || s.count("dsync.group.deleted") != 1 {
			t.Errorf("%d left", removed)
		}
		for _, u := range people {
			if s.role(u) != tenants.MemberRole {
				t.Errorf("%s is %q", u.UserName, s.role(u))
			}
		}
	})
}

// A role is the highest of all groups, whichever request changed one of them,
// and what people gave stands beside it (scim.md 7).
func TestARoleIsTheHighestOfAllGroups(t *testing.T) {
	each(t, func(s *scene) {
		u, other := s.pushed("jo"), s.pushed("kai")
		admins, alsoAdmins, members := s.group("Admins", u), s.group("Also admins"), s.group("Members", u, other)
		s.mapTo(tenants.AdminRole, admins, alsoAdmins)
		s.mapTo(tenants.MemberRole, members)
		want := func(step, role string) {
			t.Helper()
			if got := s.role(u); got != role {
				t.Errorf("%s: %q", step, got)
			}
		}
		want("mapped", tenants.AdminRole)
		s.change(alsoAdmins, add(u))
		s.change(admins, remove(u))
		want("one of two is left", tenants.AdminRole)
		s.change(alsoAdmins, remove(u))
		want("both are left", tenants.MemberRole)
		s.change(members, remove(u))
		want("no group at all", tenants.MemberRole)
		if s.role(other) != tenants.MemberRole {
			t.Error("somebody else's role")
		}
		s.change(admins, add(u))
		s.activate(u, false)
		s.change(admins, remove(u))
		s.activate(u, true)
		want("came back from outside of the group", tenants.MemberRole)
	})
}

// Whoever is put into two groups by two requests at once has what both give,
// whichever came first.
func TestTwoGroupsAtOnceAddUp(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(6)
		low, high := s.group("Members"), s.group("Admins")
		s.mapTo(tenants.MemberRole, low)
		s.mapTo(tenants.AdminRole, high)
		for range 3 {
			s.both(func() error { _, err := s.tryChange(low, add(people...)); return err }, func() error { _, err := s.tryChange(high, add(people...)); return err })
			s.work()
			for _, u := range people {
				if s.role(u) != tenants.AdminRole {
					t.Fatalf("%s is %q", u.UserName, s.role(u))
				}
			}
			s.both(func() error { _, err := s.tryChange(low, remove(people...)); return err }, func() error { _, err := s.tryChange(high, remove(people...)); return err })
			s.work()
			for _, u := range people {
				if s.role(u) != tenants.MemberRole {
					t.Fatalf("%s stayed %q", u.UserName, s.role(u))
				}
			}
		}
	})
}

// Whoever comes in and is put into a group at the same moment has its role in
// the end: neither request sees the other's work.
func TestComingInAndJoiningAGroupAtOnceAddUp(t *testing.T) {
	each(t, func(s *scene) {
		s.guarded(0, 0, time.Hour)
		g := s.group("Admins")
		s.mapTo(tenants.AdminRole, g)
		for i := range 6 {
			u := s.pushed(fmt.Sprintf("late%d", i))
			s.activate(u, false)
			joins := add(u)
			s.both(func() error { _, err := s.tryUpdate(u, with(u, map[string]any{"active": true})); return err }, func() error { _, err := s.tryChange(g, joins); return err })
			s.work()
			if s.role(u) != tenants.AdminRole {
				t.Fatalf("%q in the end", s.role(u))
			}
		}
	})
}

// both runs two requests at once.
func (s *scene) both(a, b func() error) {
	s.Helper()
	var wg sync.WaitGroup
	failed := make([]error, 2)
	wg.Go(func() { failed[0] = a() })
	wg.Go(func() { failed[1] = b() })
	wg.Wait()
	s.must(errors.Join(failed...))
}

// Five hundred who come into a group that gives a role cost some statements,
// not some for each.
func TestManyMembersCostFewStatements(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(300)
		g := s.group("Admins")
		s.mapTo(tenants.AdminRole, g)
		began := time.Now()
		s.change(g, add(people...))
		took := time.Since(began)
		for _, u := range []*directory.User{people[0], people[150], people[299]} {
			if s.role(u) != tenants.AdminRole {
				t.Errorf("%s is %q", u.UserName, s.role(u))
			}
		}
		if n := s.count("dsync.group.user_added"); n != 300 {
			t.Errorf("%d told", n)
		}
		if took > 5*time.Second {
			t.Errorf("300 members took %s", took)
		}
	})
}

// A line adds a member, and its entry has who they are and which group it is:
// what somebody pushed into those once must not be written for each member again.
func TestAMembershipIsRecordedWithoutLargeAttributes(t *testing.T) {
	each(t, func(s *scene) {
		large := strings.Repeat("x", 100_000)
		u := s.pushed("jo")
		s.must(s.push(func(tx *db.OrgTx, d *directory.Directory) error {
			held, err := directory.HoldUser(tx, d.ID, u.ID)
			if err != nil {
				return err
			}
			_, err = provision.UpdateUser(tx, d, held, schema.Resource{"userName": "jo", "active": true, "name": map[string]any{"givenName": large}, "notes": large})
			return err
		}))
		g := s.group("Crew")
		s.must(s.push(func(tx *db.OrgTx, d *directory.Directory) error {
			held, err := directory.HoldGroup(tx, d.ID, g.ID)
			if err != nil {
				return err
			}
			_, err = provision.UpdateGroup(tx, d, held, schema.Resource{"displayName": "Crew", "notes": large}, []patch.Members{add(u)})
			return err
		}))
		e := s.last("dsync.group.user_added")
		encoded, err := json.Marshal(e)
		s.must(err)
		user, _ := e["user"].(map[string]any)
		group, _ := e["group"].(map[string]any)
		if len(encoded) > 10_000 || user["id"] != string(u.ID) || group["name"] != "Crew" {
			t.Errorf("%d bytes: %.300s", len(encoded), encoded)
		}
	})
}

// Kafka takes records of a megabyte: a stream of everybody's entries would end
// at the first larger one that a directory makes, and stay there.
func TestEveryEntryOfAPersonFitsIntoARecord(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		for _, letter := range []string{"x", "y"} {
			s.must(s.push(func(tx *db.OrgTx, d *directory.Directory) error {
				held, err := directory.HoldUser(tx, d.ID, u.ID)
				if err != nil {
					return err
				}
				name := map[string]any{"givenName": strings.Repeat(letter, 240_000)}
				_, err = provision.UpdateUser(tx, d, held, schema.Resource{"userName": "jo", "active": true, "name": name})
				return err
			}))
		}
		e := s.last("dsync.user.updated")
		encoded, err := json.Marshal(e)
		s.must(err)
		previous, _ := e["previous_attributes"].(map[string]any)
		if raw, there := previous["raw_attributes"]; len(encoded) > 500_000 || !there || raw != nil {
			t.Errorf("%d bytes, before: %.100v", len(encoded), raw)
		}
	})
}

// Each entry of somebody who comes into their thousandth group would name a
// thousand groups: the log of a synchronisation would grow with its square.
func TestEntriesNameAHundredGroups(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		var last *directory.Group
		for i := range 103 {
			last = s.group(fmt.Sprintf("Crew %d", i), u)
		}
		told := func(event string) int {
			person := s.last(event)
			if within, ok := person["user"].(map[string]any); ok {
				person = within
			}
			groups, _ := person["groups"].([]any)
			return len(groups)
		}
		if n := told("dsync.group.user_added"); n != 100 {
			t.Errorf("%d groups in the entry of the last one", n)
		}
		s.change(last, remove(u))
		if n := told("dsync.group.user_removed"); n != 100 {
			t.Errorf("%d groups in the entry of leaving one", n)
		}
		s.must(s.push(func(tx *db.OrgTx, d *directory.Directory) error {
			held, err := directory.HoldUser(tx, d.ID, u.ID)
			if err != nil {
				return err
			}
			_, err = provision.UpdateUser(tx, d, held, schema.Resource{"userName": u.UserName, "active": true, "title": "Captain"})
			return err
		}))
		if n := told("dsync.user.updated"); n != 100 {
			t.Errorf("%d groups in the entry of a change", n)
		}
		s.must(s.in(func(tx *db.OrgTx) error { // whoever asks is told of all
			w, err := directory.UserWire(tx, s.dir, u)
			if len(w.Groups) != 102 {
				t.Errorf("%d groups", len(w.Groups))
			}
			return err
		}))
	})
}

// An unknown member leaves the group and everybody's roles as they were.
func TestAnUnknownMemberChangesNothing(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		g := s.group("Admins")
		s.mapTo(tenants.AdminRole, g)
		s.silent("refused", func() {
			_, err := s.tryChange(g, patch.Members{Do: patch.Add, IDs: []string{string(u.ID), "directory_user_01J9ZZZZZZZZZZZZZZZZZZZZZZ"}})
			if !errors.Is(err, schema.ErrValue) {
				t.Errorf("%v", err)
			}
		})
		if s.role(u) != tenants.MemberRole {
			t.Error("half of it stayed")
		}
	})
}

// A group of thousands goes in parts, each with those who leave by it; nobody
// waits for all of them.
func TestALargeGroupGoesInParts(t *testing.T) {
	each(t, func(s *scene) {
		provision.LeaveAtOnce(t, 3)
		people := s.crew(7)
		g := s.group("Crew", people...)
		s.mapTo(tenants.AdminRole, g)
		if parts := s.deleteGroup(g); parts != 3 {
			t.Errorf("%d parts", parts)
		}
		if _, removed := s.told(); removed != 7 || s.count("dsync.group.deleted") != 1 {
			t.Errorf("%d left", removed)
		}
		for _, u := range people {
			if s.role(u) != tenants.MemberRole {
				t.Errorf("%s is %q", u.UserName, s.role(u))
			}
		}
	})
}
