package db

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

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

// where binds the token's hash and the key.
func (k SCIMKey) where(d Dialect) string {
	column, first, second := "u.id", "?", "?"
	if k == ByUserName {
		column = "u.user_name_key"
	}
	if d == Postgres {
		first, second = "$1", "$2"
	}
	return "WHERE t.token_hash = " + first + " AND " + column + " = " + second
}

// LocateSCIMUser is LocateSCIMToken, and whoever of the token's directory has
// the key; nil: nobody. Whether the token is a valid one is left to the caller,
// who shows nothing before.
func (d *DB) LocateSCIMUser(ctx context.Context, hash []byte, by SCIMKey, key string, groups bool) (*SCIMToken, *SCIMUser, error) {
	if d.Dialect == SQLite {
		return d.locateSCIMUserSQLite(ctx, hash, by, key, groups)
	}
	b := &pgx.Batch{}
	b.Queue(setScopeStatement, "", "locate")
	b.Queue(locateSCIMToken+"$1", hash)
	b.Queue(scimUser+by.where(d.Dialect), hash, key)
	if groups {
		b.Queue(scimUserGroups+by.where(d.Dialect)+groupsOrder, hash, key)
	}
	results := d.pool.SendBatch(ctx, b)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return nil, nil, err
	}
	t, u := &SCIMToken{}, &SCIMUser{}
	if err := results.QueryRow().Scan(t.columns()...); err != nil {
		return nil, nil, absent(err)
	}
	if err := results.QueryRow().Scan(u.columns()...); err != nil {
		return t, nil, nobody(err)
	}
	if !groups {
		return t, u, nil
	}
	rows, err := results.Query()
	if err != nil {
		return t, nil, err
	}
	u.Groups, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (g SCIMGroup, err error) {
		err = row.Scan(&g.ID, &g.DisplayName)
		return g, err
	})
	return t, u, err
}

func (d *DB) locateSCIMUserSQLite(ctx context.Context, hash []byte, by SCIMKey, key string, groups bool) (*SCIMToken, *SCIMUser, error) {
	t, err := d.LocateSCIMToken(ctx, hash)
	if err != nil {
		return nil, nil, err
	}
	u := &SCIMUser{}
	if err := d.read.QueryRowContext(ctx, scimUser+by.where(SQLite), hash, key).Scan(u.columns()...); err != nil {
		return t, nil, nobody(err)
	}
	if !groups {
		return t, u, nil
	}
	rows, err := d.read.QueryContext(ctx, scimUserGroups+by.where(SQLite)+groupsOrder, hash, key)
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
