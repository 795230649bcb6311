package webhook

import (
	"context"
	"time"

	"gatehouse/internal/db"
)

// KeepFor is how long deliveries and what was answered to them are kept.
const KeepFor = 30 * 24 * time.Hour

const sweepBatch = 500

// Sweep removes deliveries whose time is over, and what is left of deleted
// endpoints, some hundred rows with each transaction. It may run twice: what is
// gone is gone.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.clear(ctx); err != nil {
		return err
	}
	old := db.Query{Where: []db.Cond{db.Lt("created_at", s.DB.Now().UTC().Add(-KeepFor))}, Order: []string{"created_at"}, Limit: sweepBatch}
	for {
		if n, err := s.remove(ctx, old); err != nil || n < sweepBatch {
			return err
		}
	}
}
