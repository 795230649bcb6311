package directory

import (
	"errors"
	"slices"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/schema"
	"gatehouse/users"
)

// place is a row of the table between people and groups, as lists page it.
type place struct {
	db.Owned
	DirectoryID     id.Directory
	GroupID         id.DirectoryGroup
	DirectoryUserID id.DirectoryUser
	CreatedAt       time.Time
}

func (place) TableName() string { return "directory_group_members" }

var places = db.OwnedTable[place, id.DirectoryUser]{}

// PeopleQuery says which of a directory's people the management API lists.
type PeopleQuery struct {
	Directory id.Directory
	Group     id.DirectoryGroup // who is in it; empty: all
	IDPID     string
	Email     string // any of their addresses
	db.Page
}

// People is a page of a directory's people, those who came last first.
func People(tx *db.OrgTx, q PeopleQuery) ([]User, db.Paging, error) {
	if q.Group != "" && q.IDPID == "" && q.Email == "" {
		return q.members(tx)
	}
	conds := []db.Cond{db.Eq("directory_id", q.Directory)}
	for _, by := range []struct {
		name string
		find func(*db.OrgTx, id.Directory, string) ([]id.DirectoryUser, error)
	}{{q.IDPID, byIDPID}, {q.Email, byEmail}} {
		if by.name == "" {
			continue
		}
		named, err := by.find(tx, q.Directory, by.name)
		if err != nil || len(named) == 0 { // of nobody, Postgres would start workers to find none
			return []User{}, db.Paging{}, err
		}
		conds = append(conds, db.In("id", named))
	}
	if q.Group != "" {
		conds = append(conds, db.AmongDirectoryGroup(tx, q.Group))
	}
	list := func(q db.Query) ([]User, error) { return people.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(u User) string { return string(u.ID) }, conds...)
}

// byIDPID are the people whom the provider calls that: by the external id, or
// without one by the user name.
func byIDPID(tx *db.OrgTx, d id.Directory, name string) ([]id.DirectoryUser, error) {
	named, err := db.DirectoryUsersByExternalID(tx, d, name)
	if err != nil {
		return nil, err
	}
	u, err := people.First(tx, db.Eq("directory_id", d), db.Eq("user_name_key", schema.Fold(name)))
	if errors.Is(err, db.ErrNotFound) {
		return named, nil
	}
	if err == nil && u.ExternalID == nil && u.UserName == name {
		named = append(named, u.ID)
	}
	return named, err
}

func byEmail(tx *db.OrgTx, d id.Directory, address string) ([]id.DirectoryUser, error) {
	key := "" // of nobody's
	if a, err := users.ParseEmail(address); err == nil {
		key = a.Key
	}
	return db.DirectoryUsersByEmail(tx, d, schema.Fold(address), key)
}

// members pages a group's people by their places in it: as the primary key has
// them, whatever the size of the group and of the directory.
func (q PeopleQuery) members(tx *db.OrgTx) ([]User, db.Paging, error) {
	list := func(q db.Query) ([]place, error) { return places.List(tx, q) }
	known := func(cursor string) (bool, error) {
		n, err := people.Count(tx, db.Eq("id", cursor), db.Eq("directory_id", q.Directory))
		return n > 0, err
	}
	page, paging, err := db.ListPageOf(list, known, q.Page, "directory_user_id", func(p place) string { return string(p.DirectoryUserID) }, db.Eq("group_id", q.Group))
	if err != nil || len(page) == 0 {
		return []User{}, paging, err
	}
	keys := make([]id.DirectoryUser, len(page))
	for i, p := range page {
		keys[i] = p.DirectoryUserID
	}
	rows, err := people.List(tx, db.Query{Where: []db.Cond{db.In("id", keys)}})
	slices.SortFunc(rows, func(a, b User) int { return slices.Index(keys, a.ID) - slices.Index(keys, b.ID) })
	return rows, paging, err
}

// GroupQuery says which of a directory's groups the management API lists.
type GroupQuery struct {
	Directory id.Directory
	User      id.DirectoryUser // those that this person is in; empty: all
	db.Page
}

// ListGroups is a page of a directory's groups, those that came last first.
func ListGroups(tx *db.OrgTx, q GroupQuery) ([]Group, db.Paging, error) {
	if q.User != "" {
		return q.of(tx)
	}
	list := func(q db.Query) ([]Group, error) { return groups.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(g Group) string { return string(g.ID) }, db.Eq("directory_id", q.Directory))
}

func (q GroupQuery) of(tx *db.OrgTx) ([]Group, db.Paging, error) {
	list := func(q db.Query) ([]place, error) { return places.List(tx, q) }
	known := func(cursor string) (bool, error) {
		n, err := groups.Count(tx, db.Eq("id", cursor), db.Eq("directory_id", q.Directory))
		return n > 0, err
	}
	page, paging, err := db.ListPageOf(list, known, q.Page, "group_id", func(p place) string { return string(p.GroupID) }, db.Eq("directory_user_id", q.User))
	if err != nil || len(page) == 0 {
		return []Group{}, paging, err
	}
	keys := make([]id.DirectoryGroup, len(page))
	for i, p := range page {
		keys[i] = p.GroupID
	}
	rows, err := groups.List(tx, db.Query{Where: []db.Cond{db.In("id", keys)}})
	slices.SortFunc(rows, func(a, b Group) int { return slices.Index(keys, a.ID) - slices.Index(keys, b.ID) })
	return rows, paging, err
}

// LocateUser is whose the person of that id is, or db.ErrNotFound.
func LocateUser(tx *db.AllTx, u id.DirectoryUser) (id.Organization, error) {
	row, err := people.Get(tx, u)
	if err != nil {
		return "", err
	}
	return row.OrganizationID, nil
}

// LocateGroup is whose the group of that id is, or db.ErrNotFound.
func LocateGroup(tx *db.AllTx, g id.DirectoryGroup) (id.Organization, error) {
	row, err := groups.Get(tx, g)
	if err != nil {
		return "", err
	}
	return row.OrganizationID, nil
}

// FindUser is the person of that id in any directory of the transaction's
// organization, with the directory.
func FindUser(tx *db.OrgTx, u id.DirectoryUser) (*Directory, *User, error) {
	row, err := people.Get(tx, u)
	if err != nil {
		return nil, nil, err
	}
	d, err := Get(tx, row.DirectoryID)
	return d, row, err
}

// FindGroup is the group of that id, likewise.
func FindGroup(tx *db.OrgTx, g id.DirectoryGroup) (*Directory, *Group, error) {
	row, err := groups.Get(tx, g)
	if err != nil {
		return nil, nil, err
	}
	d, err := Get(tx, row.DirectoryID)
	return d, row, err
}
