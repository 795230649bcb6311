package users_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/users"
)

// gives is what a person's groups give.
func gives(role string) func() (string, error) { return func() (string, error) { return role, nil } }

// provision makes somebody a member by a directory's word of now.
func provision(t *testing.T, d *db.DB, org id.Organization, u id.User, role string) (m *users.Membership) {
	t.Helper()
	inOrg(t, d, org, func(tx *db.OrgTx) (err error) {
		m, err = users.Provision(tx, u, tx.Now(), gives(role))
		return err
	})
	return m
}

func deactivate(t *testing.T, d *db.DB, org id.Organization, u id.User) (e users.Ended) {
	t.Helper()
	inOrg(t, d, org, func(tx *db.OrgTx) (err error) {
		e, err = users.Deactivate(tx, u)
		return err
	})
	return e
}

func membershipOf(t *testing.T, d *db.DB, org id.Organization, u id.User) (m *users.Membership) {
	t.Helper()
	must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) (err error) {
		m, err = users.MembershipOf(tx, u)
		return err
	}))
	return m
}

func is(s *string, want string) bool { return s == nil && want == "" || s != nil && *s == want }

// A directory's word that comes twice would else tell every application twice.
func TestADirectoryMakesAMemberOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, o := create(t, d, "jo@example.com"), newOrganization(t, d, "a")
		for range 2 {
			m := provision(t, d, o.ID, u.ID, tenants.AdminRole)
			if m.Status != users.Active || !m.DirectoryManaged || m.RoleSlug != tenants.AdminRole || m.GivenRole != nil || !is(m.DirectoryRole, tenants.AdminRole) {
				t.Errorf("%+v", m)
			}
		}
		if made, changed := len(recorded(t, d, "organization_membership.created")), len(recorded(t, d, "organization_membership.updated")); made != 1 || changed != 0 {
			t.Errorf("%d made, %d changed", made, changed)
		}
	})
}

// A directory that comes later must not take the role from whom an owner gave
// it by hand, nor give away ownership.
func TestADirectoryKeepsWhatPeopleGave(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		o := newOrganization(t, d, "a")
		for _, c := range []struct{ had, groups, given, counts string }{
			{tenants.MemberRole, "", "", tenants.MemberRole},
			{tenants.MemberRole, tenants.AdminRole, "", tenants.AdminRole},
			{tenants.AdminRole, "", tenants.AdminRole, tenants.AdminRole},
			{tenants.AdminRole, tenants.MemberRole, tenants.AdminRole, tenants.AdminRole},
			{tenants.OwnerRole, tenants.MemberRole, tenants.OwnerRole, tenants.OwnerRole},
			{tenants.MemberRole, "gone", "", tenants.MemberRole},
		} {
			u := create(t, d, "jo-"+c.had+"-"+c.groups+"@example.com")
			add(t, d, o.ID, u.ID, c.had)
			m := provision(t, d, o.ID, u.ID, c.groups)
			if !m.DirectoryManaged || !is(m.GivenRole, c.given) || !is(m.DirectoryRole, c.groups) || m.RoleSlug != c.counts {
				t.Errorf("%+v: %+v", c, m)
			}
		}
	})
}

// Of a managed member the role by hand and the one of groups stand apart: a
// sync neither takes the first, nor can the second be edited.
func TestAManagedMemberHasTwoRoles(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, o := create(t, d, "jo@example.com"), newOrganization(t, d, "a")
		m := provision(t, d, o.ID, u.ID, tenants.AdminRole)
		change := func(role, want string) {
			t.Helper()
			inOrg(t, d, o.ID, func(tx *db.OrgTx) error { _, err := users.ChangeRole(tx, m.ID, role); return err })
			if got := membershipOf(t, d, o.ID, u.ID); got.RoleSlug != want || !is(got.GivenRole, role) {
				t.Errorf("%s by hand: %+v", role, got)
			}
		}
		change(tenants.MemberRole, tenants.AdminRole)
		if n := len(recorded(t, d, "organization_membership.updated")); n != 0 {
			t.Errorf("%d entries of what nobody sees", n)
		}
		setGroups := func(role string) {
			t.Helper()
			inOrg(t, d, o.ID, func(tx *db.OrgTx) error {
				return users.SetDirectoryRoles(tx, []id.User{u.ID}, func([]id.User) (map[id.User]string, error) { return map[id.User]string{u.ID: role}, nil })
			})
		}
		setGroups("")
		if got := membershipOf(t, d, o.ID, u.ID); got.RoleSlug != tenants.MemberRole || got.DirectoryRole != nil {
			t.Errorf("out of all groups: %+v", got)
		}
		change(tenants.AdminRole, tenants.AdminRole)
		setGroups(tenants.MemberRole)
		if got := membershipOf(t, d, o.ID, u.ID); got.RoleSlug != tenants.AdminRole || !is(got.DirectoryRole, tenants.MemberRole) {
			t.Errorf("a sync took what was given: %+v", got)
		}
		change(tenants.OwnerRole, tenants.OwnerRole)
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error {
			if _, err := users.ChangeRole(tx, m.ID, tenants.MemberRole); !errors.Is(err, users.ErrLastOwner) {
				t.Errorf("the last owner: %v", err)
			}
			return nil
		})
	})
}

// Whom the directory took away nobody brings back but the directory, by
// whichever verb, or a leaver comes back in.
func TestOnlyTheDirectoryBringsBackWhomItTookAway(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, a, b := create(t, d, "jo@example.com"), newOrganization(t, d, "a"), newOrganization(t, d, "b")
		provision(t, d, a.ID, u.ID, "")
		add(t, d, b.ID, u.ID, "")
		here, there := startSession(t, d, u.ID, &a.ID), startSession(t, d, u.ID, &b.ID)
		inOrg(t, d, a.ID, func(tx *db.OrgTx) error {
			_, _, err := apikeys.CreateForMember(tx, u.ID, apikeys.New{Name: "laptop"})
			return err
		})
		e := deactivate(t, d, a.ID, u.ID)
		if len(e.Sessions) != 1 || e.Sessions[0] != here.ID || e.Keys != 1 || live(t, d, here) || !live(t, d, there) {
			t.Errorf("ended %+v", e)
		}
		m := membershipOf(t, d, a.ID, u.ID)
		if !m.EndedByDirectory() || m.DeactivatedAt == nil {
			t.Errorf("%+v", m)
		}
		for name, fn := range map[string]func(*db.OrgTx) error{
			"reactivated": func(tx *db.OrgTx) error { _, err := users.ReactivateMember(tx, m.ID); return err },
			"added":       func(tx *db.OrgTx) error { _, err := users.AddMember(tx, u.ID, tenants.AdminRole); return err },
		} {
			if err := d.InOrg(t.Context(), a.ID, who, fn); !errors.Is(err, users.ErrByDirectory) {
				t.Errorf("%s: %v", name, err)
			}
		}
		before := len(recorded(t, d, "organization_membership.updated"))
		if e := deactivate(t, d, a.ID, u.ID); len(e.Sessions) != 0 || len(recorded(t, d, "organization_membership.updated")) != before {
			t.Error("a repeat did something")
		}
		if m := provision(t, d, a.ID, u.ID, tenants.AdminRole); m.Status != users.Active || m.DeactivatedBy != nil || m.RoleSlug != tenants.AdminRole || live(t, d, here) {
			t.Errorf("%+v", m)
		}
	})
}

// An admin's deactivation is not undone by what the directory had said before
// it, and is by what it says after.
func TestTheNewerWordCounts(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		now := time.Now().UTC()
		d.Now = func() time.Time { return now }
		u, o := create(t, d, "jo@example.com"), newOrganization(t, d, "a")
		m := add(t, d, o.ID, u.ID, tenants.AdminRole)
		said := now.Add(time.Minute)
		now = now.Add(time.Hour)
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, m.ID); return err })
		now = now.Add(time.Hour)
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error {
			m, err := users.Provision(tx, u.ID, said, gives(""))
			if err == nil && (m.Status != users.Inactive || !m.DirectoryManaged || m.EndedByDirectory()) {
				t.Errorf("an old word: %+v", m)
			}
			return err
		})
		if m := provision(t, d, o.ID, u.ID, ""); m.Status != users.Active || m.RoleSlug != tenants.AdminRole {
			t.Errorf("a new word: %+v", m)
		}
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, m.ID); return err })
		deactivate(t, d, o.ID, u.ID) // from here on it is the directory's
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error {
			if _, err := users.ReactivateMember(tx, m.ID); !errors.Is(err, users.ErrByDirectory) {
				t.Errorf("%v", err)
			}
			return nil
		})
	})
}

// D12: two owners whom the directory deactivates in the same moment: one must
// stay, or nobody could manage the organization.
func TestADirectoryLeavesTheLastOwner(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		a, b := create(t, d, "a@example.com"), create(t, d, "b@example.com")
		for range 5 {
			o := newOrganization(t, d, "x")
			outcomes := make([]error, 2)
			var wg sync.WaitGroup
			for _, u := range []id.User{a.ID, b.ID} {
				add(t, d, o.ID, u, tenants.OwnerRole)
				provision(t, d, o.ID, u, "")
			}
			for i, u := range []id.User{a.ID, b.ID} {
				wg.Go(func() {
					outcomes[i] = d.InOrg(t.Context(), o.ID, who, func(tx *db.OrgTx) error {
						_, err := users.Deactivate(tx, u)
						time.Sleep(5 * time.Millisecond) // the other comes in between
						return err
					})
				})
			}
			wg.Wait()
			if (outcomes[0] == nil) == (outcomes[1] == nil) || !errors.Is(errors.Join(outcomes...), users.ErrLastOwner) {
				t.Fatalf("%v", outcomes)
			}
		}
	})
}

// Of many whose roles change at once each is told of, and nobody else.
func TestRolesOfManyChangeAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		o := newOrganization(t, d, "a")
		give := map[id.User]string{}
		var people []id.User
		for i := range 30 {
			u := create(t, d, "jo"+string(rune('a'+i))+"@example.com")
			people = append(people, u.ID)
			switch {
			case i%3 == 0: // not the directory's
				add(t, d, o.ID, u.ID, "")
			default:
				provision(t, d, o.ID, u.ID, "")
			}
			if i%2 == 0 {
				give[u.ID] = tenants.AdminRole
			}
		}
		for range 2 {
			inOrg(t, d, o.ID, func(tx *db.OrgTx) error {
				return users.SetDirectoryRoles(tx, people, func([]id.User) (map[id.User]string, error) { return give, nil })
			})
		}
		for i, u := range people {
			want := tenants.MemberRole
			if i%3 != 0 && i%2 == 0 {
				want = tenants.AdminRole
			}
			if m := membershipOf(t, d, o.ID, u); m.RoleSlug != want {
				t.Errorf("%d: %+v", i, m)
			}
		}
		told := recorded(t, d, "organization_membership.updated")
		if len(told) != 10 {
			t.Errorf("%d entries", len(told))
		}
	})
}

// Who was managed by a directory that is gone keeps the role that counted, and
// is for people to change and to bring back.
func TestLetGoLeavesPeopleAsTheyAre(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, left, o := create(t, d, "jo@example.com"), create(t, d, "left@example.com"), newOrganization(t, d, "a")
		provision(t, d, o.ID, u.ID, tenants.AdminRole)
		provision(t, d, o.ID, left.ID, "")
		deactivate(t, d, o.ID, left.ID)
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error { return users.LetGo(tx, []id.User{u.ID, left.ID}) })
		if m := membershipOf(t, d, o.ID, u.ID); m.DirectoryManaged || m.Status != users.Active || m.RoleSlug != tenants.AdminRole || m.DirectoryRole != nil {
			t.Errorf("%+v", m)
		}
		m := membershipOf(t, d, o.ID, left.ID)
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error { _, err := users.ReactivateMember(tx, m.ID); return err })
	})
}

// D5: ownership that people took from somebody, by deactivating them, would be
// given back by whoever holds a directory's token. What the directory itself
// ended it brings back as it was.
func TestADirectoryGivesNoOwnershipBackThatPeopleTook(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		o := newOrganization(t, d, "a")
		add(t, d, o.ID, create(t, d, "ines@example.com").ID, tenants.OwnerRole)
		for name, c := range map[string]struct {
			managed, byPeople, toggled bool
			groups, want               string
		}{
			"told of for the first time":  {false, true, false, "", tenants.MemberRole},
			"in a group":                  {false, true, false, tenants.AdminRole, tenants.AdminRole},
			"managed, switched on again":  {true, true, false, "", tenants.MemberRole},
			"managed, switched off first": {true, true, true, "", tenants.MemberRole},
			"ended by the directory":      {true, false, true, "", tenants.OwnerRole},
		} {
			u := create(t, d, strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), ",", "")+"@example.com")
			m := add(t, d, o.ID, u.ID, tenants.OwnerRole)
			if c.managed {
				provision(t, d, o.ID, u.ID, "")
			}
			if c.byPeople {
				inOrg(t, d, o.ID, func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, m.ID); return err })
			}
			if c.toggled {
				deactivate(t, d, o.ID, u.ID)
			}
			if m := provision(t, d, o.ID, u.ID, c.groups); m.Status != users.Active || m.RoleSlug != c.want || m.RoleSlug != tenants.OwnerRole && m.GivenRole != nil {
				t.Errorf("%s: %+v", name, m)
			}
		}
	})
}

// Somebody who signs in while they are deactivated would see an error of ours:
// each of the two transactions held what the other one waited for.
func TestSigningInIsInNobodysWayWhoLeaves(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		o := newOrganization(t, d, "a")
		for _, end := range []func(*db.OrgTx, *users.Membership) error{
			func(tx *db.OrgTx, m *users.Membership) error { _, err := users.Deactivate(tx, m.UserID); return err },
			func(tx *db.OrgTx, m *users.Membership) error { _, err := users.DeactivateMember(tx, m.ID); return err },
		} {
			u := create(t, d, string(id.New[id.User]())+"@example.com")
			m := add(t, d, o.ID, u.ID, "")
			held, ended := make(chan struct{}), make(chan error, 1)
			go func() {
				<-held
				ended <- d.InOrg(t.Context(), o.ID, who, func(tx *db.OrgTx) error { return end(tx, m) })
			}()
			inOrg(t, d, o.ID, func(tx *db.OrgTx) error {
				if _, err := users.HoldActiveMember(tx, u.ID); err != nil {
					return err
				}
				close(held)
				time.Sleep(300 * time.Millisecond) // until the other one waits for the membership
				_, _, err := apikeys.CreateForMember(tx, u.ID, apikeys.New{Name: "laptop"})
				return err
			})
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
}
