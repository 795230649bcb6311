package directory

import (
	"context"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
)

const (
	// RequestsKept is how long a request can be looked up.
	RequestsKept = 30 * 24 * time.Hour
	sweepBatch   = 5000
	maxBatches   = 400 // in one run; the next goes on
)

// Sweep removes the requests of more than thirty days ago, a batch and an
// organization at a time. It may run twice: it only deletes.
func Sweep(ctx context.Context, d *db.DB) error {
	before := d.Now().Add(-RequestsKept)
	for range maxBatches {
		aged, err := d.LocateAgedSCIMRequests(ctx, before, sweepBatch)
		if err != nil || len(aged) == 0 {
			return err
		}
		for _, org := range aged {
			err := d.InOrg(ctx, org, actor.System("sweep"), func(tx *db.OrgTx) error { return db.DeleteAgedSCIMRequests(tx, before, sweepBatch) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}
