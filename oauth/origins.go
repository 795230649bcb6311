package oauth

import (
	"context"
	"sync"
	"time"

	"gatehouse/internal/db"
)

// origins remembers the registered origins for cacheFor. A preflight names no
// client, so those of all clients count.
type origins struct {
	mu     sync.Mutex
	readAt time.Time
	known  map[string]bool
}

func (o *origins) knows(ctx context.Context, d *db.DB, asked string) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := d.Now()
	if age := now.Sub(o.readAt); o.known != nil && age >= 0 && age < cacheFor {
		return o.known[asked], nil
	}
	err := d.Read(ctx, func(tx *db.Tx) error {
		known, err := originsOf(tx)
		if err == nil {
			o.known, o.readAt = known, now
		}
		return err
	})
	return err == nil && o.known[asked], err
}
