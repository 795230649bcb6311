package provision_test

import (
	"errors"
	"slices"
	"testing"

	"gatehouse/apikeys"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/patch"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/users"
)

// tryMap makes exactly these groups give roles, as somebody.
func (s *scene) tryMap(who actor.Actor, want ...provision.Mapping) error {
	return s.as(who, func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, s.dir.ID)
		if err != nil {
			return err
		}
		return provision.SetRoleMappings(tx, d, want)
	})
}

// scim.md 7: whoever may manage the organization is chosen by an owner, an
// operator or the deployment's own key, and by nobody else.
func TestOnlyAnOwnerMapsRolesAboveMembers(t *testing.T) {
	each(t, func(s *scene) {
		g := s.group("Admins")
		admin := s.person("admin@"+held, true)
		s.member(admin, tenants.AdminRole)
		var ours, theirs *apikeys.Key
		s.must(s.in(func(tx *db.OrgTx) (err error) {
			ours, _, err = apikeys.CreateForOrganization(tx, apikeys.New{Name: "org"})
			return err
		}))
		s.must(s.d.InDeployment(t.Context(), tester, func(tx *db.AllTx) (err error) {
			theirs, _, err = apikeys.Create(tx, apikeys.New{Name: "deployment"})
			return err
		}))
		for name, c := range map[string]struct {
			who actor.Actor
			may bool
		}{
			"an owner":                {actor.Actor{Kind: actor.KindPortal, ID: string(s.ines.ID)}, true},
			"an operator":             {actor.Actor{Kind: actor.KindOperator, ID: string(id.New[id.User]())}, true},
			"the deployment's key":    {actor.Actor{Kind: actor.KindAPIKey, ID: string(theirs.ID)}, true},
			"an admin":                {actor.Actor{Kind: actor.KindPortal, ID: string(admin.ID)}, false},
			"a link":                  {actor.Actor{Kind: actor.KindPortal, ID: string(id.New[id.PortalSession]())}, false},
			"an organization's key":   {actor.Actor{Kind: actor.KindAPIKey, ID: string(ours.ID)}, false},
			"a key that is gone":      {actor.Actor{Kind: actor.KindAPIKey, ID: string(id.New[id.APIKey]())}, false},
			"the directory":           {provider, false},
			"an application":          {actor.Actor{Kind: actor.KindClient, ID: "client_x"}, false},
			"nobody":                  {actor.Actor{Kind: actor.KindAnonymous}, false},
			"a stranger who is owner": {actor.Actor{Kind: actor.KindUser, ID: string(s.person("boss@northwind.example", true).ID)}, false},
		} {
			s.must(s.tryMap(tester))
			err := s.tryMap(c.who, provision.Mapping{Group: g.ID, Role: tenants.AdminRole})
			if c.may != (err == nil) || !c.may && !errors.Is(err, provision.ErrMapper) {
				t.Errorf("%s: %v", name, err)
			}
			if err := s.tryMap(c.who, provision.Mapping{Group: g.ID, Role: tenants.MemberRole}); err != nil {
				t.Errorf("%s may not even map members: %v", name, err)
			}
		}
	})
}

// Whoever may not give a role may leave it as it is, or take it away.
func TestAnAdminKeepsWhatAnOwnerMapped(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		admins, crew := s.group("Admins", u), s.group("Crew")
		s.mapTo(tenants.AdminRole, admins)
		link := actor.Actor{Kind: actor.KindPortal, ID: string(id.New[id.PortalSession]())}
		s.must(s.tryMap(link, provision.Mapping{Group: admins.ID, Role: tenants.AdminRole}, provision.Mapping{Group: crew.ID, Role: tenants.MemberRole}))
		if s.role(u) != tenants.AdminRole {
			t.Error("the role went")
		}
		s.must(s.tryMap(link, provision.Mapping{Group: crew.ID, Role: tenants.MemberRole}))
		if s.role(u) != tenants.MemberRole {
			t.Error("the role stayed")
		}
		if err := s.tryMap(link, provision.Mapping{Group: crew.ID, Role: tenants.AdminRole}); !errors.Is(err, provision.ErrMapper) {
			t.Errorf("another group: %v", err)
		}
	})
}

// D5: no group makes owners, and what is no group of this directory, or no
// role, is refused whole.
func TestWhatCannotBeMapped(t *testing.T) {
	each(t, func(s *scene) {
		g := s.group("Crew")
		foreign := s.directory(directory.New{})
		var other *directory.Group
		s.must(s.pushTo(foreign, func(tx *db.OrgTx, d *directory.Directory) (err error) {
			other, err = provision.CreateGroup(tx, d, map[string]any{"displayName": "Theirs"}, nil)
			return err
		}))
		for name, c := range map[string]struct {
			want []provision.Mapping
			err  error
		}{
			"an owner":              {[]provision.Mapping{{Group: g.ID, Role: tenants.OwnerRole}}, provision.ErrOwnerRole},
			"an unknown role":       {[]provision.Mapping{{Group: g.ID, Role: "emperor"}}, tenants.ErrInvalidRole},
			"a group twice":         {[]provision.Mapping{{Group: g.ID, Role: tenants.MemberRole}, {Group: g.ID, Role: tenants.MemberRole}}, provision.ErrMappedTwice},
			"another directory's":   {[]provision.Mapping{{Group: other.ID, Role: tenants.MemberRole}}, db.ErrNotFound},
			"an unknown group":      {[]provision.Mapping{{Group: id.New[id.DirectoryGroup](), Role: tenants.MemberRole}}, db.ErrNotFound},
			"more than are managed": {slices.Repeat([]provision.Mapping{{Group: g.ID, Role: tenants.MemberRole}}, 1001), provision.ErrMappings},
		} {
			s.silent(name, func() {
				if err := s.tryMap(tester, c.want...); !errors.Is(err, c.err) {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		s.must(s.tryMap(tester, provision.Mapping{Group: g.ID, Role: tenants.MemberRole}))
		s.silent("the same again", func() { s.must(s.tryMap(tester, provision.Mapping{Group: g.ID, Role: tenants.MemberRole})) })
		e := s.last("directory.role_mappings_updated")
		mappings, _ := e["role_mappings"].([]any)
		if len(mappings) != 1 {
			t.Errorf("%v", e)
		}
	})
}

// The people of a large group follow by a job, in batches; those of a small one
// have their role as the answer comes.
func TestALargeGroupFollowsByAJob(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(510)
		g := s.group("Everybody", people...)
		s.mapTo(tenants.AdminRole, g)
		s.work()
		for _, u := range people {
			if s.role(u) != tenants.AdminRole {
				t.Fatalf("%s is %q", u.UserName, s.role(u))
			}
		}
		if n := s.count("organization_membership.updated"); n != 510 {
			t.Errorf("%d told", n)
		}
		s.must(s.tryMap(tester))
		s.work()
		for _, u := range []*directory.User{people[0], people[255], people[509]} {
			if s.role(u) != tenants.MemberRole {
				t.Errorf("%s stayed %q", u.UserName, s.role(u))
			}
		}
	})
}

// Before roles are mapped a page says whose change; it writes nothing.
func TestAPreviewSaysWhoseRolesChange(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(4)
		admins, crew := s.group("Admins", people[:2]...), s.group("Crew", people...)
		s.mapTo(tenants.AdminRole, admins)
		var p provision.MappingPreview
		s.silent("a preview", func() {
			s.must(s.d.ReadOrg(t.Context(), s.org, func(tx *db.OrgTx) (err error) {
				p, err = provision.PreviewMappings(tx, s.dir, []provision.Mapping{{Group: crew.ID, Role: tenants.AdminRole}})
				return err
			}))
		})
		if len(p.Changes) != 2 || p.More || p.Changes[0].Person != people[2].ID || p.Changes[0].Before != tenants.MemberRole || p.Changes[0].After != tenants.AdminRole {
			t.Errorf("%+v", p)
		}
		s.must(s.d.ReadOrg(t.Context(), s.org, func(tx *db.OrgTx) (err error) {
			p, err = provision.PreviewMappings(tx, s.dir, nil)
			return err
		}))
		if len(p.Changes) != 2 || p.Changes[0].Person != people[0].ID || p.Changes[0].After != tenants.MemberRole {
			t.Errorf("without any: %+v", p)
		}
	})
}

// D5: what a provider calls roles gives none, unless an owner trusts it, and
// then never an admin's or an owner's.
func TestRolesThatAProviderSendsGiveNothingByThemselves(t *testing.T) {
	each(t, func(s *scene) {
		s.must(s.in(func(tx *db.OrgTx) error {
			return roleRows.Insert(tx, &tenants.Role{ID: id.New[id.Role](), Slug: "editor", Name: "Editor", Rank: 15})
		}))
		send := func(name string, roles ...string) *directory.User {
			list := []any{}
			for _, r := range roles {
				list = append(list, map[string]any{"value": r})
			}
			r := s.named(name+"@"+held, true)
			r["roles"], r["entitlements"], r["isOwner"] = list, []any{map[string]any{"value": "owner"}}, true
			return s.create(r)
		}
		owner, admin, editor := send("a", "owner"), send("b", "admin"), send("c", "nothing", "editor")
		for _, u := range []*directory.User{owner, admin, editor} {
			if s.role(u) != tenants.MemberRole {
				t.Errorf("%s is %q", u.UserName, s.role(u))
			}
		}
		on := true
		trust := func(who actor.Actor) error {
			return s.as(who, func(tx *db.OrgTx) error {
				_, err := provision.Change(tx, s.dir.ID, directory.Edit{TrustRoles: &on})
				return err
			})
		}
		if err := trust(actor.Actor{Kind: actor.KindPortal, ID: string(id.New[id.PortalSession]())}); !errors.Is(err, provision.ErrMapper) {
			t.Errorf("by a link: %v", err)
		}
		s.must(trust(tester))
		s.work()
		if s.role(owner) != tenants.MemberRole || s.role(admin) != tenants.MemberRole || s.role(editor) != "editor" {
			t.Errorf("%q %q %q", s.role(owner), s.role(admin), s.role(editor))
		}
		s.update(editor, with(editor, map[string]any{"roles": []any{}}))
		if s.role(editor) != tenants.MemberRole {
			t.Error("the role stayed")
		}
		s.update(admin, with(admin, map[string]any{"roles": []any{"editor"}}))
		if s.role(admin) != "editor" {
			t.Errorf("a bare text: %q", s.role(admin))
		}
		on = false
		s.must(trust(tester))
		s.work()
		if s.role(admin) != tenants.MemberRole {
			t.Error("the role stayed when it was not trusted any more")
		}
	})
}

var roleRows = db.MaybeTable[tenants.Role, id.Role]{}

// Owners are made and unmade by people: no group touches one.
func TestGroupsNeverTouchOwners(t *testing.T) {
	each(t, func(s *scene) {
		u := s.create(s.named("ines@"+held, true))
		g := s.group("Crew", u)
		s.mapTo(tenants.MemberRole, g)
		s.change(g, remove(u))
		if m := s.membership(s.ines.ID); m.RoleSlug != tenants.OwnerRole || m.Status != users.Active {
			t.Errorf("%+v", m)
		}
	})
}

// A role by hand is given beside those of groups, and not taken by them.
func TestAHandGivenRoleStandsBesideGroups(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		g := s.group("Crew", u)
		s.mapTo(tenants.MemberRole, g)
		m := s.membership(*u.UserID)
		s.must(s.in(func(tx *db.OrgTx) error { _, err := users.ChangeRole(tx, m.ID, tenants.AdminRole); return err }))
		s.change(g, patch.Members{Do: patch.Replace})
		s.activate(u, false)
		s.activate(u, true)
		if s.role(u) != tenants.AdminRole {
			t.Errorf("%q", s.role(u))
		}
	})
}

// A directory that is deleted, or a token that is revoked, leaves everybody as
// they are; who is in another directory too stays that one's.
func TestADeletedDirectoryLeavesItsPeople(t *testing.T) {
	each(t, func(s *scene) {
		second := s.directory(directory.New{})
		u, both, off := s.pushed("jo"), s.pushed("both"), s.pushed("off")
		_, err := s.tryCreate(second, s.named("both@"+held, true))
		s.must(err)
		deleted := s.pushed("gone")
		s.mapTo(tenants.AdminRole, s.group("Admins", u))
		s.activate(off, false)
		s.delete(deleted)
		here := s.session(*u.UserID, s.org)
		s.must(s.in(func(tx *db.OrgTx) error { return s.service.DeleteDirectory(tx, s.dir) }))
		for name, c := range map[string]struct {
			account id.User
			managed bool
			status  users.Status
			role    string
		}{
			"a member":          {*u.UserID, false, users.Active, tenants.AdminRole},
			"in two":            {*both.UserID, true, users.Active, tenants.MemberRole},
			"who was off":       {*off.UserID, false, users.Inactive, tenants.MemberRole},
			"who was deleted":   {*deleted.UserID, false, users.Inactive, tenants.MemberRole},
			"who never was one": {s.ines.ID, false, users.Active, tenants.OwnerRole},
		} {
			m := s.membership(c.account)
			if m.DirectoryManaged != c.managed || m.Status != c.status || m.RoleSlug != c.role || m.EndedByDirectory() {
				t.Errorf("%s: %+v", name, m)
			}
		}
		if !s.live(here) || s.count("dsync.deleted") != 1 {
			t.Error("somebody was signed out, or nobody told")
		}
		m := s.membership(*off.UserID)
		s.must(s.in(func(tx *db.OrgTx) error { _, err := users.ReactivateMember(tx, m.ID); return err }))
	})
}

// A large directory is closed as the answer comes, and taken away by a job: the
// people of 50,000 are let go of in parts, and nothing of it counts meanwhile.
func TestALargeDirectoryGoesByAJob(t *testing.T) {
	each(t, func(s *scene) {
		people := s.crew(505)
		s.group("Crew", people[:9]...)
		s.must(s.in(func(tx *db.OrgTx) error {
			_, err := directory.IssueToken(tx, s.dir.ID, nil)
			return err
		}))
		for range 2 { // whoever repeats it
			s.must(s.in(func(tx *db.OrgTx) error { return s.service.DeleteDirectory(tx, s.dir) }))
		}
		s.must(s.in(func(tx *db.OrgTx) error {
			d, err := directory.Get(tx, s.dir.ID)
			if err == nil && (d.State != directory.Deleting || d.State.Open() || d.Wire().State != "deleting") {
				t.Errorf("%+v", d)
			}
			tokens, err2 := directory.Tokens(tx, s.dir.ID)
			for _, token := range tokens {
				if token.Live(tx.Now()) {
					t.Error("a token opens it")
				}
			}
			on := true
			if _, err := directory.Change(tx, s.dir.ID, directory.Edit{On: &on}); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("switched on again: %v", err)
			}
			word, err3 := provision.WordOn(tx, "crew000@"+held, "")
			if word != (provision.Word{}) {
				t.Errorf("it says %+v", word)
			}
			return errors.Join(err, err2, err3)
		}))
		s.work()
		s.must(s.in(func(tx *db.OrgTx) error {
			if _, err := directory.Get(tx, s.dir.ID); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("it is there: %v", err)
			}
			return nil
		}))
		for _, u := range []*directory.User{people[0], people[504]} {
			if m := s.membership(*u.UserID); m.DirectoryManaged || m.Status != users.Active {
				t.Errorf("%+v", m)
			}
		}
		if n := s.count("dsync.deleted"); n != 1 {
			t.Errorf("%d told", n)
		}
	})
}
