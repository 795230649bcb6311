package db

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// Reading one person is what providers do most: before each change, and to see
// whether somebody is there. It takes one round trip, the token's check
// included.

// SCIMUser is a person of a token's directory, with the groups that they are in.
type SCIMUser struct {
	ID        id.DirectoryUser
	UserName  string
	Resource  []byte // JSON
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
	Groups    []SCIMGroup
}

// SCIMGroup is a group by its name.
type SCIMGroup struct {
	ID          id.DirectoryGroup
	DisplayName string
}

// SCIMKey is what a person is looked up by; both are unique in a directory.
type SCIMKey int

// The keys. By name it is the folded one (schema.Fold).
const (
	ByID SCIMKey = iota
	ByUserName
	byNothing // the token alone
	ByAddress // of an account: what is known of it where the token is from
)

// The token alone says which directory's rows are read, and its own row says
// that it is one of that organization.
const (
	ofToken        = ` FROM directory_tokens t JOIN directory_users u ON u.organization_id = t.organization_id AND u.directory_id = t.directory_id `
	scimUser       = `SELECT u.id, u.user_name, u.resource, u.version, u.created_at, u.updated_at` + ofToken
	scimUserGroups = `SELECT g.id, g.display_name` + ofToken + `JOIN directory_group_members m ON m.organization_id = u.organization_id AND m.directory_user_id = u.id
		JOIN directory_groups g ON g.organization_id = m.organization_id AND g.id = m.group_id `
	groupsOrder = ` ORDER BY g.id`
)

// column is where a key stands.
func (k SCIMKey) column() string {
	if k == ByUserName {
		return "u.user_name_key"
	}
	return "u.id"
}

// where binds the token's hash and the key, on SQLite.
func (k SCIMKey) where() string { return "WHERE t.token_hash = ? AND " + k.column() + " = ?" }

// LocateSCIMUser is LocateSCIMToken, and whoever of the token's directory has
// the key; nil: nobody. Whether the token is a valid one is left to the caller,
// who shows nothing before. What is found may be shared, as a token is.
func (d *DB) LocateSCIMUser(ctx context.Context, hash []byte, by SCIMKey, key string, groups bool) (*SCIMToken, *SCIMUser, error) {
	if d.Dialect == SQLite {
		return d.locateSCIMUserSQLite(ctx, hash, by, key, groups)
	}
	found, err := d.scim.get(ctx, scimAsk{hash: string(hash), by: by, key: key, groups: groups}, d.lookUpSCIM)
	switch {
	case err != nil:
		return nil, nil, err
	case found.user.ID == "":
		return &found.token, nil, nil
	}
	return &found.token, &found.user, nil
}

// read reads the person beside their token: nothing but nulls where there is none.
func (u *SCIMUser) read(r *rawRow, groups bool) {
	u.ID, u.UserName, u.Resource, u.Version, u.CreatedAt, u.UpdatedAt = id.DirectoryUser(r.text()), r.text(), r.bytes(), r.int(), r.time(), r.time()
	if !groups {
		return
	}
	for _, text := range r.texts() {
		key, name, _ := strings.Cut(text, " ")
		u.Groups = append(u.Groups, SCIMGroup{ID: id.DirectoryGroup(key), DisplayName: name})
	}
	slices.SortFunc(u.Groups, func(a, b SCIMGroup) int { return cmp.Compare(a.ID, b.ID) })
}

func (d *DB) locateSCIMUserSQLite(ctx context.Context, hash []byte, by SCIMKey, key string, groups bool) (*SCIMToken, *SCIMUser, error) {
	t, err := d.LocateSCIMToken(ctx, hash)
	if err != nil {
		return nil, nil, err
	}
	u := &SCIMUser{}
	if err := d.read.QueryRowContext(ctx, scimUser+by.where(), hash, key).Scan(u.columns()...); err != nil {
		return t, nil, nobody(err)
	}
	if !groups {
		return t, u, nil
	}
	rows, err := d.read.QueryContext(ctx, scimUserGroups+by.where()+groupsOrder, hash, key)
	if err != nil {
		return t, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var g SCIMGroup
		if err := rows.Scan(&g.ID, &g.DisplayName); err != nil {
			return t, nil, err
		}
		u.Groups = append(u.Groups, g)
	}
	return t, u, rows.Err()
}

func (u *SCIMUser) columns() []any {
	return []any{&u.ID, &u.UserName, &u.Resource, &u.Version, &u.CreatedAt, &u.UpdatedAt}
}

// nobody is no error where there is no row.
func nobody(err error) error {
	if errors.Is(absent(err), ErrNotFound) {
		return nil
	}
	return err
}
