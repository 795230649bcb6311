package directory

import (
	"fmt"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Mappings are the groups of a directory that give a role.
func Mappings(tx db.OwnedScope, d id.Directory) ([]RoleMapping, error) {
	return roleMappings.List(tx, db.Query{Where: []db.Cond{db.Eq("directory_id", d)}})
}

// GivesRole reports whether a group gives a role.
func GivesRole(tx db.OwnedScope, g id.DirectoryGroup) (bool, error) {
	n, err := roleMappings.Count(tx, db.Eq("group_id", g))
	return n > 0, err
}

// AddMapping makes a group that is held give a role.
func AddMapping(tx *db.OrgTx, d id.Directory, g id.DirectoryGroup, role string) error {
	by := tx.Actor().Name
	if by == "" {
		by = string(tx.Actor().Kind)
	}
	return roleMappings.Insert(tx, &RoleMapping{ID: id.New[id.RoleMapping](), DirectoryID: d, GroupID: g, RoleSlug: role, MadeBy: by})
}

// RemoveMapping makes a group give nothing.
func RemoveMapping(tx *db.OrgTx, m id.RoleMapping) error {
	_, err := roleMappings.Delete(tx, m)
	return err
}

// MappingWires are the mappings of a directory with their groups' names.
func MappingWires(tx db.OwnedScope, d id.Directory) ([]wire.DirectoryRoleMapping, error) {
	rows, err := Mappings(tx, d)
	if err != nil {
		return nil, err
	}
	ids := make([]id.DirectoryGroup, len(rows))
	for i, m := range rows {
		ids[i] = m.GroupID
	}
	names := map[id.DirectoryGroup]string{}
	for _, some := range batches(ids) {
		list, err := groups.List(tx, db.Query{Where: []db.Cond{db.In("id", some)}})
		if err != nil {
			return nil, fmt.Errorf("naming groups that give roles: %w", err)
		}
		for _, g := range list {
			names[g.ID] = g.DisplayName
		}
	}
	out := make([]wire.DirectoryRoleMapping, len(rows))
	for i, m := range rows {
		out[i] = wire.DirectoryRoleMapping{ID: m.ID, DirectoryGroupID: m.GroupID, GroupName: names[m.GroupID], RoleSlug: m.RoleSlug, CreatedAt: wire.At(m.CreatedAt)}
	}
	return out, nil
}

// RecordMappings records which groups of the directory give which roles now.
func (d *Directory) RecordMappings(tx *db.OrgTx) error {
	all, err := MappingWires(tx, d.ID)
	if err != nil {
		return err
	}
	return d.record(tx, func(e audit.Directory) audit.Entry {
		return audit.DirectoryRoleMappingsUpdated{Directory: e, Mappings: all}
	})
}
