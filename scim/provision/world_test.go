package provision_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/scim/directory"
	"gatehouse/scim/patch"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
	"gatehouse/tenants"
	"gatehouse/users"
)

var (
	tester   = actor.System("test")
	provider = actor.Actor{Kind: actor.KindDirectory, ID: "directory_token_test", Name: "Okta", RequestID: "req_test"}
)

const held = "haldenmarine.example" // the domain that Halden holds

// scene is Halden Marine, which has verified its domain, with Ines, its owner,
// and a directory that takes effect at once.
type scene struct {
	*testing.T
	d       *db.DB
	now     time.Time
	org     id.Organization
	ines    *users.User
	dir     *directory.Directory
	service *provision.Service
}

func each(t *testing.T, fn func(s *scene)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(newScene(t, d)) })
}

func newScene(t *testing.T, d *db.DB) *scene {
	t.Helper()
	s := &scene{T: t, d: d, now: time.Now().UTC().Truncate(time.Microsecond)}
	d.Now = func() time.Time { return s.now }
	s.service = &provision.Service{DB: d, Post: mailtest.NewPost(d), Base: "https://auth.example", Log: slog.New(slog.DiscardHandler)}
	s.must(d.InDeployment(t.Context(), tester, func(tx *db.AllTx) error {
		if _, err := tenants.EnsureSystemOrganization(tx); err != nil {
			return err
		}
		return tenants.SeedRoles(tx)
	}))
	s.org = s.organization("Halden Marine", held, "halden.example")
	s.ines = s.person("ines@"+held, true)
	s.member(s.ines, tenants.OwnerRole)
	s.dir = s.directory(directory.New{})
	return s
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *scene) organization(name string, domains ...string) (org id.Organization) {
	s.Helper()
	n := tenants.New{Name: name}
	for _, domain := range domains {
		n.Domains = append(n.Domains, tenants.NewDomain{Domain: domain, State: tenants.Verified})
	}
	s.must(s.d.Tx(s.Context(), tester, func(tx *db.Tx) error {
		o, err := tenants.Create(tx, n)
		if err == nil {
			org = o.ID
		}
		return err
	}))
	return org
}

func (s *scene) directory(n directory.New) (row *directory.Directory) {
	s.Helper()
	n.Type, n.NoToken = directory.Okta, true
	s.must(s.in(func(tx *db.OrgTx) (err error) {
		row, _, err = directory.Create(tx, n)
		return err
	}))
	return row
}

// in changes Halden as the tests' author, as the provider, or as somebody.
func (s *scene) in(fn func(*db.OrgTx) error) error { return s.d.InOrg(s.Context(), s.org, tester, fn) }

func (s *scene) as(who actor.Actor, fn func(*db.OrgTx) error) error {
	return s.d.InOrg(s.Context(), s.org, who, fn)
}

func (s *scene) push(fn func(*db.OrgTx, *directory.Directory) error) error {
	return s.pushTo(s.dir, fn)
}

// pushTo is a request of the provider: the directory is as it is read in its
// transaction.
func (s *scene) pushTo(d *directory.Directory, fn func(*db.OrgTx, *directory.Directory) error) error {
	return s.as(provider, func(tx *db.OrgTx) error {
		now, err := directory.Get(tx, d.ID)
		if err != nil {
			return err
		}
		return fn(tx, now)
	})
}

func (s *scene) person(email string, proven bool) (u *users.User) {
	s.Helper()
	s.must(s.d.Tx(s.Context(), tester, func(tx *db.Tx) (err error) {
		u, err = users.Create(tx, users.New{Email: email, EmailVerified: proven})
		return err
	}))
	return u
}

func (s *scene) member(u *users.User, role string) (m *users.Membership) {
	s.Helper()
	s.must(s.in(func(tx *db.OrgTx) (err error) {
		m, err = users.AddMember(tx, u.ID, role)
		return err
	}))
	return m
}

// resource reads what a provider would send; args are for its verbs.
func (s *scene) resource(t *schema.Type, body string, args ...any) schema.Resource {
	s.Helper()
	r, err := t.Read(fmt.Appendf(nil, body, args...))
	s.must(err)
	return r
}

func (s *scene) user(body string, args ...any) schema.Resource {
	s.Helper()
	return s.resource(schema.User, body, args...)
}

// named is a person as most providers send them.
func (s *scene) named(name string, active bool) schema.Resource {
	s.Helper()
	return s.user(`{"userName":%q,"externalId":%q,"active":%t,"name":{"givenName":"Given","familyName":%q},"emails":[{"value":%q,"type":"work","primary":true}]}`,
		name, "ext-"+name, active, name, name)
}

// create pushes a person.
func (s *scene) create(r schema.Resource) (u *directory.User) {
	s.Helper()
	u, err := s.tryCreate(s.dir, r)
	s.must(err)
	return u
}

func (s *scene) tryCreate(d *directory.Directory, r schema.Resource) (u *directory.User, err error) {
	err = s.pushTo(d, func(tx *db.OrgTx, d *directory.Directory) (err error) {
		u, err = provision.CreateUser(tx, d, r)
		return err
	})
	return u, err
}

// pushed is a person of a domain that Halden holds: a member.
func (s *scene) pushed(name string) *directory.User {
	s.Helper()
	return s.create(s.named(name+"@"+held, true))
}

// update pushes what a person is now.
func (s *scene) update(u *directory.User, r schema.Resource) (changed bool) {
	s.Helper()
	changed, err := s.tryUpdate(u, r)
	s.must(err)
	return changed
}

func (s *scene) tryUpdate(u *directory.User, r schema.Resource) (changed bool, err error) {
	err = s.as(provider, func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, u.DirectoryID)
		if err != nil {
			return err
		}
		held, err := directory.HoldUser(tx, d.ID, u.ID)
		if err != nil {
			return err
		}
		changed, err = provision.UpdateUser(tx, d, held, r)
		*u = *held
		return err
	})
	return changed, err
}

// with is the person's resource with some attributes changed.
func with(u *directory.User, set map[string]any) schema.Resource {
	r := schema.Resource{}
	for name, value := range u.Resource {
		r[name] = value
	}
	for name, value := range set {
		r[name] = value
	}
	return r
}

func (s *scene) activate(u *directory.User, active bool) bool {
	s.Helper()
	return s.update(u, with(u, map[string]any{"active": active}))
}

func (s *scene) delete(u *directory.User) {
	s.Helper()
	s.must(s.tryDelete(u))
}

func (s *scene) tryDelete(u *directory.User) error {
	return s.as(provider, func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, u.DirectoryID)
		if err != nil {
			return err
		}
		held, err := directory.HoldUser(tx, d.ID, u.ID)
		if err != nil {
			return err
		}
		return provision.DeleteUser(tx, d, held)
	})
}

func (s *scene) group(name string, members ...*directory.User) (g *directory.Group) {
	s.Helper()
	s.must(s.push(func(tx *db.OrgTx, d *directory.Directory) (err error) {
		g, err = provision.CreateGroup(tx, d, s.resource(schema.Group, `{"displayName":%q}`, name), idsOf(members))
		return err
	}))
	return g
}

func idsOf(members []*directory.User) (list []string) {
	for _, u := range members {
		list = append(list, string(u.ID))
	}
	return list
}

// change pushes changes of who is in a group.
func (s *scene) change(g *directory.Group, members ...patch.Members) (changed bool) {
	s.Helper()
	changed, err := s.tryChange(g, members...)
	s.must(err)
	return changed
}

func (s *scene) tryChange(g *directory.Group, members ...patch.Members) (changed bool, err error) {
	err = s.push(func(tx *db.OrgTx, d *directory.Directory) error {
		held, err := directory.HoldGroup(tx, d.ID, g.ID)
		if err != nil {
			return err
		}
		changed, err = provision.UpdateGroup(tx, d, held, held.Resource, members)
		return err
	})
	return changed, err
}

func add(members ...*directory.User) patch.Members {
	return patch.Members{Do: patch.Add, IDs: idsOf(members)}
}

func remove(members ...*directory.User) patch.Members {
	return patch.Members{Do: patch.Remove, IDs: idsOf(members)}
}

// mapTo makes groups give roles, beside those that do.
func (s *scene) mapTo(role string, groups ...*directory.Group) {
	s.Helper()
	s.must(s.in(func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, s.dir.ID)
		if err != nil {
			return err
		}
		now, err := provision.RoleMappings(tx, d)
		if err != nil {
			return err
		}
		var want []provision.Mapping
		for _, m := range now {
			want = append(want, provision.Mapping{Group: m.DirectoryGroupID, Role: m.RoleSlug})
		}
		for _, g := range groups {
			want = append(want, provision.Mapping{Group: g.ID, Role: role})
		}
		return provision.SetRoleMappings(tx, d, want)
	}))
}
