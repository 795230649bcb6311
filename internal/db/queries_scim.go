package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm/clause"

	"gatehouse/internal/id"
)

// SCIMToken is what decides whether a provider's request is let in, with its
// directory.
type SCIMToken struct {
	ID             id.DirectoryToken
	OrganizationID id.Organization
	DirectoryID    id.Directory
	Hash           []byte
	ExpiresAt      *time.Time
	RevokedAt      *time.Time
	LastUsedAt     *time.Time
	Directory      SCIMDirectory
}

// SCIMDirectory is the directory of a token, row by column.
type SCIMDirectory struct {
	Type             string
	Name             string
	State            string
	Staged           bool
	AttributeMap     []byte // JSON
	TrustRoles       bool
	JIT              bool
	MaxDeactivations *int64
	MaxPercent       *int64
	WindowSeconds    int64
	HeldAt           *time.Time
	ReleasedUntil    *time.Time
	ReleasedBy       *string
	SetupStep        *string
	ActivatedAt      *time.Time
	LastSyncedAt     *time.Time
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

const (
	scimTokenColumns = `t.id, t.organization_id, t.directory_id, t.token_hash, t.expires_at, t.revoked_at, t.last_used_at,
	d.type, d.name, d.state, d.staged, d.attribute_map, d.trust_roles, d.jit, d.max_deactivations, d.max_percent, d.window_seconds,
	d.held_at, d.released_until, d.released_by, d.setup_step, d.activated_at, d.last_synced_at, d.created_at, d.updated_at`
	scimTokens      = ` FROM directory_tokens t JOIN directories d ON d.organization_id = t.organization_id AND d.id = t.directory_id`
	locateSCIMToken = `SELECT ` + scimTokenColumns + scimTokens + ` WHERE t.token_hash = `
)

// LocateSCIMToken reads a token by its hash, and the directory that it opens,
// in one round trip: every request of a provider begins with it. What is found
// may be shared with others who ask at once: nobody changes it.
func (d *DB) LocateSCIMToken(ctx context.Context, hash []byte) (*SCIMToken, error) {
	if d.Dialect == Postgres {
		found, err := d.scim.get(ctx, scimAsk{hash: string(hash), by: byNothing}, d.lookUpSCIM)
		if err != nil {
			return nil, err
		}
		return &found.token, nil
	}
	t := &SCIMToken{}
	return t, absent(d.read.QueryRowContext(ctx, locateSCIMToken+"?", hash).Scan(t.columns()...))
}

func (t *SCIMToken) columns() []any {
	d := &t.Directory
	return []any{&t.ID, &t.OrganizationID, &t.DirectoryID, &t.Hash, &t.ExpiresAt, &t.RevokedAt, &t.LastUsedAt,
		&d.Type, &d.Name, &d.State, &d.Staged, &d.AttributeMap, &d.TrustRoles, &d.JIT, &d.MaxDeactivations, &d.MaxPercent, &d.WindowSeconds,
		&d.HeldAt, &d.ReleasedUntil, &d.ReleasedBy, &d.SetupStep, &d.ActivatedAt, &d.LastSyncedAt, &d.CreatedAt, &d.UpdatedAt}
}

// read reads the same columns from Postgres.
func (t *SCIMToken) read(r *rawRow) {
	t.ID, t.OrganizationID, t.DirectoryID = id.DirectoryToken(r.text()), id.Organization(r.text()), id.Directory(r.text())
	t.Hash, t.ExpiresAt, t.RevokedAt, t.LastUsedAt = r.bytes(), maybe(r, (*rawRow).time), maybe(r, (*rawRow).time), maybe(r, (*rawRow).time)
	d := &t.Directory
	d.Type, d.Name, d.State, d.Staged = r.text(), r.text(), r.text(), r.bool()
	d.AttributeMap, d.TrustRoles, d.JIT = r.bytes(), r.bool(), r.bool()
	d.MaxDeactivations, d.MaxPercent, d.WindowSeconds = maybe(r, (*rawRow).int), maybe(r, (*rawRow).int), r.int()
	d.HeldAt, d.ReleasedUntil = maybe(r, (*rawRow).time), maybe(r, (*rawRow).time)
	d.ReleasedBy, d.SetupStep = maybe(r, (*rawRow).text), maybe(r, (*rawRow).text)
	d.ActivatedAt, d.LastSyncedAt = maybe(r, (*rawRow).time), maybe(r, (*rawRow).time)
	d.CreatedAt, d.UpdatedAt = r.time(), r.time()
}

// absent is ErrNotFound where either driver says that there is no row.
func absent(err error) error {
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// NotApplied is the condition that a request was refused or held. It is written
// out, so that both databases know that the index of those alone answers it:
// they are few, and a directory's requests of a month are many.
func NotApplied() Cond { return Cond{clause.Expr{SQL: "outcome IN ('refused', 'held')"}} }

// AboutPerson is the condition that a request was about somebody, in a group or
// by themselves. Each way has its index; by OR a database would walk all of the
// directory's requests. Whose requests they are is left to the conditions
// beside it.
func AboutPerson(_ OwnedScope, person id.DirectoryUser) Cond {
	return Cond{clause.Expr{
		SQL:  "? IN (SELECT id FROM scim_requests WHERE resource_id = ? UNION ALL SELECT id FROM scim_requests WHERE person_id = ?)",
		Vars: []any{column("id"), person, person},
	}}
}

// Begins is the condition that a column of folded text begins with text. On
// Postgres an index serves it that is made with text_pattern_ops, whatever the
// database's collation; on SQLite an ordinary one, because texts compare by
// their bytes there.
func Begins(tx OwnedScope, name, text string) Cond {
	if tx.base().db.Dialect == Postgres {
		return Cond{clause.Expr{SQL: "? LIKE ? ESCAPE '!'", Vars: []any{column(name), likeEscaper.Replace(text) + "%"}}}
	}
	// No text holds U+10FFFF: it is no character.
	return Cond{clause.And(Gte(name, text).expr, Lt(name, text+"\U0010FFFF").expr)}
}

// LocateAgedSCIMRequests is whose the oldest requests are, of at most limit
// that were recorded before an instant.
func (d *DB) LocateAgedSCIMRequests(ctx context.Context, before time.Time, limit int) ([]id.Organization, error) {
	var orgs []id.Organization
	err := d.Locate(ctx, func(tx *AllTx) error {
		return translate(tx.session().Raw(`SELECT DISTINCT organization_id FROM
			(SELECT organization_id FROM scim_requests WHERE created_at < ? ORDER BY created_at LIMIT ?) AS aged`, before.UTC(), limit).Scan(&orgs).Error)
	})
	return orgs, err
}

// DeleteAgedSCIMRequests removes at most limit of the organization's that were
// recorded before an instant, the oldest first.
func DeleteAgedSCIMRequests(tx *OrgTx, before time.Time, limit int) error {
	return translate(tx.session().Exec(`DELETE FROM scim_requests WHERE organization_id = ? AND id IN
		(SELECT id FROM scim_requests WHERE organization_id = ? AND created_at < ? ORDER BY created_at LIMIT ?)`,
		tx.scope.org, tx.scope.org, before.UTC(), limit).Error)
}
