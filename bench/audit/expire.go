package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/audit/retention"
	"gatehouse/audit/sequence"
	"gatehouse/bench/server"
	"gatehouse/internal/db"
)

// What is promised (a keycloak deployment stood still while old events were
// deleted): sign-ins at that rate, and the most that one, and a lock, may take.
const (
	perSecond  = 50
	mostSignIn = 200 * time.Millisecond
	mostLock   = 100 * time.Millisecond
	before     = 20 * time.Second
	atLeast    = 20 * time.Second
)

// expire drops what is too old, as a worker does, while people sign in to a
// server by mailed codes, and watches for how long anybody waits for a lock.
func expire(ctx context.Context, d *db.DB, address, program string) error {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &server.Server{Binary: program, Dir: dir, Env: []string{"GATEHOUSE_DATABASE_URL=" + address, "GATEHOUSE_WORKER=off",
		"GATEHOUSE_MASTER_KEY=" + base64.StdEncoding.EncodeToString([]byte(masterKey))}}
	if _, err := s.Start(); err != nil {
		return err
	}
	defer s.Stop()
	people, err := register(s)
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	keeper := &retention.Keeper{DB: d, Signer: &sequence.Signer{DB: d, Log: log}, Log: log}
	leaves, err := d.ExpiredAuditLeaves(ctx)
	if err != nil {
		return err
	}
	wait := func(until time.Duration) { time.Sleep(until) }
	quiet, _, err := signingIn(ctx, s, people, address, func() error { wait(before); return nil })
	if err != nil {
		return err
	}
	runs, took := 0, time.Duration(0)
	during, locked, err := signingIn(ctx, s, people, address, func() (err error) {
		begun := time.Now()
		runs, err = keeper.Expire(ctx)
		took = time.Since(begun)
		wait(atLeast - took)
		return err
	})
	if err != nil {
		return err
	}
	verdict := "ok"
	if of(during, 0.99) > ms(mostSignIn) || locked > mostLock {
		verdict = "ABOVE"
	}
	fmt.Printf("audit retention: %d partitions dropped and %d runs signed in %.1f s; %d sign-ins meanwhile: p50 %.1f ms, p99 %.1f ms (%d before: p50 %.1f ms, p99 %.1f ms); longest lock wait %.0f ms (%s)\n",
		len(leaves), runs, took.Seconds(), len(during), of(during, 0.5), of(during, 0.99), len(quiet), of(quiet, 0.5), of(quiet, 0.99), ms(locked), verdict)
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// lockWaits is for how long somebody waits for a lock now; the upkeep itself may
// wait, it gives way.
const lockWaits = `SELECT max(extract(epoch FROM clock_timestamp() - l.waitstart))::float8 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()
	AND a.query NOT LIKE '%audit_expire%' AND a.query NOT LIKE '%audit_partition%'`

// signingIn has people sign in at a steady rate while do runs. All must succeed.
func signingIn(ctx context.Context, s *server.Server, people []string, address string, do func() error) (took []time.Duration, locked time.Duration, err error) {
	watcher, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, 0, err
	}
	defer watcher.Close(ctx)
	done := make(chan error, 1)
	go func() { done <- do() }()
	type result struct {
		took time.Duration
		err  error
	}
	each := make(chan result, 100_000)
	tick := time.NewTicker(time.Second / perSecond)
	defer tick.Stop()
	for started := 0; ; started++ {
		select {
		case err := <-done:
			for range started {
				r := <-each
				if r.err != nil {
					return nil, 0, fmt.Errorf("a sign-in: %w", r.err)
				}
				took = append(took, r.took)
			}
			return took, locked, err
		case <-tick.C:
			person, n := people[started%len(people)], started
			go func() {
				took, err := signIn(s, person, n)
				each <- result{took, err}
			}()
			var wait *float64
			if watcher.QueryRow(ctx, lockWaits).Scan(&wait) == nil && wait != nil {
				locked = max(locked, time.Duration(*wait*float64(time.Second)))
			}
		}
	}
}
