package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/search"
	"gatehouse/audit/sequence"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
)

// Keeper makes partitions before they are needed, and drops what is too old.
type Keeper struct {
	DB     *db.DB
	Signer *sequence.Signer
	Log    *slog.Logger
}

// every is how often a keeper looks; ahead is for how long partitions are made.
const (
	every = time.Hour
	ahead = 3 * 31 * 24 * time.Hour
)

// keepArgs asks for the log's partitions to be made and dropped. It may run
// twice: what is there is there, what is signed is signed once, and what is
// gone is gone.
type keepArgs struct{}

// Kind names the job.
func (keepArgs) Kind() string { return "audit_retention" }

// Register lets a worker keep the log.
func (k *Keeper) Register(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, _ keepArgs) error {
		if err := k.Prepare(ctx); err != nil {
			return err
		}
		if _, err := k.Expire(ctx); err != nil {
			return err
		}
		return (&search.Rollups{DB: k.DB}).Sweep(ctx)
	})
	r.Every(every, keepArgs{})
}

// Prepare makes the partitions that will be needed.
func (k *Keeper) Prepare(ctx context.Context) error {
	if k.DB.Dialect == db.SQLite {
		return nil
	}
	missing, err := k.DB.MissingAuditLeaves(ctx, k.DB.Clock().Add(ahead))
	if err != nil {
		return err
	}
	for _, leaf := range missing {
		if err := patiently(ctx, func() (bool, error) { return k.DB.MakeAuditLeaf(ctx, leaf) }); err != nil {
			return fmt.Errorf("making the partition of %s for %d days: %w", leaf.Month.Format("2006-01"), leaf.Days, err)
		}
	}
	return nil
}

// Expire removes entries whose time is up and says how many runs of them that
// were.
func (k *Keeper) Expire(ctx context.Context) (runs int, err error) {
	if k.DB.Dialect == db.SQLite {
		return k.expireRows(ctx)
	}
	expired, err := k.DB.ExpiredAuditLeaves(ctx)
	if err != nil {
		return 0, err
	}
	var kept []error // one that somebody reads all the time, or that cannot go, keeps no other one
	for _, leaf := range expired {
		n, err := k.expireLeaf(ctx, leaf)
		if runs += n; err != nil {
			kept = append(kept, fmt.Errorf("removing the log of %s that was kept for %d days: %w", leaf.Month.Format("2006-01"), leaf.Days, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return runs, errors.Join(kept...)
}

// tables are how many a leaf lies in: DropAuditLeaf drops one at a time.
const tables = 2

func (k *Keeper) expireLeaf(ctx context.Context, leaf db.AuditLeaf) (int, error) {
	var runs []db.AuditRun
	if leaf.Days > 0 {
		err := k.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
			runs, err = db.AuditRuns(tx, leaf)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("reading what goes: %w", err)
		}
		if err := k.sign(ctx, runs); err != nil {
			return 0, err
		}
	}
	for range tables {
		if err := patiently(ctx, func() (bool, error) { return k.DB.DropAuditLeaf(ctx, leaf) }); err != nil {
			return len(runs), err
		}
	}
	k.Log.InfoContext(ctx, "audit entries whose time was up are gone", "month", leaf.Month.Format("2006-01"), "days", leaf.Days, "runs", len(runs))
	return len(runs), nil
}

// together is how many runs are stored in one transaction.
const together = 100

// sign signs runs and stores that. Those that are signed already stay as they
// are: a keeper was stopped before it had removed them.
func (k *Keeper) sign(ctx context.Context, runs []db.AuditRun) error {
	for len(runs) > 0 {
		some := runs[:min(together, len(runs))]
		runs = runs[len(some):]
		signed := make([]*audit.Expiry, len(some))
		for i, r := range some {
			signed[i] = &audit.Expiry{FirstSequence: r.FirstSequence, LastSequence: r.LastSequence, PreviousHash: r.PreviousHash, Hash: r.Hash}
			signed[i].OrganizationID = r.Organization
			if err := k.Signer.SignExpiry(ctx, signed[i]); err != nil {
				return fmt.Errorf("signing what goes: %w", err)
			}
		}
		err := k.DB.InDeployment(ctx, actor.System("retention"), func(tx *db.AllTx) error {
			for i, e := range signed {
				if err := audit.KeepExpiry(tx.Tx, some[i].Organization, e); err != nil && !errors.Is(err, db.ErrDuplicate) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("storing what was signed: %w", err)
		}
	}
	return nil
}

// How often a lock is asked for, and how long the pauses are: whoever holds it
// reads old entries, an export perhaps. The next hour's keeper asks again.
const (
	tries      = 100
	firstPause = 50 * time.Millisecond
	longPause  = time.Second
)

var errBusy = errors.New("it is being read all the time; the next hour tries again")

func patiently(ctx context.Context, once func() (bool, error)) error {
	pause := firstPause
	for range tries {
		if done, err := once(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause = min(2*pause, longPause)
	}
	return errBusy
}
