package sso

import (
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/trail"
)

const (
	sweepBatch  = 500
	maxBatches  = 200            // in one run; the next goes on
	requestKept = 24 * time.Hour // after it ran out
)

// Sweep ends the tries that nobody came back from, and removes what has run
// out: requests, assertions that cannot be used again by their own dates, and
// attempts of more than thirty days ago. Each batch is a transaction of its
// own. It may run twice: what is gone is gone, and an attempt ends once.
func Sweep(ctx context.Context, d *db.DB) error {
	for _, step := range []func(context.Context, *db.DB) (int, error){timeOut, sweepRequests, sweepSeen, sweepAttempts} {
		for range maxBatches {
			n, err := step(ctx, d)
			if err != nil {
				return err
			}
			if n < sweepBatch {
				break
			}
		}
	}
	return nil
}

var sweeper = actor.System("sweep")

// locateOldest lists rows across organizations, and then does something to them in
// each organization's own transaction.
func locateOldest[T any, K ~string](ctx context.Context, d *db.DB, list func(db.OwnedScope, db.Query) ([]T, error), q db.Query, of func(T) (id.Organization, K), do func(*db.OrgTx, []K) error) (int, error) {
	q.Limit = sweepBatch
	mine := map[id.Organization][]K{}
	found := 0
	err := d.Locate(ctx, func(tx *db.AllTx) error {
		rows, err := list(tx, q)
		for _, row := range rows {
			org, key := of(row)
			mine[org] = append(mine[org], key)
		}
		found = len(rows)
		return err
	})
	if err != nil {
		return 0, err
	}
	for org, keys := range mine {
		if err := d.InOrg(ctx, org, sweeper, func(tx *db.OrgTx) error { return do(tx, keys) }); err != nil {
			return 0, err
		}
	}
	return found, nil
}

func sweepRequests(ctx context.Context, d *db.DB) (int, error) {
	q := db.Query{Where: []db.Cond{db.Lt("expires_at", d.Now().Add(-requestKept))}, Order: []string{"expires_at"}}
	return locateOldest(ctx, d, requests.List, q, func(r Request) (id.Organization, id.SSORequest) { return r.OrganizationID, r.ID },
		func(tx *db.OrgTx, keys []id.SSORequest) error {
			_, err := requests.DeleteWhere(tx, db.In("id", keys))
			return err
		})
}

func sweepSeen(ctx context.Context, d *db.DB) (int, error) {
	q := db.Query{Where: []db.Cond{db.Lt("expires_at", d.Now())}, Order: []string{"expires_at"}}
	return locateOldest(ctx, d, seens.List, q, func(s seen) (id.Organization, id.Seen) { return s.OrganizationID, s.ID },
		func(tx *db.OrgTx, keys []id.Seen) error {
			_, err := seens.DeleteWhere(tx, db.In("id", keys))
			return err
		})
}

func sweepAttempts(ctx context.Context, d *db.DB) (int, error) {
	q := db.Query{Where: []db.Cond{db.Lt("created_at", d.Now().Add(-Kept))}, Order: []string{"created_at"}}
	return locateOldest(ctx, d, attempts.List, q, owned, func(tx *db.OrgTx, keys []id.SSOAttempt) error {
		_, err := attempts.DeleteWhere(tx, db.In("id", keys))
		return err
	})
}

func owned(a Attempt) (id.Organization, id.SSOAttempt) { return a.OrganizationID, a.ID }

// timeOut ends tries whose browser never came back.
func timeOut(ctx context.Context, d *db.DB) (int, error) {
	q := db.Query{Where: []db.Cond{db.Eq("outcome", Started), db.Lt("created_at", d.Now().Add(-Lifetime))}, Order: []string{"created_at"}}
	return locateOldest(ctx, d, attempts.List, q, owned, func(tx *db.OrgTx, keys []id.SSOAttempt) error {
		for _, key := range keys {
			if err := runOut(tx, key); err != nil {
				return err
			}
		}
		return nil
	})
}

func runOut(tx *db.OrgTx, attempt id.SSOAttempt) error {
	a, err := attempts.Get(tx, attempt)
	if err != nil {
		return err
	}
	refused := trail.Refuse(ErrTimedOut, trail.Request, "an answer within 30 minutes", "none")
	a.refuse(refused, tx.Now())
	if ended, err := a.store(tx); err != nil || !ended {
		return err
	}
	if a.Kind != KindSignIn {
		return a.conclude(tx, refused)
	}
	e := a.event(refused)
	e.Status = "timed_out"
	return audit.Record(tx, e)
}
