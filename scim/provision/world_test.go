package provision_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/scim/directory"
	"gatehouse/scim/patch"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
	"gatehouse/sessions"
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

// at is jo at a domain that Halden holds, pushed and a member.
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

// stored is the person as the directory has them now; nil: no more.
func (s *scene) stored(u *directory.User) (row *directory.User) {
	s.Helper()
	s.must(s.d.ReadOrg(s.Context(), s.org, func(tx *db.OrgTx) (err error) {
		row, err = directory.GetUser(tx, u.DirectoryID, u.ID)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		return err
	}))
	return row
}

// membership is an account's in Halden; nil: none.
func (s *scene) membership(account id.User) (m *users.Membership) {
	s.Helper()
	s.must(s.d.ReadOrg(s.Context(), s.org, func(tx *db.OrgTx) (err error) {
		m, err = users.MembershipOf(tx, account)
		if errors.Is(err, db.ErrNotFound) {
			m, err = nil, nil
		}
		return err
	}))
	return m
}

// role is the person's in Halden; "" where they are no active member.
func (s *scene) role(u *directory.User) string {
	s.Helper()
	row := s.stored(u)
	if row == nil {
		row = u
	}
	if row.UserID == nil {
		return ""
	}
	m := s.membership(*row.UserID)
	if m == nil || m.Status != users.Active {
		return ""
	}
	return m.RoleSlug
}

func (s *scene) account(u id.User) (found *users.User) {
	s.Helper()
	s.must(s.d.Read(s.Context(), func(tx *db.Tx) (err error) {
		found, err = users.Get(tx, u)
		return err
	}))
	return found
}

// byEmail is whose account has an address; nil: nobody's.
func (s *scene) byEmail(email string) (found *users.User) {
	s.Helper()
	s.must(s.d.Read(s.Context(), func(tx *db.Tx) (err error) {
		found, err = users.GetByEmail(tx, email)
		if errors.Is(err, db.ErrNotFound) {
			err = nil
		}
		return err
	}))
	return found
}

// session starts one of an account in an organization.
func (s *scene) session(account id.User, org id.Organization) (row *sessions.Session) {
	s.Helper()
	s.must(s.d.Tx(s.Context(), tester, func(tx *db.Tx) (err error) {
		row, err = sessions.Start(tx, sessions.New{User: account, Client: s.client(tx), Organization: &org, Method: sessions.Password})
		return err
	}))
	return row
}

// clients belong to a higher floor, so that the tests make their rows here.
type client struct {
	db.Global
	ID                   id.Client
	Name, Type           string
	BuiltIn, FirstParty  bool
	TokenAlgorithm       string
	AccessTokenSeconds   int64
	CreatedAt, UpdatedAt time.Time
}

func (client) TableName() string { return "clients" }

var clients = db.GlobalTable[client, id.Client]{}

const accessSeconds = 300

func (s *scene) client(tx *db.Tx) id.Client {
	const key id.Client = "client_test"
	if _, err := clients.Get(tx, key); errors.Is(err, db.ErrNotFound) {
		s.must(clients.Insert(tx, &client{ID: key, Name: "App", Type: "web", TokenAlgorithm: "RS256", AccessTokenSeconds: accessSeconds}))
	}
	return key
}

func (s *scene) live(row *sessions.Session) (live bool) {
	s.Helper()
	s.must(s.d.Read(s.Context(), func(tx *db.Tx) error {
		now, err := sessions.Get(tx, row.ID)
		live = err == nil && now.LiveAt(tx.Now())
		return err
	}))
	return live
}

// events are the entries of some kinds, the oldest first; without kinds all.
func (s *scene) events(kinds ...string) (found []audit.Event) {
	s.Helper()
	s.must(s.d.ReadDeployment(s.Context(), func(tx *db.AllTx) (err error) {
		found, err = audit.List(tx, audit.Filter{Types: kinds, Oldest: true})
		return err
	}))
	return found
}

func (s *scene) count(kind string) int {
	s.Helper()
	return len(s.events(kind))
}

// last is what the newest entry of a kind says.
func (s *scene) last(kind string) map[string]any {
	s.Helper()
	all := s.events(kind)
	if len(all) == 0 {
		s.Fatalf("no %s", kind)
	}
	var data map[string]any
	s.must(json.Unmarshal(all[len(all)-1].Data, &data))
	return data
}

// same wants nothing to have been recorded by fn.
func (s *scene) silent(what string, fn func()) {
	s.Helper()
	before := len(s.events())
	fn()
	if after := s.events(); len(after) != before {
		var kinds []string
		for _, e := range after[before:] {
			kinds = append(kinds, e.Type)
		}
		s.Errorf("%s: recorded %v", what, kinds)
	}
}

func (s *scene) departures() (rows []directory.Departure) {
	s.Helper()
	s.must(s.d.ReadOrg(s.Context(), s.org, func(tx *db.OrgTx) (err error) {
		rows, _, err = directory.Departures(tx, s.dir.ID, directory.DepartureQuery{Page: db.Page{Limit: 100}})
		return err
	}))
	return rows
}

// work works off what requests have asked jobs for.
func (s *scene) work() {
	s.Helper()
	r := jobs.NewRegistry()
	s.service.Register(r)
	runner, err := jobs.Start(context.WithoutCancel(s.Context()), s.d, r, slog.New(slog.DiscardHandler))
	s.must(err)
	defer func() { s.must(runner.Stop(context.WithoutCancel(s.Context()))) }()
	_, queue := s.d.Pools()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		var left int
		s.must(queue.QueryRow("SELECT count(*) FROM river_job WHERE kind LIKE 'directory_%' AND state NOT IN ('completed', 'cancelled', 'discarded')").Scan(&left))
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.Fatalf("%d jobs wait", left)
		}
	}
}
