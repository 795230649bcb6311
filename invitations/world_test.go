package invitations_test

import (
	"errors"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/invitations"
	"gatehouse/tenants"
	"gatehouse/users"
)

func TestModelsMatchTheSchema(t *testing.T) { dbtest.CheckModels(t, &invitations.Invitation{}) }

var tester = actor.System("test")

const (
	ines  = "ines@haldenmarine.example"
	sofie = "sofie@haldenmarine.example"
)

// world is Halden Marine with Ines, its owner.
type world struct {
	*testing.T
	d    *db.DB
	s    *invitations.Service
	org  id.Organization
	ines *users.User
	now  time.Time
}

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := &world{T: t, d: d, now: time.Now()}
		d.Now = func() time.Time { return w.now }
		w.s = &invitations.Service{Post: mailtest.NewPost(d), Base: "https://auth.example"}
		w.must(d.InDeployment(t.Context(), tester, func(tx *db.AllTx) error {
			if _, err := tenants.EnsureSystemOrganization(tx); err != nil {
				return err
			}
			return tenants.SeedRoles(tx)
		}))
		w.org = w.organization("Halden Marine")
		w.ines = w.person(ines, true)
		w.member(w.org, w.ines, tenants.OwnerRole)
		fn(w)
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) want(err, target error) {
	w.Helper()
	if !errors.Is(err, target) {
		w.Errorf("got %v, want %v", err, target)
	}
}

func (w *world) tx(fn func(*db.Tx) error) error {
	return w.d.Tx(w.Context(), tester, fn)
}

func (w *world) in(fn func(*db.OrgTx) error) error {
	return w.d.InOrg(w.Context(), w.org, tester, fn)
}

func (w *world) organization(name string, domains ...tenants.NewDomain) (org id.Organization) {
	w.Helper()
	w.must(w.tx(func(tx *db.Tx) error {
		o, err := tenants.Create(tx, tenants.New{Name: name, Domains: domains})
		if err == nil {
			org = o.ID
		}
		return err
	}))
	return org
}

func (w *world) person(email string, proven bool) (u *users.User) {
	w.Helper()
	w.must(w.tx(func(tx *db.Tx) (err error) {
		u, err = users.Create(tx, users.New{Email: email, EmailVerified: proven})
		return err
	}))
	return u
}

func (w *world) member(org id.Organization, u *users.User, role string) (m *users.Membership) {
	w.Helper()
	w.must(w.d.InOrg(w.Context(), org, tester, func(tx *db.OrgTx) (err error) {
		m, err = users.AddMember(tx, u.ID, role)
		return err
	}))
	return m
}

// invite asks Sofie in, for whoever n names.
func (w *world) invite(n invitations.New) *invitations.Issued {
	w.Helper()
	i, err := w.try(n)
	w.must(err)
	return i
}

func (w *world) try(n invitations.New) (i *invitations.Issued, err error) {
	if n.Email == "" {
		n.Email = sofie
	}
	err = w.in(func(tx *db.OrgTx) (err error) {
		i, err = w.s.Create(tx, n)
		return err
	})
	return i, err
}

// admit is what a sign-in does once its gates are open.
func (w *world) admit(u *users.User, org *id.Organization, i *invitations.Issued) error {
	var key *id.Invitation
	if i != nil {
		key = &i.ID
	}
	return w.tx(func(tx *db.Tx) error { return invitations.Admit(tx, u, org, key) })
}

// role is the person's in Halden Marine, or "" where they are no active member.
func (w *world) role(u *users.User) (role string) {
	w.Helper()
	w.must(w.d.ReadOrg(w.Context(), w.org, func(tx *db.OrgTx) error {
		m, err := users.MembershipOf(tx, u.ID)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		if err == nil && m.Status == users.Active {
			role = m.RoleSlug
		}
		return err
	}))
	return role
}

func (w *world) state(i *invitations.Issued) (s invitations.State) {
	w.Helper()
	w.must(w.d.ReadDeployment(w.Context(), func(tx *db.AllTx) error {
		found, err := invitations.Get(tx, i.ID)
		if err == nil {
			s = found.StateAt(tx.Now())
		}
		return err
	}))
	return s
}

// events are the types in Halden Marine's log, oldest first.
func (w *world) events() (types []string) {
	w.Helper()
	w.must(w.d.ReadOrg(w.Context(), w.org, func(tx *db.OrgTx) error {
		rows, err := audit.List(tx, audit.Filter{Oldest: true})
		for _, e := range rows {
			types = append(types, e.Type)
		}
		return err
	}))
	return types
}

// policy is the row of an organization's policy.
type policy struct {
	db.Owned
	Policy    tenants.Policy `gorm:"serializer:json"`
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (policy) TableName() string { return "organization_policies" }

// takeInByDomain has Halden Marine take in whoever has an address of its
// domains, or not.
func (w *world) takeInByDomain(on bool) {
	w.Helper()
	rows := db.OwnedTable[policy, id.Organization]{}
	w.must(w.in(func(tx *db.OrgTx) error {
		if _, err := rows.DeleteWhere(tx, db.Eq("organization_id", w.org)); err != nil {
			return err
		}
		return rows.Insert(tx, &policy{Policy: tenants.Policy{JITFromVerifiedDomains: on}})
	}))
}
