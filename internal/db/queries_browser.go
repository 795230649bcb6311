package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/id"
)

// BrowserState is what decides whether a browser session is live.
type BrowserState struct {
	ID              id.BrowserSession
	UserID          id.User
	AuthMethod      string
	AuthenticatedAt time.Time
	LastSeenAt      time.Time
	IdleSeconds     int64
	ExpiresAt       time.Time
	EndedAt         *time.Time
	Connection      *id.Connection
	SSOOrganization *id.Organization
	SSOGuest        bool
}

const browserColumns = `SELECT id, user_id, auth_method, authenticated_at, last_seen_at, idle_seconds, expires_at, ended_at, connection_id, sso_organization_id, sso_guest
	FROM browser_sessions WHERE secret_hash = `

// LocateBrowser reads a browser session by its secret's hash: one statement
// without a transaction or GORM, because every page and every check of a
// session begins with it. The row belongs to no organization.
func (d *DB) LocateBrowser(ctx context.Context, secretHash []byte) (*BrowserState, error) {
	b := &BrowserState{}
	columns := []any{&b.ID, &b.UserID, &b.AuthMethod, &b.AuthenticatedAt, &b.LastSeenAt, &b.IdleSeconds, &b.ExpiresAt, &b.EndedAt,
		&b.Connection, &b.SSOOrganization, &b.SSOGuest}
	var err error
	if d.Dialect == Postgres {
		err = d.pool.QueryRow(ctx, browserColumns+"$1", secretHash).Scan(columns...)
	} else {
		err = d.read.QueryRowContext(ctx, browserColumns+"?", secretHash).Scan(columns...)
	}
	if errors.Is(err, pgx.ErrNoRows) || errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	return b, err
}
