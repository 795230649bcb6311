package directory

import (
	"encoding/json"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/schema"
	"gatehouse/users"
)

// UserWire is the person as the management API and events show them, with
// their role and groups. Whoever knows those already asks (*User).Wire.
func UserWire(tx *db.OrgTx, d *Directory, u *User) (wire.DirectoryUser, error) {
	all, err := UserWires(tx, d, []User{*u})
	if err != nil {
		return wire.DirectoryUser{}, err
	}
	return all[0], nil
}

// UserWires are people as lists show them: one query for the roles of all, and
// one for their groups.
func UserWires(tx *db.OrgTx, d *Directory, list []User) ([]wire.DirectoryUser, error) {
	var accounts []id.User
	for _, u := range list {
		if u.UserID != nil {
			accounts = append(accounts, *u.UserID)
		}
	}
	roles, err := users.RolesOf(tx, accounts)
	if err != nil {
		return nil, err
	}
	out := make([]wire.DirectoryUser, len(list))
	for i := range list {
		u, role := &list[i], ""
		if u.UserID != nil {
			role = roles[*u.UserID]
		}
		if out[i], err = u.Wire(d, role, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Wire is the person with a role (empty: none) and groups that the caller knows.
func (u *User) Wire(d *Directory, role string, groups []Group) (wire.DirectoryUser, error) {
	r := u.Resource
	w := wire.DirectoryUser{ID: u.ID, DirectoryID: u.DirectoryID, OrganizationID: u.OrganizationID, IDPID: u.UserName, Email: u.Email,
		FirstName: textAt(r, "name", "givenName"), LastName: textAt(r, "name", "familyName"), Name: nameOf(r), Username: &u.UserName, JobTitle: textAt(r, "title"),
		Emails: emailsOf(r), State: "inactive", UserID: u.UserID, CustomAttributes: d.attributes(u), CreatedAt: wire.At(u.CreatedAt), UpdatedAt: wire.At(u.UpdatedAt)}
	if u.ExternalID != nil {
		w.IDPID = *u.ExternalID
	}
	if u.Active {
		w.State = "active"
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

func emailsOf(r schema.Resource) wire.Array[wire.DirectoryEmail] {
	var out wire.Array[wire.DirectoryEmail]
	list, _ := r["emails"].([]any)
	for _, e := range list {
		m, _ := e.(map[string]any)
		value, _ := m["value"].(string)
		if value == "" {
			continue
		}
		primary, _ := m["primary"].(bool)
		out = append(out, wire.DirectoryEmail{Primary: primary, Type: textAt(m, "type"), Value: value})
	}
	return out
}

// textAt is the text below the names of path; nil where there is none.
func textAt(m map[string]any, path ...string) *string {
	for _, name := range path[:len(path)-1] {
		m, _ = m[name].(map[string]any)
	}
	text, _ := m[path[len(path)-1]].(string)
	if text == "" {
		return nil
	}
	return &text
}
