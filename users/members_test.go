package users_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

func inOrg(t *testing.T, d *db.DB, org id.Organization, fn func(*db.OrgTx) error) {
	t.Helper()
	must(t, d.InOrg(t.Context(), org, who, fn))
}

// Deactivating ends the sessions in the organization, not the person's others,
// and coming back brings none of them back.
func TestDeactivateEndsSessions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, a, b := create(t, d, "jo@example.com"), newOrganization(t, d, "a"), newOrganization(t, d, "b")
		m := add(t, d, a.ID, u.ID, "")
		add(t, d, b.ID, u.ID, "")
		here, there := startSession(t, d, u.ID, &a.ID), startSession(t, d, u.ID, &b.ID)
		inOrg(t, d, a.ID, func(tx *db.OrgTx) error {
			for range 2 { // callers repeat themselves
				m, err := users.DeactivateMember(tx, m.ID)
				if err != nil || m.Status != users.Inactive || m.DeactivatedAt == nil {
					t.Errorf("%+v, %v", m, err)
				}
			}
			return nil
		})
		if live(t, d, here) || !live(t, d, there) {
			t.Error("the wrong session ended")
		}
		inOrg(t, d, a.ID, func(tx *db.OrgTx) error {
			m, err := users.ReactivateMember(tx, m.ID)
			if err == nil && (m.Status != users.Active || m.DeactivatedAt != nil) {
				t.Errorf("%+v", m)
			}
			return err
		})
		if live(t, d, here) {
			t.Error("the session came back")
		}
		if n := len(recorded(t, d, "organization_membership.updated")); n != 2 {
			t.Errorf("%d entries", n)
		}
	})
}

// Removing a member ends their sessions there; they may be added again.
func TestRemoveEndsSessions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, o := create(t, d, "jo@example.com"), newOrganization(t, d, "a")
		m := add(t, d, o.ID, u.ID, "")
		s := startSession(t, d, u.ID, &o.ID)
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error { return users.RemoveMember(tx, m.ID) })
		if live(t, d, s) {
			t.Error("the session goes on")
		}
		if again := add(t, d, o.ID, u.ID, tenants.AdminRole); again.ID == m.ID {
			t.Error("the old membership came back")
		}
	})
}

// A member is added once, in a role that exists; an inactive one comes back.
func TestAddMemberIsOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, o := create(t, d, "jo@example.com"), newOrganization(t, d, "a")
		m := add(t, d, o.ID, u.ID, "")
		if m.RoleSlug != tenants.DefaultRole || m.Status != users.Active {
			t.Errorf("%+v", m)
		}
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error {
			if _, err := users.AddMember(tx, u.ID, ""); !errors.Is(err, users.ErrAlreadyMember) {
				t.Errorf("twice: %v", err)
			}
			if _, err := users.AddMember(tx, u.ID, "emperor"); !errors.Is(err, tenants.ErrInvalidRole) {
				t.Errorf("an unknown role: %v", err)
			}
			if _, err := users.AddMember(tx, id.New[id.User](), ""); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("nobody: %v", err)
			}
			if _, err := users.DeactivateMember(tx, m.ID); err != nil {
				return err
			}
			back, err := users.AddMember(tx, u.ID, tenants.AdminRole)
			if err == nil && (back.ID != m.ID || back.Status != users.Active || back.RoleSlug != tenants.AdminRole) {
				t.Errorf("%+v", back)
			}
			return err
		})
	})
}

// The last owner is neither demoted, nor deactivated, nor removed.
func TestTheLastOwnerStays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, second, o := create(t, d, "jo@example.com"), create(t, d, "two@example.com"), newOrganization(t, d, "a")
		m := add(t, d, o.ID, u.ID, tenants.OwnerRole)
		other := add(t, d, o.ID, second.ID, tenants.OwnerRole)
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, other.ID); return err })
		for name, fn := range map[string]func(*db.OrgTx) error{
			"demoted":     func(tx *db.OrgTx) error { _, err := users.ChangeRole(tx, m.ID, tenants.MemberRole); return err },
			"deactivated": func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, m.ID); return err },
			"removed":     func(tx *db.OrgTx) error { return users.RemoveMember(tx, m.ID) },
		} {
			if err := d.InOrg(t.Context(), o.ID, who, fn); !errors.Is(err, users.ErrLastOwner) {
				t.Errorf("%s: %v", name, err)
			}
		}
		inOrg(t, d, o.ID, func(tx *db.OrgTx) error {
			if _, err := users.ReactivateMember(tx, other.ID); err != nil {
				return err
			}
			_, err := users.ChangeRole(tx, m.ID, tenants.MemberRole)
			return err
		})
	})
}

// Two owners who demote each other in the same moment: one must fail, or the
// organization has none (attacks T11).
func TestOwnersCannotDemoteEachOtherAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		a, b := create(t, d, "a@example.com"), create(t, d, "b@example.com")
		for range 5 {
			o := newOrganization(t, d, "x")
			both := []*users.Membership{add(t, d, o.ID, a.ID, tenants.OwnerRole), add(t, d, o.ID, b.ID, tenants.OwnerRole)}
			outcomes := make([]error, 2)
			var wg sync.WaitGroup
			for i, m := range both {
				wg.Go(func() {
					outcomes[i] = d.InOrg(t.Context(), o.ID, who, func(tx *db.OrgTx) error {
						_, err := users.ChangeRole(tx, m.ID, tenants.MemberRole)
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

// Another organization's membership is not found by any verb (attacks T3).
func TestMembershipsOfOthersAreNotFound(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, a, b := create(t, d, "jo@example.com"), newOrganization(t, d, "a"), newOrganization(t, d, "b")
		foreign := add(t, d, b.ID, u.ID, "").ID
		for name, fn := range map[string]func(*db.OrgTx) error{
			"get":        func(tx *db.OrgTx) error { _, err := users.GetMembership(tx, foreign); return err },
			"role":       func(tx *db.OrgTx) error { _, err := users.ChangeRole(tx, foreign, tenants.OwnerRole); return err },
			"deactivate": func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, foreign); return err },
			"reactivate": func(tx *db.OrgTx) error { _, err := users.ReactivateMember(tx, foreign); return err },
			"remove":     func(tx *db.OrgTx) error { return users.RemoveMember(tx, foreign) },
			"of":         func(tx *db.OrgTx) error { _, err := users.MembershipOf(tx, u.ID); return err },
		} {
			if err := d.InOrg(t.Context(), a.ID, who, fn); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, d.ReadOrg(t.Context(), a.ID, func(tx *db.OrgTx) error {
			rows, _, err := users.ListMemberships(tx, users.MemberQuery{Organization: b.ID})
			if len(rows) != 0 {
				t.Errorf("%v", rows)
			}
			return err
		}))
	})
}

// A list across organizations names a person or an organization, and filters
// by status.
func TestListMembershipsFilters(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, a, b := create(t, d, "jo@example.com"), newOrganization(t, d, "a"), newOrganization(t, d, "b")
		add(t, d, a.ID, u.ID, "")
		off := add(t, d, b.ID, u.ID, "")
		inOrg(t, d, b.ID, func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, off.ID); return err })
		for _, c := range []struct {
			q    users.MemberQuery
			want int
		}{
			{users.MemberQuery{User: u.ID}, 2}, {users.MemberQuery{Organization: a.ID}, 1},
			{users.MemberQuery{User: u.ID, Statuses: []users.Status{users.Inactive, users.Pending}}, 1},
		} {
			must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
				rows, _, err := users.ListMemberships(tx, c.q)
				if len(rows) != c.want {
					t.Errorf("%+v: %d", c.q, len(rows))
				}
				wires, err2 := users.MembershipWires(tx, rows)
				if len(wires) == 0 || wires[0].OrganizationName == "" {
					t.Errorf("%+v", wires)
				}
				return errors.Join(err, err2)
			}))
		}
		err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			_, _, err := users.ListMemberships(tx, users.MemberQuery{})
			return err
		})
		if !errors.Is(err, users.ErrNoFilter) {
			t.Errorf("%v", err)
		}
	})
}

// The organization picker shows active organizations, the last used first.
func TestChoicesAreActiveAndByLastUse(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u := create(t, d, "jo@example.com")
		var names []string
		for _, name := range []string{"never", "early", "late", "left"} {
			o := newOrganization(t, d, name)
			m := add(t, d, o.ID, u.ID, "")
			if name == "early" || name == "late" {
				write(t, d, func(tx *db.Tx) error { return users.TouchMembership(tx, o.ID, u.ID) })
			}
			if name == "left" {
				inOrg(t, d, o.ID, func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, m.ID); return err })
			}
		}
		must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
			choices, err := users.LocateMemberships(tx, u.ID)
			for _, c := range choices {
				names = append(names, c.Name)
			}
			return err
		}))
		if len(names) != 3 || names[0] != "late" || names[1] != "early" || names[2] != "never" {
			t.Errorf("%v", names)
		}
	})
}

// Before an organization goes, each member hears of it and no session stays.
func TestEndMembershipsTellsEachMember(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		o := newOrganization(t, d, "a")
		var s *sessions.Session
		for _, name := range []string{"one", "two"} {
			u := create(t, d, name+"@example.com")
			add(t, d, o.ID, u.ID, tenants.OwnerRole)
			s = startSession(t, d, u.ID, &o.ID)
		}
		inOrg(t, d, o.ID, users.EndMemberships)
		if n := len(recorded(t, d, "organization_membership.deleted")); n != 2 || live(t, d, s) {
			t.Errorf("%d entries", n)
		}
	})
}
