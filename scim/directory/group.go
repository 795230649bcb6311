package directory

import (
	"errors"
	"fmt"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/schema"
)

// InsertGroup adds a group without members, or says ErrGroupNameTaken and
// leaves the transaction whole.
func InsertGroup(tx *db.OrgTx, d *Directory, r schema.Resource) (*Group, error) {
	g := &Group{ID: id.New[id.DirectoryGroup](), DirectoryID: d.ID, Version: 1, bumped: true}
	if err := g.take(r); err != nil {
		return nil, err
	}
	if err := groups.Insert(tx, g); errors.Is(err, db.ErrDuplicate) {
		return nil, ErrGroupNameTaken
	} else if err != nil {
		return nil, fmt.Errorf("adding a group to a directory: %w", err)
	}
	return g, db.CountLater(tx, d.ID, db.DirectoryCounts{GroupsTotal: 1})
}

// GetGroup is a group of the directory, or db.ErrNotFound.
func GetGroup(tx db.OwnedScope, d id.Directory, g id.DirectoryGroup) (*Group, error) {
	return groups.First(tx, db.Eq("id", g), db.Eq("directory_id", d))
}

// HoldGroup is GetGroup that keeps others from changing the group and who is in
// it until the transaction ends (lock order: hold.go).
func HoldGroup(tx *db.OrgTx, d id.Directory, g id.DirectoryGroup) (*Group, error) {
	return groups.Hold(tx, g, db.Eq("directory_id", d))
}

// UpdateGroup makes a group that is held what next says, and its next version.
// Where next says nothing new, nothing is written. ErrGroupNameTaken leaves the
// transaction whole, and g as it was.
func UpdateGroup(tx *db.OrgTx, g *Group, next schema.Resource) error {
	if g.Resource.Equal(next) {
		return nil
	}
	after := *g
	if err := after.take(next); err != nil {
		return err
	}
	set := db.Set{"display_name": after.DisplayName, "external_id": after.ExternalID, "resource": db.JSON(after.Resource)}
	if !g.bumped {
		after.Version, after.UpdatedAt, after.bumped = g.Version+1, tx.Now(), true
		set["version"] = db.Add("version", 1)
	}
	update := groups.Update
	if after.DisplayNameKey != g.DisplayNameKey {
		set["display_name_key"] = after.DisplayNameKey
		update = groups.UpdateUnique
	}
	switch n, err := update(tx, g.ID, set); {
	case errors.Is(err, db.ErrDuplicate):
		return ErrGroupNameTaken
	case err != nil:
		return fmt.Errorf("changing a group of a directory: %w", err)
	case n == 0:
		return db.ErrNotFound
	}
	*g = after
	return nil
}

// BumpGroup makes the next version of a group that is held: who is in it has
// changed. However much one transaction changes, it makes one version.
func BumpGroup(tx *db.OrgTx, g *Group) error {
	if g.bumped {
		return nil
	}
	if err := groups.UpdateLater(tx, g.ID, db.Set{"version": db.Add("version", 1)}); err != nil {
		return fmt.Errorf("making the next version of a group: %w", err)
	}
	g.Version, g.UpdatedAt, g.bumped = g.Version+1, tx.Now(), true
	return nil
}

// DeleteGroup forgets a group that is held: who is in it, what it gives, and
// its places in other groups, each of which has its next version then.
func DeleteGroup(tx *db.OrgTx, g *Group) error {
	if err := db.BumpDirectoryGroupsOf(tx, g.ID); err != nil {
		return fmt.Errorf("leaving the groups of a directory: %w", err)
	}
	if n, err := groups.Delete(tx, g.ID, db.Eq("directory_id", g.DirectoryID)); err != nil || n == 0 {
		return err
	}
	return db.CountLater(tx, g.DirectoryID, db.DirectoryCounts{GroupsTotal: -1, GroupsGone: 1})
}

// GroupsOf are the groups of each of these people, by id and name, without
// their resources: one query for all.
func GroupsOf(tx db.OwnedScope, people []id.DirectoryUser) (map[id.DirectoryUser][]Group, error) {
	if len(people) == 0 {
		return map[id.DirectoryUser][]Group{}, nil
	}
	list, err := db.ListDirectoryMemberships(tx, people)
	return byPerson(list), err
}

// firstGroupsOf is GroupsOf with so many of each person at most.
func firstGroupsOf(tx db.OwnedScope, people []id.DirectoryUser, most int) (map[id.DirectoryUser][]Group, error) {
	list, err := db.ListFirstDirectoryMemberships(tx, people, most)
	return byPerson(list), err
}

func byPerson(list []db.DirectoryMembership) map[id.DirectoryUser][]Group {
	of := map[id.DirectoryUser][]Group{}
	for _, m := range list {
		of[m.DirectoryUserID] = append(of[m.DirectoryUserID], Group{Owned: db.Owned{OrganizationID: m.OrganizationID}, ID: m.ID, DirectoryID: m.DirectoryID,
			DisplayName: m.DisplayName, ExternalID: m.ExternalID, Version: m.Version, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt})
	}
	return of
}
