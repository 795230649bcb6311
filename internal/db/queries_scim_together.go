package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// On Postgres the tokens and people of requests that come at once are looked up
// in one round trip (together.go): beginning one costs the database more than
// what a look-up reads.

// scimAsk is what one request looks up.
type scimAsk struct {
	hash   string // of the token
	by     SCIMKey
	key    string
	domain string // of the address
	groups bool
}

// scimFound is what it finds; a user without an id is nobody.
type scimFound struct {
	token   SCIMToken
	user    SCIMUser
	address Addressed
}

// statement reads the token, and beside it the person and their groups. Nulls
// stand where there is nobody.
func (a scimAsk) statement() string { return scimStatements[a.by][a.groups] }

var scimStatements = map[SCIMKey]map[bool]string{
	ByID:       {false: ByID.compose(""), true: ByID.compose(scimUserGroupsJSON)},
	ByUserName: {false: ByUserName.compose(""), true: ByUserName.compose(scimUserGroupsJSON)},
	byNothing:  {false: locateSCIMToken + "$1"},
	ByAddress:  {false: `SELECT ` + scimTokenColumns + scimAddressed + scimTokens + ` WHERE t.token_hash = $1`},
}

func (k SCIMKey) compose(groups string) string {
	return `SELECT ` + scimTokenColumns + `, u.id, u.user_name, u.resource, u.version, u.created_at, u.updated_at` + groups + scimTokens +
		` LEFT JOIN directory_users u ON u.organization_id = t.organization_id AND u.directory_id = t.directory_id AND ` + k.column() + ` = $2 WHERE t.token_hash = $1`
}

const scimUserGroupsJSON = `, (SELECT json_agg(json_build_array(g.id, g.display_name) ORDER BY g.id) FROM directory_group_members m
	JOIN directory_groups g ON g.organization_id = m.organization_id AND g.id = m.group_id
	WHERE m.organization_id = u.organization_id AND m.directory_user_id = u.id)`

// scimAddressed is findAddressed in the token's organization.
const scimAddressed = `, EXISTS (SELECT 1 FROM organization_domains o WHERE o.organization_id = t.organization_id AND o.domain = $3 AND o.state = 'verified'),
	(SELECT id FROM users WHERE email_key = $2), EXISTS (SELECT 1 FROM directories x WHERE x.organization_id = t.organization_id AND x.trust_roles),
	coalesce((SELECT name FROM organizations WHERE id = t.organization_id), '')`

// args are those of statement. Text that no row can hold is nobody's key:
// Postgres would refuse it, and with it the look-ups of others in the round trip.
func (a scimAsk) args() []any {
	switch hash := []byte(a.hash); a.by {
	case byNothing:
		return []any{hash}
	case ByAddress:
		return []any{hash, storable(a.key), storable(a.domain)}
	default:
		return []any{hash, storable(a.key)}
	}
}

func storable(key string) string {
	if strings.IndexByte(key, 0) >= 0 || !utf8.ValidString(key) {
		return ""
	}
	return key
}

// locateScopeStatement is setScopeStatement for looking across organizations,
// with nothing to bind.
const locateScopeStatement = "SELECT set_config('app.organization_id', '', true), set_config('app.scope', 'locate', true)"

func (d *DB) lookUpSCIM(ctx context.Context, asks []scimAsk) (map[scimAsk]*scimFound, error) {
	b := &pgx.Batch{}
	b.Queue(locateScopeStatement)
	for _, a := range asks {
		b.Queue(a.statement(), a.args()...)
	}
	results := d.pool.SendBatch(ctx, b)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return nil, fmt.Errorf("setting the scope: %w", err)
	}
	all := make(map[scimAsk]*scimFound, len(asks))
	for _, a := range asks {
		found := &scimFound{}
		rows, err := results.Query()
		if err == nil {
			err = firstRaw(rows, func(r *rawRow) { found.read(r, a) })
		}
		switch err = absent(err); {
		case err == nil:
			all[a] = found
		case !errors.Is(err, ErrNotFound):
			return nil, err
		}
	}
	return all, nil
}

func (f *scimFound) read(r *rawRow, a scimAsk) {
	f.token.read(r)
	switch a.by {
	case byNothing:
	case ByAddress:
		f.address.read(r)
	default:
		f.user.read(r, a.groups)
	}
}

// LocateSCIMAddress is LocateSCIMToken, and what FindAddressed finds in the
// token's organization: nil on SQLite, where asking twice costs nothing.
func (d *DB) LocateSCIMAddress(ctx context.Context, hash []byte, key, domain string) (*SCIMToken, *Addressed, error) {
	if d.Dialect == SQLite {
		t, err := d.LocateSCIMToken(ctx, hash)
		return t, nil, err
	}
	found, err := d.scim.get(ctx, scimAsk{hash: string(hash), by: ByAddress, key: key, domain: domain}, d.lookUpSCIM)
	if err != nil {
		return nil, nil, err
	}
	return &found.token, &found.address, nil
}
