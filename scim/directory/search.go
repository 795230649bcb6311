package directory

import (
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/scim/schema"
)

// What pages look for: a part of a name, as people type it. Unlike what
// providers ask (Search), it may read a whole directory.

// PeopleSearch says which people of a directory a page lists.
type PeopleSearch struct {
	Text     string // within the user name or the address, or the whole external id
	Inactive bool   // whom the provider switched off
	Pending  bool   // active ones without an account: nobody has proven the mailbox
	Kept     bool   // last owners whom the directory let go
	Group    id.DirectoryGroup
	db.Page
}

// SearchPeople is a page of the directory's people, those who came last first.
func SearchPeople(tx db.OwnedScope, d id.Directory, q PeopleSearch) ([]User, db.Paging, error) {
	conds := []db.Cond{db.Eq("directory_id", d)}
	if q.Text != "" {
		text, err := field.Text("search", q.Text, field.MaxName)
		if err != nil {
			return nil, db.Paging{}, err
		}
		key := schema.Fold(text)
		conds = append(conds, db.Or(db.Contains("user_name_key", key), db.Contains("email_key", key), db.Eq("external_id", text)))
	}
	if q.Inactive {
		conds = append(conds, db.Eq("active", false))
	}
	if q.Pending {
		conds = append(conds, db.Eq("active", true), db.Null("user_id"))
	}
	if q.Kept {
		conds = append(conds, db.Eq("kept", true))
	}
	if q.Group != "" {
		conds = append(conds, db.IsInDirectoryGroup(tx, q.Group))
	}
	list := func(q db.Query) ([]User, error) { return people.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(u User) string { return string(u.ID) }, conds...)
}

// GroupSearch says which groups of a directory a page lists.
type GroupSearch struct {
	Text     string // within the name
	Mapped   bool   // that give a role
	Unmapped bool   // that give none
	db.Page
}

// SearchGroups is a page of the directory's groups, those that came last first.
func SearchGroups(tx db.OwnedScope, d id.Directory, q GroupSearch) ([]Group, db.Paging, error) {
	conds := []db.Cond{db.Eq("directory_id", d)}
	if q.Text != "" {
		text, err := field.Text("search", q.Text, field.MaxName)
		if err != nil {
			return nil, db.Paging{}, err
		}
		conds = append(conds, db.Contains("display_name_key", schema.Fold(text)))
	}
	if q.Mapped || q.Unmapped {
		conds = append(conds, db.GivesRole(tx, q.Mapped))
	}
	list := func(q db.Query) ([]Group, error) { return groups.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(g Group) string { return string(g.ID) }, conds...)
}

// SizesOf is how many people are in each of these groups, such as those of one
// page.
func SizesOf(tx db.OwnedScope, list []Group) (map[id.DirectoryGroup]int64, error) {
	ids := make([]id.DirectoryGroup, len(list))
	for i, g := range list {
		ids[i] = g.ID
	}
	return db.CountDirectoryMembers(tx, ids)
}

// CountPending is how many active people of the directory have no account.
func CountPending(tx db.OwnedScope, d id.Directory) (int64, error) {
	return people.Count(tx, db.Eq("directory_id", d), db.Eq("active", true), db.Null("user_id"))
}

// CountsOfAll is CountsOf for several directories, such as those of one page.
func CountsOfAll(tx db.OwnedScope, ids []id.Directory) (map[id.Directory]Counts, error) {
	sums, err := db.CountDirectories(tx, ids)
	all := make(map[id.Directory]Counts, len(sums))
	for d, sum := range sums {
		all[d] = Counts{Active: sum.UsersActive, Inactive: sum.UsersInactive, Groups: sum.GroupsTotal}
	}
	return all, err
}
