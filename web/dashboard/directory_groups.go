package dashboard

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
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
