package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/id"
)

// GrantState is a grant with the browser session behind it and its person.
type GrantState struct {
	ID              id.Grant
	ClientID        id.Client
	Surface         string
	UserID          id.User
	BrowserSession  *id.BrowserSession
	Organization    *id.Organization
	RedirectURI     string
	Nonce           *string
	Scope           *string
	CodeChallenge   *string
	AuthMethod      string
	AuthenticatedAt time.Time
	SecondMethod    *string
	SecondAt        *time.Time
	SessionSeconds  *int64
	GrantIdle       *int64
	UsedAt          *time.Time
	EndedAt         *time.Time
	ExpiresAt       time.Time
	BrowserLastSeen *time.Time // nil with the others: no browser session
	BrowserIdle     *int64
	BrowserExpires  *time.Time
	BrowserEnded    *time.Time
	IPAddress       *string
	UserAgent       *string
	Connection      *id.Connection
	SSOOrganization *id.Organization
	SSOGuest        bool
	Profile         *id.Profile
	Person          TokenPerson
}

const locateGrant = `SELECT g.id, g.client_id, g.surface, g.user_id, g.browser_session_id, g.organization_id, g.redirect_uri, g.nonce, g.scope,
	g.code_challenge, g.auth_method, g.authenticated_at, g.second_method, g.second_at, g.session_seconds, g.idle_seconds, g.used_at, g.ended_at, g.expires_at,
	b.last_seen_at, b.idle_seconds, b.expires_at, b.ended_at, b.ip_address, b.user_agent,
	g.connection_id, g.sso_organization_id, g.sso_guest OR COALESCE(b.sso_guest, false), g.profile_id, ` + tokenPersonColumns + `
	FROM grants g JOIN users u ON u.id = g.user_id LEFT JOIN browser_sessions b ON b.id = g.browser_session_id
	LEFT JOIN memberships m ON m.organization_id = g.organization_id AND m.user_id = g.user_id
	WHERE g.code_hash = $1`

// LocateGrant reads a grant by its code's hash, with its browser session, its
// person and their membership in the grant's own organization, in one round
// trip. It exists on Postgres alone.
func (d *DB) LocateGrant(ctx context.Context, codeHash []byte) (*GrantState, error) {
	g := &GrantState{}
	columns := append([]any{&g.ID, &g.ClientID, &g.Surface, &g.UserID, &g.BrowserSession, &g.Organization, &g.RedirectURI, &g.Nonce, &g.Scope,
		&g.CodeChallenge, &g.AuthMethod, &g.AuthenticatedAt, &g.SecondMethod, &g.SecondAt, &g.SessionSeconds, &g.GrantIdle, &g.UsedAt, &g.EndedAt, &g.ExpiresAt,
		&g.BrowserLastSeen, &g.BrowserIdle, &g.BrowserExpires, &g.BrowserEnded, &g.IPAddress, &g.UserAgent,
		&g.Connection, &g.SSOOrganization, &g.SSOGuest, &g.Profile}, g.Person.columns()...)
	return g, d.locateRow(ctx, columns, locateGrant, codeHash)
}

// Redemption is what a code turns into: a session, a family of refresh tokens
// (none where Family is ""), and the session's audit entry.
type Redemption struct {
	Grant           id.Grant
	Client          id.Client
	User            id.User
	BrowserSession  *id.BrowserSession
	Organization    *id.Organization
	Now             time.Time
	Session         id.Session
	AuthMethod      string
	AuthenticatedAt time.Time
	SecondMethod    *string
	SecondAt        *time.Time
	Connection      *id.Connection
	SSOOrganization *id.Organization
	SSOGuest        bool
	IPAddress       *string
	UserAgent       *string
	IdleSeconds     int64
	ExpiresAt       time.Time
	Family          id.RefreshToken
	Surface         string
	Scope           *string
	HeadHash        []byte
	Audit           AuditRow
}

// redeemGrant waits for whoever ends the browser session or the membership at
// this moment: the session that it makes is seen by them, or not made.
const redeemGrant = `WITH spent AS (
	UPDATE grants SET used_at = $2, session_id = $3, updated_at = $2
	WHERE id = $1 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $2
	AND (browser_session_id IS NULL OR EXISTS (SELECT FROM browser_sessions b WHERE b.id = grants.browser_session_id AND b.ended_at IS NULL FOR SHARE))
	AND (organization_id IS NULL OR EXISTS (SELECT FROM memberships m WHERE m.organization_id = grants.organization_id AND m.user_id = grants.user_id AND m.status = 'active' FOR SHARE))
	RETURNING id),
	started AS (
	INSERT INTO sessions (id, browser_session_id, user_id, client_id, organization_id, auth_method, authenticated_at, ip_address, user_agent,
		last_active_at, idle_seconds, expires_at, created_at, updated_at, second_method, second_at,
		connection_id, sso_organization_id, sso_guest)
	SELECT $3, $4::text, $5::text, $6::text, $7::text, $8::text, $9::timestamptz, $10::text, $11::text, $2, $12::bigint, $13::timestamptz, $2, $2, $29::text, $30::timestamptz,
		$31::text, $32::text, $33::boolean
	FROM spent RETURNING id),
	chained AS (
	INSERT INTO refresh_tokens (id, session_id, client_id, user_id, surface, scope, generation, head_hash, rotations, expires_at, created_at, updated_at)
	SELECT $14::text, $3, $6::text, $5::text, $15::text, $16::text, 1, $17::bytea, '', $13::timestamptz, $2, $2
	FROM started WHERE $14::text <> '' RETURNING id)
	INSERT INTO audit_events (id, organization_id, type, occurred_at, recorded_at, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, request_id, reference, data)
	SELECT $18, $7::text, $19, $2, $34, $20, $21, $22, $23::json, $24, $25, $26, $27, $28::json FROM spent`

// RedeemGrant spends a code, if it still can be, and makes what it gives, in
// one round trip and one transaction. It says whether it did. It exists on
// Postgres alone.
func (d *DB) RedeemGrant(ctx context.Context, r Redemption) (bool, error) {
	b := &pgx.Batch{}
	if r.Organization != nil {
		b.Queue(setScopeStatement, string(*r.Organization), "")
	}
	a := r.Audit
	b.Queue(redeemGrant, string(r.Grant), r.Now, string(r.Session), r.BrowserSession, string(r.User), string(r.Client), r.Organization,
		r.AuthMethod, r.AuthenticatedAt, r.IPAddress, r.UserAgent, r.IdleSeconds, r.ExpiresAt, string(r.Family), r.Surface, r.Scope, r.HeadHash,
		string(a.ID), a.Type, a.ActorKind, a.ActorID, a.ActorName, string(a.Targets), a.IPAddress, a.UserAgent, a.RequestID, a.Reference, string(a.Data), r.SecondMethod, r.SecondAt,
		r.Connection, r.SSOOrganization, r.SSOGuest, a.RecordedAt)
	return d.changedOne(ctx, b, b.Len()-1)
}
