package directory

import (
	"encoding/json"
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/schema"
	"gatehouse/users"
)

// UserWire is the person as the management API shows them, with their role and
// groups.
func UserWire(tx *db.OrgTx, d *Directory, u *User) (wire.DirectoryUser, error) {
	return only(UserWires(tx, d, []User{*u}))
}

// maxToldGroups is how many of somebody's groups stand in an entry of the log.
// There is one for each group that they come into: with all groups in each of
// them the log would grow with the square of their number.
const maxToldGroups = 100

// ToldWire is the person as events show them: with the first hundred groups.
func ToldWire(tx *db.OrgTx, d *Directory, u *User) (wire.DirectoryUser, error) {
	return only(ToldWires(tx, d, []User{*u}))
}

// ToldWires is UserWires as events show them.
func ToldWires(tx *db.OrgTx, d *Directory, list []User) ([]wire.DirectoryUser, error) {
	in, err := firstGroupsOf(tx, keysOf(list), maxToldGroups)
	if err != nil {
		return nil, err
	}
	return userWires(tx, d, list, in)
}

func only(all []wire.DirectoryUser, err error) (wire.DirectoryUser, error) {
	if err != nil {
		return wire.DirectoryUser{}, err
	}
	return all[0], nil
}

func keysOf(list []User) []id.DirectoryUser {
	keys := make([]id.DirectoryUser, len(list))
	for i := range list {
		keys[i] = list[i].ID
	}
	return keys
}

// NewUserWire is UserWire of somebody who was added just now: in no group yet,
// and a member with that role; "" is none.
func NewUserWire(tx *db.OrgTx, d *Directory, u *User, role string) (wire.DirectoryUser, error) {
	emails, err := managers(tx, d, []User{*u})
	if err != nil {
		return wire.DirectoryUser{}, err
	}
	w, err := u.wire(role, nil)
	w.CustomAttributes = d.mapping().of(u.Resource, emails[managerOf(u.Resource)])
	return w, err
}

// UserWires are people as lists show them: a query for the roles of all, one
// for their groups, and one for the managers whom somebody names.
func UserWires(tx *db.OrgTx, d *Directory, list []User) ([]wire.DirectoryUser, error) {
	in, err := GroupsOf(tx, keysOf(list))
	if err != nil {
		return nil, err
	}
	return userWires(tx, d, list, in)
}

func userWires(tx *db.OrgTx, d *Directory, list []User, in map[id.DirectoryUser][]Group) ([]wire.DirectoryUser, error) {
	accounts := []id.User{}
	for _, u := range list {
		if u.UserID != nil {
			accounts = append(accounts, *u.UserID)
		}
	}
	roles, err1 := users.RolesOf(tx, accounts)
	emails, err2 := managers(tx, d, list)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	own, out := d.mapping(), make([]wire.DirectoryUser, len(list))
	for i := range list {
		u, role := &list[i], ""
		if u.UserID != nil {
			role = roles[*u.UserID]
		}
		var err error
		if out[i], err = u.wire(role, in[u.ID]); err != nil {
			return nil, err
		}
		out[i].CustomAttributes = own.of(u.Resource, emails[managerOf(u.Resource)])
	}
	return out, nil
}

// wire is the person without custom attributes.
func (u *User) wire(role string, groups []Group) (wire.DirectoryUser, error) {
	r := u.Resource
	w := wire.DirectoryUser{ID: u.ID, DirectoryID: u.DirectoryID, OrganizationID: u.OrganizationID, IDPID: u.UserName, Email: u.Email,
		FirstName: textAt(r, "name", "givenName"), LastName: textAt(r, "name", "familyName"), Name: nameOf(r), Username: &u.UserName, JobTitle: textAt(r, "title"),
		State: "inactive", UserID: u.UserID, CreatedAt: wire.At(u.CreatedAt), UpdatedAt: wire.At(u.UpdatedAt)}
	if u.ExternalID != nil {
		w.IDPID = *u.ExternalID
	}
	if u.Active {
		w.State = "active"
	}
	for _, e := range r.Emails() {
		w.Emails = append(w.Emails, wire.DirectoryEmail{Primary: e.Primary, Type: some(e.Type), Value: e.Value})
	}
	if role != "" {
		w.Role = &wire.RoleSlug{Slug: role}
		w.Roles = wire.Array[wire.RoleSlug]{*w.Role}
	}
	for i := range groups {
		w.Groups = append(w.Groups, groups[i].brief())
	}
	var err error
	w.RawAttributes, err = raw(r)
	return w, err
}

// raw is a resource as it is stored. json.Marshal would escape <, > and &,
// which breaks signatures over what a receiver writes anew (wire-api.md 7.3).
func raw(r schema.Resource) (json.RawMessage, error) {
	if r == nil {
		return json.RawMessage("{}"), nil
	}
	return wire.Encode(r)
}

// nameOf is what people call the person: displayName, the formatted name, or
// its parts.
func nameOf(r schema.Resource) *string {
	for _, path := range [][]string{{"displayName"}, {"name", "formatted"}} {
		if name := textAt(r, path...); name != nil {
			return name
		}
	}
	first, last := textAt(r, "name", "givenName"), textAt(r, "name", "familyName")
	switch {
	case first != nil && last != nil:
		name := *first + " " + *last
		return &name
	case first != nil:
		return first
	}
	return last
}

// maxTold is how much of a name or a title stands beside raw_attributes, in
// bytes: destinations of the log take entries of a megabyte and no more.
const maxTold = 1 << 10

// textAt is the text below the names of path; nil where there is none.
func textAt(m map[string]any, path ...string) *string {
	for _, name := range path[:len(path)-1] {
		m, _ = m[name].(map[string]any)
	}
	text, _ := m[path[len(path)-1]].(string)
	if text = Clip(text, maxTold); text == "" {
		return nil
	}
	return &text
}
