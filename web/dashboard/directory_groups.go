package dashboard

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

type groupsPage struct {
	directoryFrame
	asked  groupQuery
	rows   []groupRow
	mapped int64 // how many give a role
	pager  ui.PagerProps
}

type groupRow struct {
	directory.Group
	people int64
	role   string // that it gives
}

// groupQuery is what the address says.
type groupQuery struct{ text, gives string }

// What groups can be narrowed to.
const (
	groupsMapped   = "role"
	groupsUnmapped = "none"
)

var groupOptions = []ui.Option{{Label: "Every group"}, {Value: groupsMapped, Label: "Gives a role"}, {Value: groupsUnmapped, Label: "Gives none"}}

func (q groupQuery) values() url.Values { return url.Values{"q": {q.text}, "gives": {q.gives}} }

func (q groupQuery) filtered() bool { return q.text+q.gives != "" }

func (q groupQuery) search(page db.Page) directory.GroupSearch {
	return directory.GroupSearch{Text: q.text, Mapped: q.gives == groupsMapped, Unmapped: q.gives == groupsUnmapped, Page: page}
}

func (h *Handler) directoryGroups(v *visit) error {
	p := groupsPage{asked: groupQuery{v.query("q"), v.query("gives")}}
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, tabGroups); err != nil {
			return err
		}
		list, paging, err := directory.SearchGroups(tx, p.Directory.ID, p.asked.search(v.page()))
		if err != nil {
			return err
		}
		p.pager = pager(p.path+"/groups", p.asked.values(), paging, count(int64(len(list)), "group", "groups")+" here")
		return p.load(tx, list)
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, groupsView(p))
}

func (p *groupsPage) load(tx *db.AllTx, list []directory.Group) error {
	sizes, err := directory.SizesOf(tx, list)
	if err != nil {
		return err
	}
	roles, err := rolesOf(tx, p.Directory)
	p.mapped = int64(len(roles))
	for _, g := range list {
		p.rows = append(p.rows, groupRow{g, sizes[g.ID], roles[g.ID]})
	}
	return err
}

// rolesOf are the roles that a directory's groups give.
func rolesOf(tx db.OwnedScope, d *directory.Directory) (map[id.DirectoryGroup]string, error) {
	mappings, err := provision.RoleMappings(tx, d)
	roles := make(map[id.DirectoryGroup]string, len(mappings))
	for _, m := range mappings {
		roles[m.DirectoryGroupID] = m.RoleSlug
	}
	return roles, err
}

type groupPage struct {
	peoplePage
	role    string // that the group gives
	size    int64
	options []ui.Option
}

func (h *Handler) directoryGroup(v *visit) error { return v.showGroup(http.StatusOK, nil) }

// showGroup draws a group with its people, and a question over it.
func (v *visit) showGroup(status int, dialog func(groupPage) templ.Component) error {
	key, err := param[id.DirectoryGroup](v, "group")
	if err != nil {
		return err
	}
	p := groupPage{peoplePage: peoplePage{asked: peopleQuery{text: v.query("q")}}}
	err = v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, tabGroups); err != nil {
			return err
		}
		return p.load(tx, key, v.page())
	})
	if err != nil {
		return err
	}
	p.below(v, p.group.DisplayName)
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, groupView(p))
}

// href is the group's page.
func (p groupPage) href() string { return p.path + "/groups/" + string(p.group.ID) }

func (p *groupPage) load(tx *db.AllTx, key id.DirectoryGroup, page db.Page) (err error) {
	if p.group, err = directory.GetGroup(tx, p.Directory.ID, key); err != nil {
		return err
	}
	sizes, err := directory.SizesOf(tx, []directory.Group{*p.group})
	if err != nil {
		return err
	}
	roles, err := rolesOf(tx, p.Directory)
	if err != nil {
		return err
	}
	p.size, p.role = sizes[key], roles[key]
	err = tx.In(p.OrganizationID, func(tx *db.OrgTx) error {
		p.options, err = mappableRoles(tx)
		return err
	})
	if err != nil {
		return err
	}
	q := p.asked.search(page)
	q.Group = key
	return p.peoplePage.load(tx, p.href(), q)
}

// mappableRoles are the roles that a group can give: all but the owner's.
func mappableRoles(tx *db.OrgTx) ([]ui.Option, error) {
	all, err := tenants.Roles(tx)
	options := []ui.Option{{Label: "No role of its own"}}
	for _, r := range all {
		if r.Slug != tenants.OwnerRole {
			options = append(options, ui.Option{Value: r.Slug, Label: r.Name})
		}
	}
	return options, err
}

func (h *Handler) askGroupRole(v *visit) error { return v.askGroupRole(nil, "") }

func (v *visit) askGroupRole(refused error, chosen string) error {
	return v.showGroup(status(refused), func(p groupPage) templ.Component {
		if refused == nil {
			chosen = p.role
		}
		return groupRoleQuestion(question{path: p.href(), wrong: refusal(refused)}, p, chosen)
	})
}

// mapGroup sets the role that one group gives, and leaves those of the others.
func (h *Handler) mapGroup(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	key, err := param[id.DirectoryGroup](v, "group")
	if err != nil {
		return err
	}
	role := form.Get("new_role")
	err = v.ofDirectory(func(tx *db.OrgTx, d *directory.Directory) error {
		if d, err = directory.Hold(tx, d.ID); err != nil { // whoever maps beside us waits
			return err
		}
		if _, err := directory.GetGroup(tx, d.ID, key); err != nil {
			return err
		}
		return setGroupRole(tx, d, key, role)
	})
	if refusal(err) != "" && !missing(err) {
		return v.askGroupRole(err, role)
	}
	if err != nil {
		return err
	}
	return v.done(v.directoryPath("/groups/"+string(key)), groupMapped)
}

func setGroupRole(tx *db.OrgTx, d *directory.Directory, g id.DirectoryGroup, role string) error {
	roles, err := rolesOf(tx, d)
	if err != nil {
		return err
	}
	delete(roles, g)
	if role != "" {
		roles[g] = role
	}
	want := make([]provision.Mapping, 0, len(roles))
	for group, slug := range roles {
		want = append(want, provision.Mapping{Group: group, Role: slug})
	}
	slices.SortFunc(want, func(a, b provision.Mapping) int { return slices.Compare([]byte(a.Group), []byte(b.Group)) })
	return provision.SetRoleMappings(tx, d, want)
}
