package lifecycle

import (
	"errors"
	"strings"
	"testing"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// office is a deployment with two organizations, a person in both, and a
// session in each.
type office struct {
	acme, globex     *tenants.Organization
	jo               *users.User
	inAcme, inGlobex *sessions.Session
}

func newOffice(t *testing.T, d *db.DB) (o office) {
	t.Helper()
	start(t, d, given...)
	write(t, d, func(tx *db.Tx) (err error) {
		o.acme, err = tenants.Create(tx, tenants.New{Name: "Acme", Domains: []tenants.NewDomain{{Domain: "acme.example", State: tenants.Verified}}})
		must(t, err)
		o.globex, err = tenants.Create(tx, tenants.New{Name: "Globex"})
		must(t, err)
		o.jo, err = users.Create(tx, users.New{Email: "jo@acme.example"})
		return err
	})
	o.inAcme, o.inGlobex = enter(t, d, o.acme.ID, o.jo.ID), enter(t, d, o.globex.ID, o.jo.ID)
	must(t, d.InOrg(t.Context(), o.acme.ID, who, func(tx *db.OrgTx) error {
		_, _, err := apikeys.CreateForOrganization(tx, apikeys.New{Name: "Acme's"})
		return err
	}))
	return o
}

func enter(t *testing.T, d *db.DB, org id.Organization, user id.User) (s *sessions.Session) {
	t.Helper()
	must(t, d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
		_, err := users.AddMember(tx, user, "member")
		must(t, err)
		s, err = sessions.Start(tx.Tx, sessions.New{User: user, Client: "client_x", Organization: &org, Method: sessions.Password})
		return err
	}))
	return s
}

func live(t *testing.T, d *db.DB, s *sessions.Session) bool {
	t.Helper()
	var err error
	_ = d.Read(t.Context(), func(tx *db.Tx) error { _, err = sessions.Live(tx, s.ID); return nil })
	if err != nil && !errors.Is(err, sessions.ErrEnded) {
		t.Fatal(err)
	}
	return err == nil
}

// A customer who is deleted is gone at once, with all that is theirs, and
// nobody else notices.
func TestDeleteOrganizationEndsWhatIsInIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		write(t, d, func(tx *db.Tx) error { return DeleteOrganization(tx, o.acme.ID) })
		if live(t, d, o.inAcme) || !live(t, d, o.inGlobex) {
			t.Error("the session in it goes on, or that in another ended")
		}
		all := everything(t, d)
		for _, table := range []string{"organizations", "organization_domains", "memberships", "api_keys", "branding", "roles"} {
			for _, row := range all[table] {
				if strings.Contains(row, string(o.acme.ID)) {
					t.Errorf("left in %s: %s", table, row)
				}
			}
		}
		if len(all["users"]) != 2 || len(all["memberships"]) != 2 {
			t.Errorf("%d people, %d memberships: want those of the operator and of the other organization", len(all["users"]), len(all["memberships"]))
		}
		for kind, want := range map[string]int{"organization.deleted": 1, "organization_membership.deleted": 1, "session.revoked": 1} {
			if n := recorded(t, d, kind); n != want {
				t.Errorf("%d entries of %s, want %d", n, kind, want)
			}
		}
	})
}

// What is refused changes nothing, the sessions before it included.
func TestTheSystemOrganizationIsNotDeleted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newOffice(t, d)
		before := everything(t, d)
		err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) error {
			system, found, err := tenants.SystemOrganization(tx)
			if err != nil || !found {
				t.Fatal(found, err)
			}
			return DeleteOrganization(tx.Tx, system)
		})
		if !errors.Is(err, tenants.ErrSystemOrganization) {
			t.Errorf("got %v", err)
		}
		if tables := changed(before, everything(t, d)); tables != nil {
			t.Errorf("changed %v", tables)
		}
		if err := d.Tx(t.Context(), who, func(tx *db.Tx) error { return DeleteOrganization(tx, id.New[id.Organization]()) }); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
	})
}

// A person who is deleted is signed out everywhere, and leaves every
// organization as it was before them.
func TestDeleteUserEndsEverything(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		write(t, d, func(tx *db.Tx) error { return DeleteUser(tx, o.jo.ID) })
		if live(t, d, o.inAcme) || live(t, d, o.inGlobex) {
			t.Error("a session goes on")
		}
		all := everything(t, d)
		for _, table := range []string{"users", "passwords", "memberships"} {
			for _, row := range all[table] {
				if strings.Contains(row, string(o.jo.ID)) {
					t.Errorf("left in %s: %s", table, row)
				}
			}
		}
		for kind, want := range map[string]int{"user.deleted": 1, "organization_membership.deleted": 2, "session.revoked": 2} {
			if n := recorded(t, d, kind); n != want {
				t.Errorf("%d entries of %s, want %d", n, kind, want)
			}
		}
	})
}
