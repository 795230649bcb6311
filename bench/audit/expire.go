package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/audit"
	"gatehouse/audit/retention"
	"gatehouse/audit/sequence"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

const (
	writes    = 50 // a second
	mostWrite = 200
	mostLock  = 100
)

// expire drops what is too old while entries are written as sign-ins write
// them, and watches for how long anybody waits for a lock.
func expire(ctx context.Context, d *db.DB, address string) error {
	watcher, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer watcher.Close(ctx)
	log := slog.New(slog.DiscardHandler)
	keeper := &retention.Keeper{DB: d, Signer: &sequence.Signer{DB: d, Log: log}, Log: log}
	leaves, err := d.ExpiredAuditLeaves(ctx)
	if err != nil {
		return err
	}
	before, _, err := writing(ctx, d, watcher, func() error { time.Sleep(5 * time.Second); return nil })
	if err != nil {
		return err
	}
	begun := time.Now()
	runs := 0
	during, locked, err := writing(ctx, d, watcher, func() (err error) { runs, err = keeper.Expire(ctx); return err })
	if err != nil {
		return err
	}
	verdict := "ok"
	if of(during, 0.99) > mostWrite || locked > mostLock*time.Millisecond {
		verdict = "ABOVE"
	}
	fmt.Printf("audit retention: %d partitions, %d runs signed, in %.1f s; %d writes meanwhile: p50 %.1f ms, p99 %.1f ms (before: p50 %.1f ms, p99 %.1f ms); longest lock wait %.0f ms (%s)\n",
		len(leaves), runs, time.Since(begun).Seconds(), len(during), of(during, 0.5), of(during, 0.99), of(before, 0.5), of(before, 0.99), float64(locked.Microseconds())/1000, verdict)
	return nil
}

type signedIn struct{}

func (signedIn) Type() string            { return "session.created" }
func (signedIn) Targets() []audit.Target { return []audit.Target{} }
func (signedIn) Data() any               { return struct{}{} }

// writing writes entries at a steady rate while do runs.
func writing(ctx context.Context, d *db.DB, watcher *pgx.Conn, do func() error) (took []time.Duration, locked time.Duration, err error) {
	done := make(chan error, 1)
	go func() { done <- do() }()
	each := make(chan time.Duration, 10_000)
	tick := time.NewTicker(time.Second / writes)
	defer tick.Stop()
	started := 0
	for {
		select {
		case err := <-done:
			for range started {
				took = append(took, <-each)
			}
			if len(took) == 0 {
				took = []time.Duration{0}
			}
			return took, locked, err
		case <-tick.C:
			started++
			go func() {
				begun := time.Now()
				_ = d.InOrg(ctx, id.Organization("org_01BENCH0000000000000000001"), actor.System("bench"), func(tx *db.OrgTx) error { return audit.Record(tx, signedIn{}) })
				each <- time.Since(begun)
			}()
			var wait *float64
			const waits = `SELECT max(extract(epoch FROM clock_timestamp() - l.waitstart))::float8 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()
				AND a.query NOT LIKE '%audit_expire%' AND a.query NOT LIKE '%audit_partition%'`
			if watcher.QueryRow(ctx, waits).Scan(&wait) == nil && wait != nil {
				locked = max(locked, time.Duration(*wait*float64(time.Second)))
			}
		}
	}
}
