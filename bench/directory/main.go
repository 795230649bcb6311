package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gatehouse/bench/server"
)

// most is how much dearer than in the smallest directory an operation may be
// in the largest.
const most = 1.5

type options struct {
	binary, cpus, dir, postgres string
	each                        time.Duration
	load                        int
}

func main() {
	var o options
	flag.StringVar(&o.binary, "server", "bin/gatehouse", "the server's binary")
	flag.StringVar(&o.cpus, "cpus", "", "taskset list for the server (empty: no pinning)")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "where SQLite's files go")
	flag.StringVar(&o.postgres, "postgres", "", "a superuser's URL; empty: SQLite")
	flag.DurationVar(&o.each, "d", 3*time.Second, "how long each operation is asked")
	flag.IntVar(&o.load, "load", 10_000, "people of the bulk load (0: none)")
	sizes := flag.String("sizes", "1000,100000", "people in the directory, the smallest first")
	var p peers
	flag.StringVar(&p.dir, "peers", "", "folder of the npm peer scimmy.mjs, to be measured beside it on Postgres, and nothing else")
	flag.IntVar(&p.rounds, "rounds", 5, "rounds in which all are measured in turn")
	flag.StringVar(&p.only, "only", "", "beside the peers, only lanes whose name begins so")
	flag.Parse()
	if p.dir != "" {
		if err := p.compare(context.Background(), o); err != nil {
			fmt.Fprintln(os.Stderr, "directory:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(context.Background(), o, *sizes); err != nil {
		fmt.Fprintln(os.Stderr, "directory:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, sizes string) error {
	dialect := "sqlite"
	if o.postgres != "" {
		dialect = "postgres"
	}
	var first map[string]timing
	for _, text := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		timings, err := measure(ctx, o, dialect, n)
		if err != nil {
			return fmt.Errorf("%s, %d people: %w", dialect, n, err)
		}
		if first == nil {
			first = timings
		}
		for _, op := range operations {
			report(dialect, n, op.name, timings[op.name], first[op.name])
		}
	}
	return nil
}

func report(dialect string, n int, name string, t, smallest timing) {
	verdict := "ok"
	ratio := float64(t.p50) / float64(smallest.p50)
	if ratio > most {
		verdict = "ABOVE"
	}
	fmt.Printf("directory %s %d %s: p50 %.2f ms, p99 %.2f ms, %.0f/s, %.2f of the smallest (%s, at most %.1f), %d errors\n",
		dialect, n, name, ms(t.p50), ms(t.p99), t.rate, ratio, verdict, most, t.errors)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// measure fills a database with n people and asks its server.
func measure(ctx context.Context, o options, dialect string, n int) (map[string]timing, error) {
	s := &server.Server{Binary: o.binary, CPUs: o.cpus, Dir: filepath.Join(o.dir, fmt.Sprintf("directory-%s-%d", dialect, n))}
	if err := os.RemoveAll(s.Dir); err != nil {
		return nil, err
	}
	defer os.RemoveAll(s.Dir)
	store, err := prepare(ctx, o, s, n)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	f, err := fill(ctx, store, n)
	store.Close()
	if err != nil {
		return nil, err
	}
	fmt.Printf("directory %s %d filled in %.0f s\n", dialect, n, time.Since(began).Seconds())
	if _, err := s.Start(); err != nil {
		return nil, err
	}
	defer s.Stop()
	c := newClient(s.Base+"/scim/v2/"+string(f.directory), token, atOnce, f)
	timings := map[string]timing{}
	for _, op := range operations {
		c.ask(op, o.each/3, nil) // warm
		timings[op.name] = c.ask(op, o.each, nil)
		if e := c.firstError(); e != nil {
			return nil, fmt.Errorf("%s: %w", op.name, e)
		}
	}
	if o.load > 0 && n <= 1000 {
		c.bulkLoad(dialect, o.load)
	}
	return timings, c.firstError()
}
