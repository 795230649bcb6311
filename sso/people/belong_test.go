package people_test

import (
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/invitations"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Who was deactivated stays out, whatever their provider says; a later
// invitation is a newer word. Where nobody is taken in at their first sign-in,
// an invitation is what lets them in, and it is used up.
func TestWhoIsTakenIn(t *testing.T) {
	each(t, func(w *world) {
		a := w.admitted(sofies("s-1"))
		old := w.invite("tom@haldenmarine.example", tenants.AdminRole)
		w.must(w.in(func(tx *db.OrgTx) error {
			m, err := users.MembershipOf(tx, a.User.ID)
			if err != nil {
				return err
			}
			w.now = w.now.Add(time.Minute)
			_, err = users.DeactivateMember(tx, m.ID)
			return err
		}))
		w.refuses(sofies("s-1"), people.ErrInactive)
		w.refuses(sofies("s-2"), people.ErrInactive)
		w.now = w.now.Add(time.Hour)
		w.invite(sofie, tenants.AdminRole)
		w.admitted(sofies("s-1"))
		if w.role(a.User) != tenants.AdminRole {
			w.Errorf("invited back as %q", w.role(a.User))
		}

		w.change(db.Set{"jit": false})
		w.refuses(sso.Profile{Subject: "u-1", Email: "ulla@haldenmarine.example"}, people.ErrNotMember)
		b := w.admitted(sso.Profile{Subject: "t-1", Email: "Tom@haldenmarine.example"})
		if w.role(b.User) != tenants.AdminRole {
			w.Errorf("invited as %q", w.role(b.User))
		}
		w.must(w.d.ReadDeployment(w.Context(), func(tx *db.AllTx) error {
			i, err := invitations.Get(tx, old.ID)
			if err == nil && i.StateAt(w.now) != invitations.Accepted {
				w.Errorf("the invitation is %s", i.StateAt(w.now))
			}
			return err
		}))
	})
}

// The system organization opens every customer's: no connection leads there.
func TestTheDashboardIsNotEnteredByAConnection(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.tx(func(tx *db.Tx) (err error) {
			w.org, _, err = tenants.SystemOrganization(tx)
			return err
		}))
		w.connection = w.connect(sso.Connection{JIT: true, AllowGuests: true})
		w.refuses(sofies("s-1"), people.ErrSystem)
	})
}

// Roles follow the provider's groups at every sign-in, removal included: an
// admin who left the group is no admin any more.
func TestRolesFollowGroups(t *testing.T) {
	each(t, func(w *world) {
		member := tenants.MemberRole
		w.change(db.Set{"role_mappings": db.JSON([]sso.RoleMapping{{Group: "everybody", RoleSlug: member}, {Group: "admins", RoleSlug: tenants.AdminRole},
			{Group: "gods", RoleSlug: tenants.OwnerRole}, {Group: "gone", RoleSlug: "no-such-role"}})})
		groups := func(names ...string) sso.Profile {
			p := sofies("s-1")
			p.Groups, p.GroupsKnown = names, true
			return p
		}
		a := w.admitted(groups("everybody", "admins", "gods", "gone"))
		for n, c := range []struct {
			p    sso.Profile
			want string
		}{
			{groups("everybody", "admins", "gods"), tenants.AdminRole}, // the highest, and nobody becomes an owner
			{sofies("s-1"), tenants.AdminRole},                         // an overage says nothing
			{groups("everybody"), member},
			{groups("Admins"), member}, // groups are told apart by case
			{groups("admins"), tenants.AdminRole},
			{groups(), member},
		} {
			w.admitted(c.p)
			if got := w.role(a.User); got != c.want {
				w.Errorf("step %d: role %q, want %q", n, got, c.want)
			}
		}
	})
}

// What a person was given by hand no missing group takes away; owners are made
// and unmade by people alone, so that the last one stays.
func TestRolesGivenByHandStay(t *testing.T) {
	each(t, func(w *world) {
		w.change(db.Set{"role_mappings": db.JSON([]sso.RoleMapping{{Group: "admins", RoleSlug: tenants.AdminRole}, {Group: "crew", RoleSlug: tenants.MemberRole}})})
		a := w.admitted(sofies("s-1"))
		w.must(w.in(func(tx *db.OrgTx) error {
			m, err := users.MembershipOf(tx, a.User.ID)
			if err == nil {
				_, err = users.ChangeRole(tx, m.ID, tenants.AdminRole)
			}
			return err
		}))
		none := sofies("s-1")
		none.GroupsKnown = true
		w.admitted(none)
		if w.role(a.User) != tenants.AdminRole {
			w.Errorf("a role given by hand became %q", w.role(a.User))
		}
		w.admitted(sso.Profile{Subject: "i-1", Email: ines, Groups: []string{"crew"}, GroupsKnown: true})
		if w.role(w.ines) != tenants.OwnerRole {
			w.Errorf("the owner became %q", w.role(w.ines))
		}
	})
}

// A connection that makes owners would make one of whoever edits a group.
func TestNoConnectionMakesOwners(t *testing.T) {
	each(t, func(w *world) {
		owner := tenants.OwnerRole
		a := w.admitted(sofies("s-0"))
		w.connection = w.connect(sso.Connection{JIT: true, DefaultRole: &owner})
		if b := w.admitted(sso.Profile{Subject: "t-1", Email: "tom@haldenmarine.example"}); w.role(b.User) != tenants.MemberRole || w.role(a.User) != tenants.MemberRole {
			w.Errorf("the first role is %q", w.role(b.User))
		}
	})
}

// Names, and an address that changed, come from the provider, within the
// domains that the organization holds: a married employee keeps their account.
func TestNamesAndAddressesAreTakenOver(t *testing.T) {
	each(t, func(w *world) {
		a := w.admitted(sofies("s-1"))
		w.admitted(sso.Profile{Subject: "s-1", Email: "sofie.lund@halden.example", LastName: "Lund\u202e", FirstName: "Sofie"})
		u := w.user(a.User.ID)
		if u.Email != "sofie.lund@halden.example" || !u.EmailVerified || *u.EmailAssertedBy != "sso" || *u.LastName != "Lund" {
			w.Errorf("she is %+v", u)
		}
		other := w.person(sofie, true) // somebody else's by now
		w.admitted(sofies("s-1"))
		if got := w.user(a.User.ID); got.Email != "sofie.lund@halden.example" || w.user(other.ID).Email != sofie {
			w.Errorf("an address that somebody else has was taken: %q", got.Email)
		}
	})
}

// Somebody who took a private address for their account has left what their
// organization governs: its provider changes nothing of the account, and is a
// guest's.
func TestAPrivateAddressIsNotTheOrganizationsToChange(t *testing.T) {
	each(t, func(w *world) {
		a := w.admitted(sofies("s-1"))
		private, yes := "sofie@mail.example", true
		w.must(w.tx(func(tx *db.Tx) error {
			_, err := users.Update(tx, a.User.ID, users.Change{Email: &private, EmailVerified: &yes})
			return err
		}))
		p := sofies("s-1")
		p.FirstName = "Changed"
		b := w.admitted(p)
		if u := w.user(a.User.ID); u.Email != private || *u.FirstName != "Sofie" || !b.Identity.Guest || !b.Via().SSOGuest {
			w.Errorf("she is %+v, guest %v", u, b.Identity.Guest)
		}
	})
}
