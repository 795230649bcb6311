// Command webhook measures how fast a server tells endpoints of events, and
// whether one that takes seconds for each keeps the others waiting: the same
// events with and without it. The server is a real one on Postgres; the events
// are written into its log past it, so that their making is not measured.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/bench/server"
	"gatehouse/internal/id"
)

type options struct {
	binary, postgres string
	events, fast     int
	slow             time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.binary, "server", "bin/gatehouse", "the server's binary")
	flag.StringVar(&o.postgres, "postgres", os.Getenv("GATEHOUSE_TEST_POSTGRES"), "a superuser's URL")
	flag.IntVar(&o.events, "events", 4000, "how many events happen at once")
	flag.IntVar(&o.fast, "fast", 5, "endpoints that answer at once")
	flag.DurationVar(&o.slow, "slow", 3*time.Second, "how long the slow endpoint takes for each")
	flag.Parse()
	for _, beside := range []bool{false, true} {
		if err := measure(context.Background(), o, beside); err != nil {
			fmt.Fprintln(os.Stderr, "webhook:", err)
			os.Exit(1)
		}
	}
}

// receivers are endpoints' other sides; arrivals are of the fast ones.
type receivers struct {
	mu       sync.Mutex
	arrivals []time.Time
	lag      []time.Duration // from an event's own time
	slowed   int
}

func (r *receivers) fast(_ http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	var event struct {
		At time.Time `json:"created_at"`
	}
	_ = json.Unmarshal(body, &event)
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arrivals, r.lag = append(r.arrivals, now), append(r.lag, now.Sub(event.At))
}

func (r *receivers) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.arrivals)
}

func measure(ctx context.Context, o options, beside bool) error {
	s, conn, err := prepare(ctx, o)
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(s.Dir))
	defer conn.Close(ctx)
	if _, err := s.Start(); err != nil {
		return err
	}
	defer s.Stop()
	r := &receivers{}
	stop, err := listen(s, r, o, beside)
	if err != nil {
		return err
	}
	defer stop()
	begun := time.Now()
	if err := happen(ctx, conn, o.events); err != nil {
		return err
	}
	want := o.events * o.fast
	for r.count() < want {
		if time.Since(begun) > 5*time.Minute {
			return fmt.Errorf("%d of %d deliveries after five minutes", r.count(), want)
		}
		time.Sleep(5 * time.Millisecond)
	}
	took := slices.MaxFunc(r.arrivals, time.Time.Compare).Sub(begun)
	fmt.Printf("webhook %s: %d events to %d endpoints, %.0f deliveries/s from the commit of the events to the last arrival\n", named(beside, o), o.events, o.fast, float64(want)/took.Seconds())
	return trickle(ctx, conn, r, o, beside)
}

// trickle is how late single events arrive.
func trickle(ctx context.Context, conn *pgx.Conn, r *receivers, o options, beside bool) error {
	const singles = 60
	r.mu.Lock()
	r.arrivals, r.lag = nil, nil
	r.mu.Unlock()
	for range singles {
		if err := happen(ctx, conn, 1); err != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
	for end := time.Now().Add(30 * time.Second); r.count() < singles*o.fast; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("%d of %d single deliveries", r.count(), singles*o.fast)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.Sort(r.lag)
	at := func(part float64) time.Duration {
		return r.lag[int(part*float64(len(r.lag)-1))].Round(time.Millisecond)
	}
	fmt.Printf("webhook %s: single events arrive after p50 %s, p99 %s; the slow endpoint was asked %d times\n", named(beside, o), at(0.5), at(0.99), r.slowed)
	return nil
}

func named(beside bool, o options) string {
	if beside {
		return fmt.Sprintf("beside an endpoint that takes %s", o.slow)
	}
	return "alone"
}

// listen makes the endpoints.
func listen(s *server.Server, r *receivers, o options, beside bool) (func(), error) {
	var open []net.Listener
	stop := func() {
		for _, l := range open {
			_ = l.Close()
		}
	}
	answers := make([]http.HandlerFunc, o.fast)
	for i := range answers {
		answers[i] = r.fast
	}
	if beside {
		answers = append(answers, func(http.ResponseWriter, *http.Request) {
			r.mu.Lock()
			r.slowed++
			r.mu.Unlock()
			time.Sleep(o.slow)
		})
	}
	for _, answer := range answers {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return stop, err
		}
		open = append(open, l)
		go func() { _ = (&http.Server{Handler: answer, ReadHeaderTimeout: time.Minute}).Serve(l) }()
		if err := endpoint(s, "http://"+l.Addr().String()); err != nil {
			return stop, err
		}
	}
	return stop, nil
}

func endpoint(s *server.Server, address string) error {
	r, err := http.NewRequest(http.MethodPost, s.Base+"/webhook_endpoints", strings.NewReader(fmt.Sprintf(`{"endpoint_url":%q,"events":["organization.created"]}`, address)))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+server.APIKey)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusCreated {
		return fmt.Errorf("making an endpoint: %d %s", res.StatusCode, body)
	}
	return nil
}

// happen writes events into the log, in one transaction.
func happen(ctx context.Context, conn *pgx.Conn, n int) error {
	columns := []string{"id", "type", "occurred_at", "recorded_at", "actor_kind", "targets", "data"}
	i := 0
	_, err := conn.CopyFrom(ctx, pgx.Identifier{"audit_events"}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if i++; i > n {
			return nil, nil
		}
		key := id.New[id.Event]()
		data := fmt.Sprintf(`{"object":"organization","id":"org_%s","name":"Halden Marine","domains":[],"external_id":null,"metadata":{}}`, id.ULID())
		return []any{string(key), "organization.created", time.Now(), id.Time(key), "api_key", "[]", data}, nil
	}))
	return err
}

// prepare makes a database of its own.
func prepare(ctx context.Context, o options) (*server.Server, *pgx.Conn, error) {
	const name = "bench_webhook"
	dir, err := os.MkdirTemp("", "webhook")
	if err != nil {
		return nil, nil, err
	}
	admin, err := pgx.Connect(ctx, o.postgres)
	if err != nil {
		return nil, nil, err
	}
	defer admin.Close(ctx)
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name} {
		if _, err := admin.Exec(ctx, statement); err != nil {
			return nil, nil, err
		}
	}
	u, err := url.Parse(o.postgres)
	if err != nil {
		return nil, nil, err
	}
	u.Path = "/" + name
	s := &server.Server{Binary: o.binary, Dir: filepath.Join(dir, "data"), Env: []string{"GATEHOUSE_DATABASE_URL=" + u.String(),
		"GATEHOUSE_MASTER_KEY=YmVuY2gta2V5LWtub3duLXRvLWV2ZXJ5Ym9keS0zMi4=", "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8"}}
	command := exec.Command(o.binary, "migrate")
	command.Env = append(command.Environ(), append(s.Env, "GATEHOUSE_DATA_DIR="+s.Dir)...)
	if out, err := command.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("migrating: %w\n%s", err, out)
	}
	conn, err := pgx.Connect(ctx, u.String())
	return s, conn, err
}
