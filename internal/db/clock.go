package db

import (
	"context"
	"fmt"
	"time"
)

// ClockSkew is how far the database's clock is ahead of this machine's. A
// SQLite file has this machine's.
func (d *DB) ClockSkew(ctx context.Context) (time.Duration, error) {
	if d.Dialect == SQLite {
		return 0, nil
	}
	asked, started := d.Now(), time.Now()
	var theirs time.Time
	if err := d.pool.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&theirs); err != nil {
		return 0, fmt.Errorf("reading the database's clock: %w", err)
	}
	// The answer was made about halfway between question and arrival.
	return theirs.Sub(asked.Add(time.Since(started) / 2)), nil
}
