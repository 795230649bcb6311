package dashboard

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

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
// Where that gives anybody another role, it says whom first.
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
	if form.Get("confirmed") != "on" {
		preview, err := v.previewRole(key, role)
		if err == nil && len(preview.Changes) > 0 {
			return v.showGroup(http.StatusOK, func(p groupPage) templ.Component { return groupRolePreview(p, role, preview) })
		}
		if err != nil {
			return v.groupRefused(err, role)
		}
	}
	err = v.ofDirectory(func(tx *db.OrgTx, d *directory.Directory) error {
		d, err := directory.Hold(tx, d.ID) // whoever maps beside us waits
		if err != nil {
			return err
		}
		want, err := withRole(tx, d, key, role)
		if err != nil {
			return err
		}
		return provision.SetRoleMappings(tx, d, want)
	})
	if err != nil {
		return v.groupRefused(err, role)
	}
	return v.done(v.directoryPath("/groups/"+string(key)), groupMapped)
}

func (v *visit) groupRefused(err error, role string) error {
	if refusal(err) != "" && !missing(err) {
		return v.askGroupRole(err, role)
	}
	return err
}

// previewRole is whose role changes if the group gives that one.
func (v *visit) previewRole(g id.DirectoryGroup, role string) (p provision.MappingPreview, err error) {
	org, key, err := v.directory()
	if err != nil {
		return p, err
	}
	err = v.h.DB.ReadOrg(v.Request().Context(), org, func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, key)
		if err != nil {
			return err
		}
		want, err := withRole(tx, d, g, role)
		if err != nil {
			return err
		}
		p, err = provision.PreviewMappings(tx, d, want)
		return err
	})
	return p, err
}

// withRole are the mappings of a directory with another role for one of its
// groups; none for an empty one.
func withRole(tx *db.OrgTx, d *directory.Directory, g id.DirectoryGroup, role string) ([]provision.Mapping, error) {
	if _, err := directory.GetGroup(tx, d.ID, g); err != nil {
		return nil, err
	}
	roles, err := rolesOf(tx, d)
	if err != nil {
		return nil, err
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
	return want, nil
}

// shownChanges is how many of those whose role changes are named.
const shownChanges = 5

func firstChanges(p provision.MappingPreview) []provision.RoleChange {
	return p.Changes[:min(len(p.Changes), shownChanges)]
}

// regradeWords is how many get another role.
func regradeWords(p provision.MappingPreview) string {
	words := count(int64(len(p.Changes)), "person gets", "people get")
	if p.More {
		words = "More than " + words
	}
	return words + " another role at once. Nobody is signed out."
}

// roleName is the role's name among the options.
func roleName(options []ui.Option, slug string) string {
	for _, o := range options {
		if o.Value == slug {
			return o.Label
		}
	}
	return slug
}
