package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

func newGroup(t testing.TB, d *db.DB, dir *directory.Directory, name string) id.DirectoryGroup {
	t.Helper()
	var g *directory.Group
	inOrg(t, d, dir.OrganizationID, func(tx *db.OrgTx) (err error) {
		g, err = directory.InsertGroup(tx, dir, schema.Resource{"displayName": name})
		return err
	})
	return g.ID
}

func readGroup(t testing.TB, d *db.DB, dir *directory.Directory, g id.DirectoryGroup) (row *directory.Group) {
	t.Helper()
	must(t, d.ReadOrg(t.Context(), dir.OrganizationID, func(tx *db.OrgTx) (err error) { row, err = directory.GetGroup(tx, dir.ID, g); return err }))
	return row
}

// change runs fn with a group that is held.
func change(t testing.TB, d *db.DB, dir *directory.Directory, g id.DirectoryGroup, fn func(*db.OrgTx, *directory.Group) error) {
	t.Helper()
	must(t, tryChange(t, d, dir, g, fn))
}

func tryChange(t testing.TB, d *db.DB, dir *directory.Directory, g id.DirectoryGroup, fn func(*db.OrgTx, *directory.Group) error) error {
	return d.InOrg(t.Context(), dir.OrganizationID, who, func(tx *db.OrgTx) error {
		row, err := directory.HoldGroup(tx, dir.ID, g)
		if err != nil {
			return err
		}
		return fn(tx, row)
	})
}

// members reads a group's members, two on each page.
func members(t testing.TB, d *db.DB, dir *directory.Directory, g id.DirectoryGroup) (all []directory.Member) {
	t.Helper()
	must(t, d.ReadOrg(t.Context(), dir.OrganizationID, func(tx *db.OrgTx) error {
		row, err := directory.GetGroup(tx, dir.ID, g)
		for after := ""; err == nil; {
			var page []directory.Member
			if page, err = directory.MembersPage(tx, row, after, 2); len(page) == 0 {
				return err
			}
			all, after = append(all, page...), page[len(page)-1].ID
		}
		return err
	}))
	return all
}

// crew stores people, and is their ids in order.
func crew(t testing.TB, d *db.DB, dir *directory.Directory, n int) (list []string) {
	t.Helper()
	inOrg(t, d, dir.OrganizationID, func(tx *db.OrgTx) error {
		for i := range n {
			u, err := insert(tx, dir, person(fmt.Sprintf("p%05d@halden.example", i)))
			if err != nil {
				return err
			}
			list = append(list, string(u.ID))
		}
		return nil
	})
	return list
}

func plain(list []id.DirectoryUser) []string {
	all := make([]string, len(list))
	for i, one := range list {
		all[i] = string(one)
	}
	return all
}

// Roles and events follow from who really came and went: somebody who is told twice, or never, has the wrong role.
func TestMembersComeAndGo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		forward := clock(d)
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		p, g, child := crew(t, d, dir, 5), newGroup(t, d, dir, "Crew"), newGroup(t, d, dir, "Riggers")
		absent := string(id.New[id.DirectoryUser]())
		version := readGroup(t, d, dir, g).Version
		for i, step := range []struct {
			name           string
			do             func(*db.OrgTx, *directory.Group) (added, removed []id.DirectoryUser, changed bool, err error)
			added, removed []string
			changed        bool
			left           []string
		}{
			{"add", add(p[1], p[0], p[1]), p[:2], nil, true, p[:2]},
			{"add again", add(p[0]), nil, nil, false, p[:2]},
			{"add one that is there and one that is not", add(p[0], p[2]), p[2:3], nil, true, p[:3]},
			{"add a group", add(string(child)), nil, nil, true, []string{string(child), p[0], p[1], p[2]}},
			{"remove", remove(p[1], p[4], absent, "nonsense"), nil, p[1:2], true, []string{string(child), p[0], p[2]}},
			{"remove again", remove(p[1]), nil, nil, false, []string{string(child), p[0], p[2]}},
			{"replace", replace(p[4], p[2], p[3]), p[3:], p[:1], true, p[2:]},
			{"replace by the same", replace(p[2:]...), nil, nil, false, p[2:]},
			{"replace by a group", replace(string(child)), nil, p[2:], true, []string{string(child)}},
			{"empty", replace(), nil, nil, true, nil},
			{"empty again", replace(), nil, nil, false, nil},
		} {
			forward(time.Minute)
			before := readGroup(t, d, dir, g)
			change(t, d, dir, g, func(tx *db.OrgTx, row *directory.Group) error {
				added, removed, changed, err := step.do(tx, row)
				slices.Sort(added)
				slices.Sort(removed)
				if !slices.Equal(plain(added), step.added) || !slices.Equal(plain(removed), step.removed) || changed != step.changed {
					t.Errorf("%s: added %v, removed %v, changed %t", step.name, added, removed, changed)
				}
				if changed && row.Version != before.Version+1 {
					t.Errorf("%s: in memory version %d follows %d", step.name, row.Version, before.Version)
				}
				return err
			})
			var left []string
			for _, m := range members(t, d, dir, g) {
				left = append(left, m.ID)
			}
			if !slices.Equal(left, step.left) {
				t.Errorf("step %d, %s, left %v, want %v", i, step.name, left, step.left)
			}
			if step.changed {
				version++
			}
			if after := readGroup(t, d, dir, g); after.Version != version || after.UpdatedAt.After(before.UpdatedAt) != step.changed {
				t.Errorf("%s: version %d, want %d; updated at %v, was %v", step.name, after.Version, version, after.UpdatedAt, before.UpdatedAt)
			}
		}
	})
}

type memberChange func(*db.OrgTx, *directory.Group) (added, removed []id.DirectoryUser, changed bool, err error)

func add(list ...string) memberChange {
	return func(tx *db.OrgTx, g *directory.Group) (a, r []id.DirectoryUser, changed bool, err error) {
		a, changed, err = directory.AddMembers(tx, g, list)
		return a, nil, changed, err
	}
}

func remove(list ...string) memberChange {
	return func(tx *db.OrgTx, g *directory.Group) (a, r []id.DirectoryUser, changed bool, err error) {
		r, changed, err = directory.RemoveMembers(tx, g, list)
		return nil, r, changed, err
	}
}

func replace(list ...string) memberChange {
	return func(tx *db.OrgTx, g *directory.Group) (a, r []id.DirectoryUser, changed bool, err error) {
		return directory.ReplaceMembers(tx, g, list)
	}
}

// A group of another directory, or of another organization, must not take in
// people: that would be a role for somebody whom nobody here knows.
func TestOnlyTheDirectorysOwnComeIntoItsGroups(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		dir, _ := newDirectory(t, d, org, directory.New{})
		sibling, _ := newDirectory(t, d, org, directory.New{})
		foreign, _ := newDirectory(t, d, organization(t, d), directory.New{})
		own, g := crew(t, d, dir, 1), newGroup(t, d, dir, "Crew")
		for name, member := range map[string]string{
			"another directory's": crew(t, d, sibling, 1)[0], "another organization's": crew(t, d, foreign, 1)[0], "nobody": string(id.New[id.DirectoryUser]()),
			"another directory's group": string(newGroup(t, d, sibling, "Crew")), "another organization's group": string(newGroup(t, d, foreign, "Crew")),
			"an account": string(id.New[id.User]()), "nonsense": "../" + strings.Repeat("x", 200), "nothing": "",
		} {
			for how, do := range map[string]memberChange{"add": add(own[0], member), "replace": replace(own[0], member)} {
				err := tryChange(t, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error { _, _, _, err := do(tx, g); return err })
				if !errors.Is(err, schema.ErrValue) || !strings.Contains(err.Error(), member[:min(len(member), 60)]) || len(err.Error()) > 250 {
					t.Errorf("%s %s: %v", how, name, err)
				}
			}
		}
		if list := members(t, d, dir, g); len(list) != 0 {
			t.Errorf("members: %v", list)
		}
	})
}

// Groups in groups are kept and shown; a circle of them must not keep anybody busy.
func TestGroupsInGroups(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		a, b, p := newGroup(t, d, dir, "A"), newGroup(t, d, dir, "B"), crew(t, d, dir, 1)
		for _, c := range []struct{ in, what string }{{string(a), string(b)}, {string(b), string(a)}, {string(a), string(a)}, {string(a), p[0]}} {
			change(t, d, dir, id.DirectoryGroup(c.in), func(tx *db.OrgTx, g *directory.Group) error {
				_, _, err := directory.AddMembers(tx, g, []string{c.what})
				return err
			})
		}
		want := []directory.Member{{string(a), "A", "Group"}, {string(b), "B", "Group"}, {p[0], "p00000@halden.example", "User"}}
		if got := members(t, d, dir, a); !slices.Equal(got, want) {
			t.Errorf("members: %v", got)
		}
		inOrg(t, d, dir.OrganizationID, func(tx *db.OrgTx) error {
			of, err := directory.FirstMembers(tx, []directory.Group{{ID: b}, {ID: a}, {ID: id.New[id.DirectoryGroup]()}}, 2)
			if len(of) != 2 || !slices.Equal(of[a], want[:2]) || !slices.Equal(of[b], want[:1]) {
				t.Errorf("the first members of both: %v", of)
			}
			return err
		})
		version := readGroup(t, d, dir, b).Version
		change(t, d, dir, a, directory.DeleteGroup)
		if got := members(t, d, dir, b); len(got) != 0 || readGroup(t, d, dir, b).Version != version+1 {
			t.Errorf("what had the group: %v", got)
		}
		if c := countsOf(t, d, dir); c != (directory.Counts{Active: 1, Groups: 1}) {
			t.Errorf("counts: %+v", c)
		}
	})
}

// Okta and Entra remove by a filter in the path; one that is misread empties the group.
func TestMembersThatFitAFilterGo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		p, g := crew(t, d, dir, 3), newGroup(t, d, dir, "Crew")
		ada := string(newUser(t, d, dir, with(person("ada@halden.example"), "displayName", "Ada Löwe")).ID)
		change(t, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error {
			_, _, err := directory.AddMembers(tx, g, append(p, ada))
			return err
		})
		eq := func(name, value string) filter.Node {
			return filter.Compare{Path: schema.Path{Attr: name}, Op: filter.Eq, Value: value}
		}
		for _, n := range []filter.Node{
			filter.And{Left: eq("value", p[0]), Right: eq("value", p[0])}, filter.Not{Of: eq("value", p[0])}, filter.Present{Path: schema.Path{Attr: "value"}}, eq("type", "User"),
			filter.Compare{Path: schema.Path{Attr: "value"}, Op: filter.Ne, Value: p[0]}, filter.Or{Left: eq("value", p[0]), Right: filter.Present{Path: schema.Path{Attr: "value"}}},
			filter.Compare{Path: schema.Path{Attr: "value"}, Op: filter.Eq, Value: true}, nil,
		} {
			err := tryChange(t, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error {
				_, _, err := directory.RemoveMembersWhere(tx, g, n)
				return err
			})
			if !errors.Is(err, schema.ErrFilter) {
				t.Errorf("%#v: %v", n, err)
			}
		}
		change(t, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error {
			removed, changed, err := directory.RemoveMembersWhere(tx, g, filter.Or{Left: filter.Or{Left: eq("Value", p[0]), Right: eq("display", "ADA LÖWE")}, Right: eq("value", "nobody")})
			if !slices.Equal(plain(removed), []string{p[0], ada}) || !changed {
				t.Errorf("removed %v, changed %t", removed, changed)
			}
			_, changed, again := directory.RemoveMembersWhere(tx, g, eq("value", p[0]))
			if changed {
				t.Error("who is gone went again")
			}
			return errors.Join(err, again)
		})
		if list := members(t, d, dir, g); len(list) != 2 || list[0].ID != p[1] || list[1].ID != p[2] {
			t.Errorf("left: %v", list)
		}
	})
}

// A provider with many threads changes one group in all of them: none of it may be lost.
func TestTwentyChangesOfOneGroupAllStay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		p, g := crew(t, d, dir, 20), newGroup(t, d, dir, "Crew")
		change(t, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error {
			_, _, err := directory.AddMembers(tx, g, p[:10])
			return err
		})
		before := readGroup(t, d, dir, g).Version
		var all sync.WaitGroup
		for i := range p {
			all.Go(func() {
				do := add(p[i])
				if i < 10 {
					do = remove(p[i])
				}
				if err := tryChange(t, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error { _, _, _, err := do(tx, g); return err }); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var left []string
		for _, m := range members(t, d, dir, g) {
			left = append(left, m.ID)
		}
		if !slices.Equal(left, p[10:]) {
			t.Errorf("left: %v", left)
		}
		if v := readGroup(t, d, dir, g).Version; v != before+20 {
			t.Errorf("version %d after 20 changes of %d", v, before)
		}
	})
}

// A list of people shows each one's groups: one query for all of them.
func TestGroupsOfPeople(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		p, a, b := crew(t, d, dir, 3), newGroup(t, d, dir, "A"), newGroup(t, d, dir, "B")
		for g, list := range map[id.DirectoryGroup][]string{a: p[:2], b: p[1:2]} {
			change(t, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error {
				_, _, err := directory.AddMembers(tx, g, list)
				return err
			})
		}
		inOrg(t, d, dir.OrganizationID, func(tx *db.OrgTx) error {
			of, err := directory.GroupsOf(tx, []id.DirectoryUser{id.DirectoryUser(p[0]), id.DirectoryUser(p[1]), id.DirectoryUser(p[2])})
			first, second := of[id.DirectoryUser(p[0])], of[id.DirectoryUser(p[1])]
			if len(of) != 2 || len(first) != 1 || len(second) != 2 || second[0].ID != a || second[1].DisplayName != "B" || second[1].DirectoryID != dir.ID || second[1].OrganizationID != dir.OrganizationID || second[1].CreatedAt.IsZero() {
				t.Errorf("groups: %+v", of)
			}
			g, err2 := directory.GetGroup(tx, dir.ID, a)
			if err2 != nil {
				return err2
			}
			in, err3 := directory.IsMember(tx, g, p[0], p[2], string(b), "x")
			if !in[p[0]] || in[p[2]] || in[string(b)] || in["x"] {
				t.Errorf("members: %v", in)
			}
			found, err4 := directory.UsersByID(tx, []id.DirectoryUser{id.DirectoryUser(p[2]), id.DirectoryUser(p[0]), id.New[id.DirectoryUser]()})
			if len(found) != 2 || string(found[0].ID) != p[0] {
				t.Errorf("found %v", found)
			}
			return errors.Join(err, err3, err4)
		})
	})
}
