package portal

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

// groupsPage says which groups give which roles. In the set-up it is the last
// step, else a page of its own.
type groupsPage struct {
	directoryStepPage
	setup         bool
	list          []groupRow
	roles         []tenants.Role // that a group may give, for whoever looks
	total, mapped int64
	search, show  string
	pager         ui.PagerProps
	typed         map[id.DirectoryGroup]string // what was chosen and not saved
	dialog        templ.Component
}

// groupRow is a group and the role that it gives.
type groupRow struct {
	id         id.DirectoryGroup
	name, role string
	members    int64
	given      string // the role's name, where it can't be changed by whoever looks
}

// showUnmapped are the groups that give no role.
const showUnmapped = "unmapped"

func (h *Handler) directoryGroups(v *visit) error {
	return v.showGroups(http.StatusOK, groupsPage{}, nil)
}

func (h *Handler) showSetupGroups(v *visit) error {
	return v.showGroups(http.StatusOK, groupsPage{setup: true}, nil)
}

// showGroups shows what is kept, or what was chosen; asked are the changes that
// the question is about.
func (v *visit) showGroups(status int, p groupsPage, asked *roleChanges) error {
	p.search, p.show = strings.TrimSpace(v.QueryParam("q")), v.QueryParam("show")
	wrong := p.problem
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.setup {
			p.directoryStepPage, err = v.directoryStepPage(tx, stepGroups)
		} else {
			p.directoryFrame, err = v.openDirectory(tx, "Groups to roles")
		}
		if err != nil {
			return err
		}
		p.problem = wrong
		return p.load(tx, v)
	})
	if err != nil {
		return err
	}
	p.frame = p.fail(wrong)
	if asked != nil {
		p.dialog = mappingQuestion(p, *asked)
	}
	return v.show(status, groupsView(p))
}

func (p *groupsPage) load(tx *db.OrgTx, v *visit) error {
	all, err := tenants.Roles(tx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, r := range all {
		names[r.Slug] = r.Name
	}
	p.roles = mappable(all, p.owner)
	mappings, err := provision.RoleMappings(tx, p.directory)
	if err != nil {
		return err
	}
	given := map[id.DirectoryGroup]string{}
	for _, m := range mappings {
		given[m.DirectoryGroupID] = m.RoleSlug
	}
	p.mapped = int64(len(given))
	counts, err := directory.CountsOf(tx, p.directory.ID)
	if err != nil {
		return err
	}
	p.total = counts.Groups
	q := directory.GroupSearch{Text: p.search, Unmapped: p.show == showUnmapped, Page: v.pageOf()}
	groups, paging, err := directory.SearchGroups(tx, p.directory.ID, q)
	if err != nil {
		return err
	}
	sizes, err := directory.SizesOf(tx, groups)
	if err != nil {
		return err
	}
	for i := range groups {
		g := &groups[i]
		row := groupRow{id: g.ID, name: g.DisplayName, role: given[g.ID], members: sizes[g.ID]}
		if row.role != "" && !slices.ContainsFunc(p.roles, func(r tenants.Role) bool { return r.Slug == row.role }) {
			row.given = names[row.role]
		}
		if typed, ok := p.typed[g.ID]; ok {
			row.role = typed
		}
		p.list = append(p.list, row)
	}
	p.pager = pager(p.here(), p.keep(), paging, p.counted())
	return nil
}

// mappable are the roles that a group may give, by the word of whoever looks;
// owners are made by people.
func mappable(all []tenants.Role, owner bool) []tenants.Role {
	return slices.DeleteFunc(slices.Clone(all), func(r tenants.Role) bool { return r.Slug == tenants.OwnerRole || provision.OwnersAlone(r) && !owner })
}

// here is the page's own address.
func (p groupsPage) here() string {
	if p.setup {
		return p.action()
	}
	return p.path + tabGroups
}

func (p groupsPage) keep() url.Values { return url.Values{"q": {p.search}, "show": {p.show}} }

// counted is how many groups there are, and how many give no role.
func (p groupsPage) counted() string {
	return count(p.total, "group", "groups") + ", " + ui.Group(max(p.total-p.mapped, 0), "en") + " without a role"
}

// options are the roles to choose from.
func (p groupsPage) options() []ui.Option {
	list := []ui.Option{{Label: "No role"}}
	for _, r := range p.roles {
		list = append(list, ui.Option{Value: r.Slug, Label: r.Name})
	}
	return list
}

func (h *Handler) directorySaveGroups(v *visit) error { return v.saveGroups(groupsPage{}) }

func (h *Handler) saveSetupGroups(v *visit) error { return v.saveGroups(groupsPage{setup: true}) }

// saveGroups saves the roles of the groups on the page once it was asked about,
// with who changes. What isn't on the page stays as it is.
func (v *visit) saveGroups(p groupsPage) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	then := form.Get("then")
	if p.setup && then == "later" {
		return v.passStep(stepGroups, then, nil)
	}
	p.typed = readGroups(form)
	key, err := v.directoryID()
	if err != nil {
		return err
	}
	var asked roleChanges
	if form.Get("confirmed") != "on" {
		if asked, err = v.previewGroups(key, p.typed); err != nil {
			return v.groupsRefused(p, err)
		}
	}
	if asked.total > 0 {
		return v.showGroups(http.StatusOK, p, &asked)
	}
	err = v.in(func(tx *db.OrgTx) error {
		d, err := directory.Hold(tx, key)
		if err != nil {
			return err
		}
		want, err := wanted(tx, d, p.typed)
		if err != nil {
			return err
		}
		if err := provision.SetRoleMappings(tx, d, want); err != nil || !p.setup {
			return err
		}
		return passedStep(tx, d, stepGroups)
	})
	if err != nil {
		return v.groupsRefused(p, err)
	}
	if p.setup {
		return v.done(pathDirectory+"/"+string(key), directorySetUp)
	}
	return v.done(pathDirectory+"/"+string(key)+tabGroups, mappingsSaved)
}

func (v *visit) groupsRefused(p groupsPage, err error) error {
	wrong, refused := faultsOf(err, "role_mappings")
	if errors.Is(err, provision.ErrMapper) {
		wrong, refused = faults{"role_mappings": provision.ErrMapper.Message}, true
	}
	if !refused {
		return err
	}
	p.problem = wrong
	return v.showGroups(http.StatusUnprocessableEntity, p, nil)
}

// readGroups are the groups on the page and what was chosen for each.
func readGroups(form browser.Params) map[id.DirectoryGroup]string {
	typed := map[id.DirectoryGroup]string{}
	for i := range pageSize {
		n := strconv.Itoa(i)
		if key, err := id.Parse[id.DirectoryGroup](form.Get("group_" + n)); err == nil {
			typed[key] = form.Get("role_" + n)
		}
	}
	return typed
}

// wanted is every mapping as it is to be.
func wanted(tx *db.OrgTx, d *directory.Directory, typed map[id.DirectoryGroup]string) ([]provision.Mapping, error) {
	kept, err := provision.RoleMappings(tx, d)
	if err != nil {
		return nil, err
	}
	var want []provision.Mapping
	for _, m := range kept {
		if _, changed := typed[m.DirectoryGroupID]; !changed {
			want = append(want, provision.Mapping{Group: m.DirectoryGroupID, Role: m.RoleSlug})
		}
	}
	for group, role := range typed {
		if role != "" {
			want = append(want, provision.Mapping{Group: group, Role: role})
		}
	}
	slices.SortFunc(want, func(a, b provision.Mapping) int { return strings.Compare(string(a.Group), string(b.Group)) })
	return want, nil
}

// roleChanges are whose roles would change.
type roleChanges struct {
	total int64
	more  bool // there are more than were counted
	list  []roleChange
}

type roleChange struct{ name, before, after string }

// shownChanges is how many the question names.
const shownChanges = 8

// previewGroups says who would get another role, and writes nothing.
func (v *visit) previewGroups(key id.Directory, typed map[id.DirectoryGroup]string) (c roleChanges, err error) {
	err = v.read(func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, key)
		if err != nil {
			return err
		}
		want, err := wanted(tx, d, typed)
		if err != nil {
			return err
		}
		preview, err := provision.PreviewMappings(tx, d, want)
		if err != nil {
			return err
		}
		all, err := tenants.Roles(tx)
		if err != nil {
			return err
		}
		names := map[string]string{}
		for _, r := range all {
			names[r.Slug] = r.Name
		}
		c.total, c.more = int64(len(preview.Changes)), preview.More
		for _, change := range preview.Changes[:min(len(preview.Changes), shownChanges)] {
			c.list = append(c.list, roleChange{change.UserName, names[change.Before], names[change.After]})
		}
		return nil
	})
	return c, err
}

func (c roleChanges) words() string {
	if c.more {
		return "More than " + count(c.total, "person gets", "people get") + " another role."
	}
	return count(c.total, "person gets", "people get") + " another role."
}

// hidden is what was chosen, for the form that is sent once it is confirmed.
func (p groupsPage) hidden() []ui.Hidden {
	list := []ui.Hidden{{Name: "confirmed", Value: "on"}, {Name: "then", Value: "next"}}
	n := 0
	for _, g := range slices.Sorted(maps.Keys(p.typed)) {
		list = append(list, ui.Hidden{Name: "group_" + strconv.Itoa(n), Value: string(g)}, ui.Hidden{Name: "role_" + strconv.Itoa(n), Value: p.typed[g]})
		n++
	}
	return list
}
