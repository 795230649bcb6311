package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/id"
)

// Refreshing tokens is what applications do most: every few minutes for each
// person who has a tab open. On Postgres it takes two round trips, one that
// reads all there is to know and one that writes; everything rarer (a switch
// of organization, a race, a reuse) goes through ordinary transactions.

// TokenPerson is the person and their standing as a token answer shows them.
type TokenPerson struct {
	Email             string
	EmailVerified     bool
	FirstName         *string
	LastName          *string
	Name              *string
	ProfilePictureURL *string
	Locale            *string
	ExternalID        *string
	Metadata          []byte
	LastSignInAt      *time.Time
	BannedAt          *time.Time
	BannedUntil       *time.Time
	CreatedAt         time.Time
	UpdatedAt         time.Time
	MemberStatus      *string // of the organization that was asked about; nil: not a member
	MemberRole        *string
}

func (p *TokenPerson) columns() []any {
	return []any{&p.Email, &p.EmailVerified, &p.FirstName, &p.LastName, &p.Name, &p.ProfilePictureURL, &p.Locale, &p.ExternalID,
		&p.Metadata, &p.LastSignInAt, &p.BannedAt, &p.BannedUntil, &p.CreatedAt, &p.UpdatedAt, &p.MemberStatus, &p.MemberRole}
}

const tokenPersonColumns = `u.email, u.email_verified, u.first_name, u.last_name, u.name, u.profile_picture_url, u.locale, u.external_id,
	u.metadata, u.last_sign_in_at, u.banned_at, u.banned_until, u.created_at, u.updated_at, m.status, m.role_slug`

// RefreshState is a family of refresh tokens with its session and its person.
type RefreshState struct {
	SessionID       id.Session
	ClientID        id.Client
	Surface         string
	Scope           *string
	Generation      int64
	HeadHash        []byte
	Rotations       string
	EndedAt         *time.Time
	ExpiresAt       time.Time
	UserID          id.User
	Organization    *id.Organization
	AuthMethod      string
	AuthenticatedAt time.Time
	SecondMethod    *string
	Connection      *id.Connection
	SSOOrganization *id.Organization
	SSOGuest        bool
	Impersonator    *string
	ImpersonatedFor *string
	LastActiveAt    time.Time
	IdleSeconds     int64
	SessionCreated  time.Time
	SessionExpires  time.Time
	SessionEnded    *time.Time
	Policy          []byte // of the session's organization, as JSON; nil where it has none
	Person          TokenPerson
}

const locateRefresh = `SELECT f.session_id, f.client_id, f.surface, f.scope, f.generation, f.head_hash, f.rotations, f.ended_at, f.expires_at,
	s.user_id, s.organization_id, s.auth_method, s.authenticated_at, s.second_method, s.connection_id, s.sso_organization_id, s.sso_guest, s.impersonator_email, s.impersonator_reason,
	s.last_active_at, s.idle_seconds, s.created_at, s.expires_at, s.ended_at, p.policy, ` + tokenPersonColumns + `
	FROM refresh_tokens f JOIN sessions s ON s.id = f.session_id JOIN users u ON u.id = s.user_id
	LEFT JOIN memberships m ON m.organization_id = s.organization_id AND m.user_id = s.user_id
	LEFT JOIN organization_policies p ON p.organization_id = s.organization_id
	WHERE f.id = $1`

// LocateRefresh reads a family, its session, its person and their membership
// in the session's own organization, in one round trip. It exists on Postgres
// alone.
func (d *DB) LocateRefresh(ctx context.Context, family id.RefreshToken) (*RefreshState, error) {
	b, state := &pgx.Batch{}, &RefreshState{}
	b.Queue(setScopeStatement, "", "locate")
	b.Queue(locateRefresh, string(family)).Query(func(rows pgx.Rows) error { return firstRaw(rows, state.read) })
	return state, absent(d.pool.SendBatch(ctx, b).Close())
}

func (s *RefreshState) read(r *rawRow) {
	s.SessionID, s.ClientID, s.Surface, s.Scope = id.Session(r.text()), id.Client(r.text()), r.text(), maybe(r, (*rawRow).text)
	s.Generation, s.HeadHash, s.Rotations, s.EndedAt, s.ExpiresAt = r.int(), r.bytes(), r.text(), maybe(r, (*rawRow).time), r.time()
	s.UserID, s.Organization = id.User(r.text()), maybe(r, textAs[id.Organization])
	s.AuthMethod, s.AuthenticatedAt, s.SecondMethod = r.text(), r.time(), maybe(r, (*rawRow).text)
	s.Connection, s.SSOOrganization, s.SSOGuest = maybe(r, textAs[id.Connection]), maybe(r, textAs[id.Organization]), r.bool()
	s.Impersonator, s.ImpersonatedFor = maybe(r, (*rawRow).text), maybe(r, (*rawRow).text)
	s.LastActiveAt, s.IdleSeconds, s.SessionCreated, s.SessionExpires, s.SessionEnded = r.time(), r.int(), r.time(), r.time(), maybe(r, (*rawRow).time)
	s.Policy = r.bytes()
	s.Person.read(r)
}

func (p *TokenPerson) read(r *rawRow) {
	p.Email, p.EmailVerified = r.text(), r.bool()
	p.FirstName, p.LastName, p.Name, p.ProfilePictureURL = maybe(r, (*rawRow).text), maybe(r, (*rawRow).text), maybe(r, (*rawRow).text), maybe(r, (*rawRow).text)
	p.Locale, p.ExternalID, p.Metadata = maybe(r, (*rawRow).text), maybe(r, (*rawRow).text), r.bytes()
	p.LastSignInAt, p.BannedAt, p.BannedUntil = maybe(r, (*rawRow).time), maybe(r, (*rawRow).time), maybe(r, (*rawRow).time)
	p.CreatedAt, p.UpdatedAt = r.time(), r.time()
	p.MemberStatus, p.MemberRole = maybe(r, (*rawRow).text), maybe(r, (*rawRow).text)
}

func textAs[S ~string](r *rawRow) S { return S(r.text()) }

// locateRow runs one statement with the view of Locate and reads its row. The
// scope and the statement are one implicit transaction: nothing stays set.
func (d *DB) locateRow(ctx context.Context, columns []any, statement string, args ...any) error {
	b := &pgx.Batch{}
	b.Queue(setScopeStatement, "", "locate")
	b.Queue(statement, args...)
	results := d.pool.SendBatch(ctx, b)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return fmt.Errorf("setting the scope: %w", err)
	}
	err := results.QueryRow().Scan(columns...)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

const setScopeStatement = "SELECT set_config('app.organization_id', $1, true), set_config('app.scope', $2, true)"

// AuditRow is an audit entry ready to be written beside a mutation.
type AuditRow struct {
	ID         id.Event
	Type       string
	OccurredAt time.Time
	RecordedAt time.Time
	ActorKind  string
	ActorID    *string
	ActorName  *string
	Targets    []byte
	IPAddress  *string
	UserAgent  *string
	RequestID  *string
	Reference  *string
	Data       []byte
}

// Rotation is what changes when a family rotates, with its audit entry.
type Rotation struct {
	Family       id.RefreshToken
	Session      id.Session
	Organization *id.Organization
	From         int64 // the generation that must still be the head
	HeadHash     []byte
	Rotations    string
	Now          time.Time
	Touch        bool // note that the session was used
	Audit        AuditRow
}

const rotateRefresh = `WITH rotated AS (
	UPDATE refresh_tokens SET generation = generation + 1, head_hash = $3, rotations = $4, rotated_at = $5, updated_at = $5
	WHERE id = $1 AND generation = $2 AND ended_at IS NULL
	AND EXISTS (SELECT FROM sessions WHERE id = $6 AND ended_at IS NULL)
	RETURNING id)
	INSERT INTO audit_events (id, organization_id, type, occurred_at, recorded_at, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, request_id, reference, data)
	SELECT $7, $8, $9, $5, $19, $10, $11, $12, $13::json, $14, $15, $16, $17, $18::json FROM rotated`

// RotateRefresh makes the next generation the head and records it, in one
// round trip and one transaction, if the family is still where it was read. It
// says whether it was. It exists on Postgres alone.
func (d *DB) RotateRefresh(ctx context.Context, r Rotation) (bool, error) {
	d.fresh.keep(r.Organization, sourceOwn, &r.Audit)
	b := &pgx.Batch{}
	if r.Organization != nil {
		b.Queue(setScopeStatement, string(*r.Organization), "")
	}
	a := r.Audit
	b.Queue(rotateRefresh, string(r.Family), r.From, r.HeadHash, r.Rotations, r.Now, string(r.Session), string(a.ID), r.Organization, a.Type,
		a.ActorKind, a.ActorID, a.ActorName, string(a.Targets), a.IPAddress, a.UserAgent, a.RequestID, a.Reference, string(a.Data), a.RecordedAt)
	at := b.Len() - 1
	if r.Touch {
		b.Queue("UPDATE sessions SET last_active_at = $2, updated_at = $2 WHERE id = $1 AND ended_at IS NULL", string(r.Session), r.Now)
	}
	return d.changedOne(ctx, b, at)
}

// changedOne sends a batch as one implicit transaction and reports whether its
// statement number at changed a row.
func (d *DB) changedOne(ctx context.Context, b *pgx.Batch, at int) (bool, error) {
	results := d.pool.SendBatch(ctx, b)
	changed := false
	for i := range b.Len() {
		tag, err := results.Exec()
		if err != nil {
			results.Close()
			return false, err
		}
		changed = changed || i == at && tag.RowsAffected() == 1
	}
	// Close waits for the commit's answer.
	return changed, results.Close()
}

// Clock is the present instant as transactions would have it.
func (d *DB) Clock() time.Time { return d.now() }
