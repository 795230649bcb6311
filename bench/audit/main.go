package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/internal/seal"
)

//go:embed fill.sql
var fillSQL string

type options struct {
	postgres, use string
	server        string
	entries       int64
	rounds        int
	keep          bool
}

func main() {
	var o options
	flag.StringVar(&o.postgres, "postgres", "", "a superuser's URL")
	flag.StringVar(&o.use, "use", "", "a database that is filled already")
	flag.Int64Var(&o.entries, "entries", 1_000_000, "entries over a year")
	flag.IntVar(&o.rounds, "rounds", 40, "how often each search is asked; 0: not at all")
	flag.BoolVar(&o.keep, "keep", false, "leave the database")
	flag.StringVar(&o.server, "server", "", "the program: what is too old is dropped while people sign in to it")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	address, remove, err := prepare(ctx, o)
	if err != nil {
		return err
	}
	defer remove()
	keys, err := seal.NewKeyring([][]byte{[]byte(masterKey)})
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, db.Options{URL: address, Keys: keys})
	if err != nil {
		return err
	}
	defer d.Close()
	raw, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer raw.Close(ctx)
	if o.rounds > 0 {
		if err := searches(ctx, d, raw, o.rounds); err != nil {
			return err
		}
		if err := newest(ctx, d, raw, o.rounds*25); err != nil {
			return err
		}
	}
	if o.server != "" {
		return expire(ctx, d, address, o.server)
	}
	return nil
}

// masterKey seals what the database and the server's program share.
const masterKey = "bench-key-known-to-everybody-32."

// prepare makes, migrates and fills the database.
func prepare(ctx context.Context, o options) (address string, remove func(), err error) {
	u, err := url.Parse(o.postgres)
	if err != nil {
		return "", nil, err
	}
	if o.use != "" {
		u.Path = "/" + o.use
		return u.String(), func() {}, nil
	}
	const name = "audit_bench"
	admin, err := pgx.Connect(ctx, o.postgres)
	if err != nil {
		return "", nil, err
	}
	defer admin.Close(ctx)
	drop := func() error {
		_, err := admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		return err
	}
	if err := drop(); err != nil {
		return "", nil, err
	}
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	address = u.String()
	remove = func() {
		if o.keep {
			return
		}
		if again, err := pgx.Connect(ctx, o.postgres); err == nil {
			defer again.Close(ctx)
			_, _ = again.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		}
	}
	if err := db.Migrate(ctx, db.Options{URL: address}, jobs.Migrate); err != nil {
		return "", remove, err
	}
	return address, remove, fill(ctx, address, o.entries)
}

// later are indexes that are cheaper to make when the rows are there.
var later = []string{
	"audit_tiles_sequence ON audit_tiles (organization_id, last_sequence)", "audit_tiles_place ON audit_tiles (organization_id, last_position)",
	"audit_tiles_organization ON audit_tiles (organization_id, recorded_at, last_recorded_at)", "audit_tiles_recorded ON audit_tiles (recorded_at, last_recorded_at)", "audit_tiles_terms ON audit_tiles USING gin (terms)",
	"audit_events_organization ON audit_events (organization_id, id)", "audit_events_reference ON audit_events (reference) WHERE reference IS NOT NULL",
}

// heads are how many entries each organization has, which a search asks for.
const heads = `INSERT INTO audit_heads (id, sequence, hash, updated_at)
	SELECT coalesce(organization_id, 'all'), sum(last_position - position + 1), '', now() FROM audit_tiles GROUP BY GROUPING SETS ((organization_id), ())`

func fill(ctx context.Context, address string, entries int64) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	statements := []string{fillSQL, "SELECT audit_partition(month, days) FROM audit_wanted((now() - interval '370 days')::date, (now() + interval '3 months')::date)",
		"SELECT audit_partition(m::date, 30) FROM generate_series(date_trunc('month', now() - interval '12 months'), now(), interval '1 month') m",
		"SET session_replication_role = replica", "SET synchronous_commit = off"}
	for _, index := range later {
		name, _, _ := cut(index)
		statements = append(statements, "DROP INDEX "+name)
	}
	const chunk = 240_000 // whole bursts
	for at := int64(0); at < entries; at += chunk {
		statements = append(statements, fmt.Sprintf("SELECT bench_fill(%d, 365, %d, %d)", entries, at, min(at+chunk, entries)-1))
	}
	for _, index := range later {
		statements = append(statements, "CREATE INDEX "+index)
	}
	begun := time.Now()
	for _, s := range append(statements, heads, "VACUUM ANALYZE") {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("filling (%.60s): %w", s, err)
		}
	}
	fmt.Printf("audit filled with %d entries in %.0f s\n", entries, time.Since(begun).Seconds())
	return nil
}

func cut(index string) (name, rest string, ok bool) {
	for i := range index {
		if index[i] == ' ' {
			return index[:i], index[i+1:], true
		}
	}
	return index, "", false
}

// of is a quantile of durations.
func of(all []time.Duration, q float64) float64 {
	all = slices.Sorted(slices.Values(all))
	return float64(all[min(int(q*float64(len(all))), len(all)-1)].Microseconds()) / 1000
}
