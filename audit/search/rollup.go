package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Rollups counts entries by hour, organization and type as they are numbered,
// and the people who are active.
// Several processes may run it: one at a time moves the cursor.
type Rollups struct{ DB *db.DB }

// rolledUp is the cursor of what was counted.
const rolledUp id.Cursor = "rollups"

const (
	rollupBatch = 5000
	rollupPause = time.Second
	// rollupsKept is how long counts are kept: a year's chart, and the one before
	// it to compare.
	rollupsKept = 2 * 366 * 24 * time.Hour
)

var cursors = db.GlobalTable[audit.Cursor, id.Cursor]{}

// Run counts what is numbered until ctx ends.
func (r *Rollups) Run(ctx context.Context) error {
	for {
		n, err := r.Once(ctx)
		var people int
		if err == nil {
			people, err = r.People(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if max(n, people) == rollupBatch {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(rollupPause):
		}
	}
}

// errElsewhere says that another process counts.
var errElsewhere = errors.New("another process counts")

// Once counts one batch and says how many entries that were.
func (r *Rollups) Once(ctx context.Context) (n int, err error) {
	behind := false
	err = r.DB.ReadDeployment(ctx, func(tx *db.AllTx) error {
		head, err := audit.Head(tx)
		if err != nil || head == 0 {
			return err
		}
		at, err := counted(tx, rolledUp)
		behind = at < head
		return err
	})
	if err != nil || !behind {
		return 0, err
	}
	err = r.DB.InDeployment(ctx, actor.System("rollups"), func(tx *db.AllTx) error {
		n, err = count(tx)
		return err
	})
	if errors.Is(err, errElsewhere) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("counting the log by hours: %w", err)
	}
	return n, nil
}

func counted(tx db.AnyScope, by id.Cursor) (int64, error) {
	cursor, err := cursors.Get(tx, by)
	if errors.Is(err, db.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return cursor.Position, nil
}

// count moves the cursor first: whoever else would count the same waits there,
// and finds it moved.
func count(tx *db.AllTx) (int, error) {
	at, err := counted(tx, rolledUp)
	if err != nil {
		return 0, err
	}
	rows, err := db.ListNumberedBrief(tx, "", at, rollupBatch)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	if err := advance(tx, rolledUp, at, rows[len(rows)-1].Position); err != nil {
		return 0, err
	}
	return len(rows), db.AddAuditRollups(tx, grouped(rows))
}

func advance(tx *db.AllTx, by id.Cursor, from, to int64) error {
	if from == 0 {
		err := cursors.Insert(tx, &audit.Cursor{ID: by, UpdatedAt: tx.Now()})
		if err != nil && !errors.Is(err, db.ErrDuplicate) {
			return err
		}
	}
	moved, err := cursors.Update(tx, by, db.Set{"position": to, "updated_at": tx.Now()}, db.Eq("position", from))
	if err == nil && moved == 0 {
		return errElsewhere
	}
	return err
}

func grouped(rows []db.NumberedBrief) []db.AuditRollup {
	type key struct {
		bucket             time.Time
		organization, kind string
	}
	counts := map[key]int64{}
	for _, row := range rows {
		own := ""
		if row.Organization != nil {
			own = string(*row.Organization)
		}
		hour := id.Time(row.EventID).Truncate(time.Hour)
		counts[key{hour, own, row.Type}]++
		counts[key{hour, db.EveryOrganization, row.Type}]++
	}
	list := make([]db.AuditRollup, 0, len(counts))
	for k, n := range counts {
		list = append(list, db.AuditRollup{Bucket: k.bucket, Organization: k.organization, Type: k.kind, Entries: n})
	}
	slices.SortFunc(list, func(a, b db.AuditRollup) int {
		return cmp.Or(a.Bucket.Compare(b.Bucket), cmp.Compare(a.Organization, b.Organization), cmp.Compare(a.Type, b.Type))
	})
	return list
}

// Sweep removes counts of hours that no chart shows any more.
func (r *Rollups) Sweep(ctx context.Context) error {
	return r.DB.InDeployment(ctx, actor.System("rollups"), func(tx *db.AllTx) error {
		_, err := db.SweepAuditRollups(tx, tx.Now().Add(-rollupsKept))
		return err
	})
}

// Hour is how many entries of one type were recorded within one hour.
type Hour struct {
	From    time.Time
	Type    string
	Entries int64
}

// ByHour reads the counts that are kept by hour: q's organization, types and
// whole hours. What was numbered in the last second may be missing.
func ByHour(tx db.OwnedScope, q Query) ([]Hour, error) {
	if q.Before.IsZero() {
		q.Before = tx.Now()
	}
	asked := q.hours()
	asked.ByType = true
	rows, err := db.ListAuditHours(tx, asked)
	hours := make([]Hour, len(rows))
	for i, r := range rows {
		hours[i] = Hour{From: r.Bucket, Type: r.Type, Entries: r.Entries}
	}
	return hours, err
}

// hours are q's organization, types and time as rollups have them.
func (q Query) hours() db.HourQuery {
	asked := db.HourQuery{Organization: q.Organization, Since: q.Since.Truncate(time.Hour), Before: hourUp(q.Before)}
	for _, kind := range q.Types {
		family, all := cutFamily(kind)
		asked.Types = append(asked.Types, db.AuditTerm{Term: family, Prefix: all})
	}
	return asked
}

func hourUp(at time.Time) time.Time {
	if hour := at.Truncate(time.Hour); !hour.Equal(at) {
		return hour.Add(time.Hour)
	}
	return at
}
