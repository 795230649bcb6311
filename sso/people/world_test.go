package people_test

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
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/sso/trail"
	"gatehouse/tenants"
	"gatehouse/users"
)

var tester = actor.System("test")

const (
	ines  = "ines@haldenmarine.example"
	sofie = "sofie@haldenmarine.example"
	ceo   = "ceo@northwind.example" // of a domain that Halden does not hold
)

// world is Halden Marine, which has verified its domain, with Ines, its owner,
// and a connection that takes people in.
type world struct {
	*testing.T
	d          *db.DB
	now        time.Time
	org        id.Organization
	ines       *users.User
	connection *sso.Connection
}

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{T: t, d: d, now: time.Now().UTC()}
	d.Now = func() time.Time { return w.now }
	w.must(d.InDeployment(t.Context(), tester, func(tx *db.AllTx) error {
		if _, err := tenants.EnsureSystemOrganization(tx); err != nil {
			return err
		}
		return tenants.SeedRoles(tx)
	}))
	w.must(w.tx(func(tx *db.Tx) error {
		o, err := tenants.Create(tx, tenants.New{Name: "Halden Marine", Domains: []tenants.NewDomain{
			{Domain: "haldenmarine.example", State: tenants.Verified}, {Domain: "halden.example", State: tenants.Verified}}})
		if err == nil {
			w.org = o.ID
		}
		return err
	}))
	w.ines = w.person(ines, true)
	w.member(w.ines, tenants.OwnerRole)
	w.connection = w.connect(sso.Connection{JIT: true})
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) tx(fn func(*db.Tx) error) error { return w.d.Tx(w.Context(), tester, fn) }

func (w *world) in(fn func(*db.OrgTx) error) error {
	return w.d.InOrg(w.Context(), w.org, tester, fn)
}

var connectionRows = db.OwnedTable[sso.Connection, id.Connection]{}

// connect stores a connection as it is to be.
func (w *world) connect(c sso.Connection) *sso.Connection {
	w.Helper()
	c.ID, c.Type, c.Protocol, c.Name, c.State = id.New[id.Connection](), "GenericSAML", sso.SAML, "Okta", sso.Active
	if c.RoleMappings == nil {
		c.RoleMappings = []sso.RoleMapping{}
	}
	w.must(w.in(func(tx *db.OrgTx) error { return connectionRows.Insert(tx, &c) }))
	return &c
}

// change stores what fn changes of the connection.
func (w *world) change(set db.Set) {
	w.Helper()
	w.must(w.in(func(tx *db.OrgTx) (err error) {
		if _, err = connectionRows.Update(tx, w.connection.ID, set); err == nil {
			w.connection, err = connectionRows.Get(tx, w.connection.ID)
		}
		return err
	}))
}

func (w *world) person(email string, proven bool) (u *users.User) {
	w.Helper()
	w.must(w.tx(func(tx *db.Tx) (err error) {
		u, err = users.Create(tx, users.New{Email: email, EmailVerified: proven})
		return err
	}))
	return u
}

func (w *world) member(u *users.User, role string) (m *users.Membership) {
	w.Helper()
	w.must(w.in(func(tx *db.OrgTx) (err error) {
		m, err = users.AddMember(tx, u.ID, role)
		return err
	}))
	return m
}

func (w *world) invite(email, role string) *invitations.Issued {
	w.Helper()
	s := &invitations.Service{Post: mailtest.NewPost(w.d), Base: "https://auth.example"}
	var i *invitations.Issued
	w.must(w.in(func(tx *db.OrgTx) (err error) {
		i, err = s.Create(tx, invitations.New{Email: email, Role: role})
		return err
	}))
	return i
}

// come is a sign-in by the connection, as the login makes it: a refusal
// commits with what it refused.
func (w *world) come(p sso.Profile) (people.Admission, error) { return w.comeBy(w.connection, p) }

func (w *world) comeBy(c *sso.Connection, p sso.Profile) (a people.Admission, refused error) {
	w.Helper()
	p.ConnectionID = c.ID
	w.now = w.now.Add(time.Second)
	w.must(w.in(func(tx *db.OrgTx) error {
		var err error
		a, err = people.Admit(tx, c, p)
		if r := trail.As(err); r != nil {
			refused, err = r, nil
		}
		return err
	}))
	return a, refused
}

func (w *world) admitted(p sso.Profile) people.Admission {
	w.Helper()
	a, err := w.come(p)
	w.must(err)
	return a
}

// refuses wants the profile refused for that reason, and nobody let in.
func (w *world) refuses(p sso.Profile, want error) {
	w.Helper()
	w.refusesAt(w.connection, p, want)
}

func (w *world) refusesAt(c *sso.Connection, p sso.Profile, want error) {
	w.Helper()
	before := w.events()
	a, err := w.comeBy(c, p)
	if !errors.Is(err, want) || a.User != nil {
		w.Errorf("%s as %q: got %v, want %v", p.Subject, p.Email, err, want)
	}
	if after := w.events(); len(after) != len(before) {
		w.Errorf("a refused sign-in left %v", after[len(before):])
	}
}

// role is the person's in Halden Marine; "" where they are no active member.
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

func (w *world) user(u id.User) (found *users.User) {
	w.Helper()
	w.must(w.d.Read(w.Context(), func(tx *db.Tx) (err error) {
		found, err = users.Get(tx, u)
		return err
	}))
	return found
}

// events are the types of all that happened, the oldest first.
func (w *world) events() (types []string) {
	w.Helper()
	w.must(w.d.ReadDeployment(w.Context(), func(tx *db.AllTx) error {
		rows, err := audit.List(tx, audit.Filter{Oldest: true})
		for _, e := range rows {
			types = append(types, e.Type)
		}
		return err
	}))
	return types
}

func (w *world) count(kind string) (n int) {
	w.Helper()
	for _, e := range w.events() {
		if e == kind {
			n++
		}
	}
	return n
}
