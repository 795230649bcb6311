package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/internal/seal"
)

// sweepArgs is the job that every worker knows, as it lies in the queue.
type sweepArgs struct{}

func (sweepArgs) Kind() string { return "sweep" }

// queue looks at a deployment's jobs from outside.
type queue struct {
	t       testing.TB
	address string
	conn    *pgx.Conn
}

func newQueue(t testing.TB, address string) *queue {
	t.Helper()
	return &queue{t, address, connect(t, address)}
}

func connect(t testing.TB, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func (q *queue) exec(statement string) {
	q.t.Helper()
	if _, err := q.conn.Exec(q.t.Context(), statement); err != nil {
		q.t.Fatal(err)
	}
}

// count counts something about the jobs.
func (q *queue) count(what, where string) (n int) {
	q.t.Helper()
	if err := q.conn.QueryRow(q.t.Context(), "SELECT "+what+" FROM river_job WHERE kind = 'sweep' AND "+where).Scan(&n); err != nil {
		q.t.Fatal(err)
	}
	return n
}

// await waits until so many jobs are as where says.
func (q *queue) await(n int, where string) {
	q.t.Helper()
	deadline := time.Now().Add(40 * time.Second)
	for q.count("count(*)", where) != n {
		if time.Now().After(deadline) {
			q.t.Fatalf("%d jobs with %s, want %d of %d", q.count("count(*)", where), where, n, q.count("count(*)", "true"))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// enqueue adds jobs in a committed transaction, as the product does.
func (q *queue) enqueue(n int) {
	q.t.Helper()
	keys, err := seal.NewKeyring([][]byte{make([]byte, seal.KeySize)})
	if err != nil {
		q.t.Fatal(err)
	}
	d, err := db.Open(q.t.Context(), db.Options{URL: q.address, Keys: keys, MaxConns: 2})
	if err != nil {
		q.t.Fatal(err)
	}
	defer d.Close()
	err = d.Tx(q.t.Context(), actor.System("test"), func(tx *db.Tx) error {
		for range n {
			if err := jobs.Enqueue(tx, sweepArgs{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		q.t.Fatal(err)
	}
}

// hold keeps every sweep waiting in the middle of its work until release.
func (q *queue) hold() (release func()) {
	q.t.Helper()
	holder := connect(q.t, q.address)
	tx, err := holder.Begin(q.t.Context())
	if err == nil {
		_, err = tx.Exec(q.t.Context(), "LOCK TABLE login_attempts IN ACCESS EXCLUSIVE MODE")
	}
	if err != nil {
		q.t.Fatal(err)
	}
	return func() {
		q.t.Helper()
		if err := tx.Rollback(q.t.Context()); err != nil {
			q.t.Fatal(err)
		}
	}
}
