package db

import (
	"context"
	"time"

	"gatehouse/internal/id"
)

// APIKeyRow is a key of the management API as it stands in its columns.
type APIKeyRow struct {
	ID           id.APIKey
	Organization *id.Organization
	Name         string
	KeyHash      []byte
	LastFour     string
	LastUsedAt   *time.Time
	ExpiresAt    *time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

const locateAPIKey = `SELECT id, organization_id, name, key_hash, last_four, last_used_at, expires_at, created_at, updated_at FROM api_keys WHERE key_hash = $1`

// LocateAPIKey reads a key by its value's hash in one round trip: every request
// of the management API begins with it. It exists on Postgres alone.
func (d *DB) LocateAPIKey(ctx context.Context, hash []byte) (*APIKeyRow, error) {
	k := &APIKeyRow{}
	err := d.locateRow(ctx, []any{&k.ID, &k.Organization, &k.Name, &k.KeyHash, &k.LastFour, &k.LastUsedAt, &k.ExpiresAt, &k.CreatedAt, &k.UpdatedAt}, locateAPIKey, hash)
	return k, err
}
