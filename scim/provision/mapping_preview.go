package provision

import (
	"slices"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/users"
)

// MappingPreview is whose roles SetRoleMappings would change.
type MappingPreview struct {
	Changes []RoleChange
	More    bool // there are more than were looked at
}

// RoleChange is a person who would get another role.
type RoleChange struct {
	Person        id.DirectoryUser
	UserName      string
	Before, After string // slugs
}

// mostPreviewed is how many people a preview looks at.
const mostPreviewed = 1000

// PreviewMappings says what SetRoleMappings would change, and writes nothing.
func PreviewMappings(tx *db.OrgTx, d *directory.Directory, want []Mapping) (p MappingPreview, err error) {
	remove, add, err := compare(tx, d, want)
	if err != nil {
		return p, err
	}
	people, err := concerned(tx, remove, add, &p.More)
	if err != nil || len(people) == 0 {
		return p, err
	}
	accounts := accountsOf(people)
	give, err := wouldGive(tx, d, accounts, want)
	if err != nil {
		return p, err
	}
	changes, err := users.PreviewDirectoryRoles(tx, accounts, give)
	if err != nil {
		return p, err
	}
	for _, u := range people {
		if u.UserID == nil {
			continue
		}
		if c, ok := changes[*u.UserID]; ok {
			p.Changes = append(p.Changes, RoleChange{u.ID, u.UserName, c.Before, c.After})
		}
	}
	slices.SortFunc(p.Changes, func(a, b RoleChange) int { return strings.Compare(a.UserName, b.UserName) })
	return p, nil
}

// concerned are the people in groups that give another role than before.
func concerned(tx *db.OrgTx, remove []directory.RoleMapping, add []Mapping, more *bool) ([]directory.User, error) {
	touched := map[id.DirectoryGroup]bool{}
	for _, m := range remove {
		touched[m.GroupID] = true
	}
	for _, m := range add {
		touched[m.Group] = true
	}
	var in []id.DirectoryUser
	for g := range touched {
		page, err := directory.PeopleIn(tx, g, "", mostPreviewed+1)
		if err != nil {
			return nil, err
		}
		in = append(in, page...)
	}
	slices.Sort(in)
	in = slices.Compact(in)
	if *more = len(in) > mostPreviewed; *more {
		in = in[:mostPreviewed]
	}
	return directory.UsersByID(tx, in)
}

// wouldGive is rolesOf with the mappings of one directory as they are to be.
func wouldGive(tx *db.OrgTx, d *directory.Directory, accounts []id.User, want []Mapping) (map[id.User]string, error) {
	all, err := ranksOf(tx)
	if err != nil {
		return nil, err
	}
	wanted := make(map[id.DirectoryGroup]string, len(want))
	for _, m := range want {
		wanted[m.Group] = m.Role
	}
	in, err := db.ListGroupsOfPeople(tx, accounts)
	if err != nil {
		return nil, err
	}
	roles := map[id.User]string{}
	for _, g := range in {
		slug := ""
		switch {
		case g.DirectoryID == d.ID:
			slug = wanted[g.GroupID]
		case g.RoleSlug != nil:
			slug = *g.RoleSlug
		}
		all.raiseGiven(roles, g.UserID, slug)
	}
	trusted, err := trustedRoles(tx, accounts)
	all.raiseTrusted(roles, trusted)
	return roles, err
}
