package users

import (
	"maps"
	"slices"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// rolesAtOnce is how many people's roles are brought up to date by one round of
// statements.
const rolesAtOnce = 500

// SetDirectoryRoles brings the roles of people up to date whom a directory
// manages. of is asked what their groups give (nothing: no entry) once nobody
// else changes their memberships: of two who are put into two groups at once,
// the second sees the first.
func SetDirectoryRoles(tx *db.OrgTx, people []id.User, of func([]id.User) (map[id.User]string, error)) error {
	if len(people) == 0 {
		return nil
	}
	roles, err := tenants.Roles(tx)
	if err != nil {
		return err
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(people)))
	for batch := range slices.Chunk(sorted, rolesAtOnce) {
		held, err := memberships.HoldAll(tx, "user_id", db.In("user_id", batch), db.Eq("directory_managed", true), db.Eq("status", Active))
		if err != nil {
			return err
		}
		if len(held) == 0 {
			continue
		}
		give, err := of(batch)
		if err != nil {
			return err
		}
		if err := setRoles(tx, held, roles, give); err != nil {
			return err
		}
	}
	return nil
}

// RoleChange is a role that becomes another.
type RoleChange struct{ Before, After string }

// PreviewDirectoryRoles is whose roles SetDirectoryRoles would change, if their
// groups gave what give says.
func PreviewDirectoryRoles(tx *db.OrgTx, people []id.User, give map[id.User]string) (map[id.User]RoleChange, error) {
	changes := map[id.User]RoleChange{}
	roles, err := tenants.Roles(tx)
	if err != nil {
		return nil, err
	}
	for batch := range slices.Chunk(people, rolesAtOnce) {
		rows, err := memberships.List(tx, db.Query{Where: []db.Cond{db.In("user_id", batch), db.Eq("directory_managed", true), db.Eq("status", Active)}})
		if err != nil {
			return nil, err
		}
		for _, m := range rows {
			next := m
			next.DirectoryRole = some(give[m.UserID])
			if after := next.countsAmong(roles); after != m.RoleSlug {
				changes[m.UserID] = RoleChange{m.RoleSlug, after}
			}
		}
	}
	return changes, nil
}

// setRoles stores what has become of the roles of held memberships: one
// statement for each pair of roles, and an entry for each that anybody sees.
func setRoles(tx *db.OrgTx, held []Membership, roles []tenants.Role, give map[id.User]string) error {
	type pair struct{ groups, counts string }
	become, seen := map[pair][]id.Membership{}, []Membership{}
	for _, m := range held {
		groups := give[m.UserID]
		next := m
		next.DirectoryRole = some(groups)
		if next.RoleSlug = next.countsAmong(roles); next.RoleSlug == m.RoleSlug && same(next.DirectoryRole, m.DirectoryRole) {
			continue
		}
		become[pair{groups, next.RoleSlug}] = append(become[pair{groups, next.RoleSlug}], m.ID)
		if next.RoleSlug != m.RoleSlug {
			next.UpdatedAt = tx.Now()
			seen = append(seen, next)
		}
	}
	for roles, which := range become {
		set := db.Set{"directory_role": some(roles.groups), "role_slug": roles.counts}
		if _, err := memberships.UpdateWhere(tx, set, db.In("id", which)); err != nil {
			return err
		}
	}
	return recordUpdated(tx, seen)
}

// recordUpdated is change's entry for many memberships.
func recordUpdated(tx *db.OrgTx, list []Membership) error {
	if len(list) == 0 {
		return nil
	}
	people := map[id.User]User{}
	for batch := range slices.Chunk(list, rolesAtOnce) {
		ids := make([]id.User, len(batch))
		for i, m := range batch {
			ids[i] = m.UserID
		}
		found, err := ByID(tx, ids)
		if err != nil {
			return err
		}
		maps.Copy(people, found)
	}
	o, err := tenants.Get(tx, tx.Organization())
	if err != nil {
		return err
	}
	entries := make([]audit.Entry, len(list))
	for i := range list {
		u := people[list[i].UserID]
		w, person := list[i].Wire(o.Name), u.Wire()
		w.User = &person
		entries[i] = audit.MembershipUpdated{Membership: w}
	}
	return audit.RecordAll(tx, entries)
}
