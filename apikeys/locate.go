package apikeys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/seal"
)

// Locate is LocateKey outside of a transaction: on Postgres it is one round
// trip, because every request begins with it.
func Locate(ctx context.Context, d *db.DB, value string) (k *Key, err error) {
	if d.Dialect == db.SQLite {
		err = d.Locate(ctx, func(tx *db.AllTx) error {
			k, err = LocateKey(tx, value)
			return err
		})
		return k, err
	}
	if len(value) > maxValue {
		return nil, ErrUnknownKey
	}
	row, err := d.LocateAPIKey(ctx, seal.Hash(value))
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrUnknownKey
	}
	if err != nil {
		return nil, fmt.Errorf("looking up an API key: %w", err)
	}
	if row.ExpiresAt != nil && !d.Clock().Before(*row.ExpiresAt) {
		return nil, ErrUnknownKey
	}
	k = &Key{ID: row.ID, Name: row.Name, KeyHash: row.KeyHash, LastFour: row.LastFour, Permissions: []string{}, LastUsedAt: inUTC(row.LastUsedAt), ExpiresAt: inUTC(row.ExpiresAt),
		CreatedAt: row.CreatedAt.UTC(), UpdatedAt: row.UpdatedAt.UTC()}
	k.OrganizationID = row.Organization
	return k, nil
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
