package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

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

const locateAPIKeys = `SELECT id, organization_id, name, key_hash, last_four, last_used_at, expires_at, created_at, updated_at FROM api_keys WHERE key_hash = ANY ($1)`

// apiKeyScope is for a statement that is planned once: a list of one key seems so
// much cheaper than a list of any length that Postgres would plan it anew each time,
// which costs more than the look-up. The plan goes along the index, however small
// the table was when it was made.
const apiKeyScope = scimScope + ", set_config('enable_seqscan', 'off', true)"

// LocateAPIKey reads a key by its value's hash: every request of the management
// API begins with it, and those that come at once ask together. It exists on
// Postgres alone. The row is shared: nobody changes it.
func (d *DB) LocateAPIKey(ctx context.Context, hash []byte) (*APIKeyRow, error) {
	return d.apiKeys.get(ctx, string(hash), d.lookUpAPIKeys)
}

func (d *DB) lookUpAPIKeys(ctx context.Context, hashes []string) (map[string]*APIKeyRow, error) {
	keys := make([][]byte, len(hashes))
	for i, h := range hashes {
		keys[i] = []byte(h)
	}
	found := make(map[string]*APIKeyRow, len(hashes))
	var k APIKeyRow
	columns := []any{&k.ID, &k.Organization, &k.Name, &k.KeyHash, &k.LastFour, &k.LastUsedAt, &k.ExpiresAt, &k.CreatedAt, &k.UpdatedAt}
	b := &pgx.Batch{}
	b.Queue(apiKeyScope)
	b.Queue(locateAPIKeys, keys).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, columns, func() error {
			row := k
			found[string(row.KeyHash)], k = &row, APIKeyRow{}
			return nil
		})
		return err
	})
	return found, d.pool.SendBatch(ctx, b).Close()
}
