package db

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// On Postgres the tokens and people of requests that come at once are looked up
// in one round trip (together.go), those that look for the same by one
// statement: beginning either costs the database more than what a look-up reads.

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

// scimKind is what the look-ups of one statement have in common.
type scimKind struct {
	by     SCIMKey
	groups bool
}

// scimStatements read the tokens of hashes, and beside each the person and their
// groups. Nulls stand where there is nobody.
var scimStatements = map[scimKind]*scimStatement{
	{ByID, false}:       scimReads("key", scimPerson, ByID.joined()),
	{ByID, true}:        scimReads("key", scimPerson+scimGroupsArray, ByID.joined()),
	{ByUserName, false}: scimReads("key", scimPerson, ByUserName.joined()),
	{ByUserName, true}:  scimReads("key", scimPerson+scimGroupsArray, ByUserName.joined()),
	{byNothing, false}:  scimReads("key", "", ""),
	{ByAddress, false}:  scimReads("key, domain", scimAddressed, ""),
}

// scimStatement is the text for one look-up, and for any number: arrays cost one
// alone a ninth more.
type scimStatement struct{ one, many string }

// scimReads keeps the planner from joining all that is asked for to all tokens
// and people, by OFFSET 0: each finds its own by indexes.
func scimReads(keys, columns, join string) *scimStatement {
	found := `, LATERAL (SELECT ` + scimTokenColumns + columns + scimTokens + join + ` WHERE t.token_hash = asked.hash OFFSET 0) AS found`
	one, many := `$1::bytea, $2::text`, `$1::bytea[], $2::text[]`
	if strings.Contains(keys, ",") {
		one, many = one+`, $3::text`, many+`, $3::text[]`
	}
	return &scimStatement{
		one:  `SELECT asked.n, found.* FROM (VALUES (` + one + `, 1::bigint)) AS asked (hash, ` + keys + `, n)` + found,
		many: `SELECT asked.n, found.* FROM unnest(` + many + `) WITH ORDINALITY AS asked (hash, ` + keys + `, n)` + found,
	}
}

func (k SCIMKey) joined() string {
	return ` LEFT JOIN directory_users u ON u.organization_id = t.organization_id AND u.directory_id = t.directory_id AND ` + k.column() + ` = asked.key`
}

// No id has a space: it ends at the first one. Groups are found one by one,
// because a join without statistics reads all of the organization's.
const (
	scimPerson      = `, u.id, u.user_name, u.resource, u.version, u.created_at, u.updated_at`
	scimGroupsArray = `, ARRAY(SELECT (SELECT g.id || ' ' || g.display_name FROM directory_groups g WHERE g.id = m.group_id AND g.organization_id = m.organization_id)
	FROM directory_group_members m WHERE m.directory_user_id = u.id AND m.organization_id = u.organization_id)`
)

// scimAddressed is findAddressed in the token's organization.
const scimAddressed = `, EXISTS (SELECT 1 FROM organization_domains o WHERE o.organization_id = t.organization_id AND o.domain = asked.domain AND o.state = 'verified'),
	(SELECT id FROM users WHERE email_key = asked.key), EXISTS (SELECT 1 FROM directories x WHERE x.organization_id = t.organization_id AND x.trust_roles),
	coalesce((SELECT name FROM organizations WHERE id = t.organization_id), '')`

// queue adds what looks up asks of one kind. Text that no row can hold is
// nobody's key: Postgres would refuse it, and with it the look-ups of others in
// the round trip.
func (s *scimStatement) queue(b *pgx.Batch, asks []scimAsk) *pgx.QueuedQuery {
	hashes, keys, domains := make([][]byte, len(asks)), make([]string, len(asks)), make([]string, len(asks))
	for i, a := range asks {
		hashes[i], keys[i], domains[i] = []byte(a.hash), storable(a.key), storable(a.domain)
	}
	text, args := s.many, []any{hashes, keys, domains}
	if len(asks) == 1 {
		text, args = s.one, []any{hashes[0], keys[0], domains[0]}
	}
	if asks[0].by != ByAddress {
		args = args[:2]
	}
	return b.Queue(text, args...)
}

func storable(key string) string {
	if strings.IndexByte(key, 0) >= 0 || !utf8.ValidString(key) {
		return ""
	}
	return key
}

// scimScope is setScopeStatement for looking across organizations, and that what
// follows is planned once (ingestScope).
const scimScope = "SELECT set_config('app.organization_id', '', true), set_config('app.scope', 'locate', true), set_config('plan_cache_mode', 'force_generic_plan', true)"

func (d *DB) lookUpSCIM(ctx context.Context, asks []scimAsk) (map[scimAsk]*scimFound, error) {
	kinds := map[scimKind][]scimAsk{}
	for _, a := range asks {
		kind := scimKind{a.by, a.groups}
		kinds[kind] = append(kinds[kind], a)
	}
	all := make(map[scimAsk]*scimFound, len(asks))
	b := &pgx.Batch{}
	b.Queue(scimScope)
	for kind, some := range kinds {
		scimStatements[kind].queue(b, some).Query(func(rows pgx.Rows) error { return readSCIM(rows, some, all) })
	}
	return all, d.pool.SendBatch(ctx, b).Close()
}

// readSCIM reads what was found of the asks of one statement.
func readSCIM(rows pgx.Rows, asks []scimAsk, all map[scimAsk]*scimFound) error {
	for rows.Next() {
		r := rawRow{fields: rows.FieldDescriptions(), values: rows.RawValues()}
		a := asks[r.int()-1]
		found := &scimFound{}
		if found.read(&r, a); r.err != nil {
			return r.err
		}
		all[a] = found
	}
	return rows.Err()
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
