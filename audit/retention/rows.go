package retention

import (
	"context"
	"time"

	"gatehouse/internal/db"
)

// How many tiles are signed together, and how many entries go in one
// transaction: SQLite's one writer is wanted for sign-ins.
const (
	signedTiles    = 20_000
	deletedEntries = 200
)

// expireRows is Expire on SQLite. Whole days go, so that a chain has one signed
// gap a day at most.
func (k *Keeper) expireRows(ctx context.Context) (total int, err error) {
	var kept []int64
	err = k.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
		kept, err = db.AuditRetentions(tx)
		return err
	})
	if err != nil {
		return 0, err
	}
	today := k.DB.Clock().UTC().Truncate(24 * time.Hour)
	for _, days := range kept {
		n, err := k.expireBefore(ctx, days, today.AddDate(0, 0, -int(days)))
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func (k *Keeper) expireBefore(ctx context.Context, days int64, before time.Time) (total int, err error) {
	for {
		var runs []db.AuditRun
		err := k.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
			runs, err = db.ExpiredAuditRuns(tx, days, before, signedTiles)
			return err
		})
		if err != nil || len(runs) == 0 {
			return total, err
		}
		if err := k.sign(ctx, runs); err != nil {
			return total, err
		}
		for _, r := range runs {
			if err := k.remove(ctx, r); err != nil {
				return total, err
			}
		}
		total += len(runs)
	}
}

func (k *Keeper) remove(ctx context.Context, r db.AuditRun) error {
	for {
		n, err := k.DB.DeleteAuditRun(ctx, r, deletedEntries)
		if err != nil || n == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond): // whoever waits to write does now
		}
	}
}
