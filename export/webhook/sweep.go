package webhook

import (
	"context"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// KeepFor is how long deliveries and what was answered to them are kept.
const KeepFor = 30 * 24 * time.Hour

const sweepBatch = 500

// Sweep removes deliveries whose time is over, some hundred with each
// transaction. It may run twice: what is gone is gone.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		old, n, err := s.old(ctx)
		if err != nil || n == 0 {
			return err
		}
		for org, ids := range old {
			err := s.in(ctx, owner(org), func(tx db.OwnedScope) error {
				_, err := deliveries.DeleteWhere(tx, db.In("id", ids))
				return err
			})
			if err != nil {
				return err
			}
		}
		if n < sweepBatch {
			return nil
		}
	}
}

func (s *Service) old(ctx context.Context) (old map[id.Organization][]id.Delivery, n int, err error) {
	old = map[id.Organization][]id.Delivery{}
	err = s.DB.ReadDeployment(ctx, func(tx *db.AllTx) error {
		rows, err := deliveries.List(tx, db.Query{Where: []db.Cond{db.Lt("created_at", tx.Now().Add(-KeepFor))}, Order: []string{"created_at"}, Limit: sweepBatch})
		for _, d := range rows {
			var org id.Organization
			if d.OrganizationID != nil {
				org = *d.OrganizationID
			}
			old[org] = append(old[org], d.ID)
		}
		n = len(rows)
		return err
	})
	return old, n, err
}
