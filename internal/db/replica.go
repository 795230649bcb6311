package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
)

// A replica serves what may be some seconds old: searches of the log and its
// counts. Whoever reads what they have just written, and every
// sign-in, token and key, asks the primary.

const (
	// MaxBehind is how far behind the primary a replica may be and still serve.
	MaxBehind = 5 * time.Second
	lookEvery = time.Second     // between looks at how far it is
	restAfter = 5 * time.Second // after a look that failed
	lookTime  = 2 * time.Second
)

// replica is a second server with the same data, a little later.
type replica struct {
	pool *pgxpool.Pool
	conn *sql.DB
	log  *slog.Logger

	mu      sync.Mutex
	looking bool
	next    time.Time // of the next look
	refused error     // why it does not serve; nil: it does
	marks   []mark    // how much the primary had written lately, the oldest first
}

// mark is a place in what the primary writes, and when it was there.
type mark struct {
	at    time.Time
	place uint64
}

var (
	errUnseen   = errors.New("nobody has looked at it yet")
	errBehind   = fmt.Errorf("it is more than %s behind the primary", MaxBehind)
	errStranger = errors.New("it is no replica of this primary: their systems or timelines differ")
)

// openReplica connects to nothing yet: a server starts without its replica.
func (d *DB) openReplica(ctx context.Context, o Options) error {
	pool, err := openPool(ctx, o.ReadURL, o.MaxConns, "GATEHOUSE_DATABASE_READ_URL")
	if err != nil {
		return err
	}
	d.replica = &replica{pool: pool, conn: poolConn(pool), log: o.Log, refused: errUnseen}
	if d.replica.log == nil {
		d.replica.log = slog.Default()
	}
	return nil
}

// ReadOrgLate is ReadOrg for what may be some seconds old: on the replica where
// there is one that serves. fn may run twice, so it sets what it reads and adds
// to nothing; whatever it fails by on the replica, the primary is asked.
func (d *DB) ReadOrgLate(ctx context.Context, org id.Organization, fn func(*OrgTx) error) error {
	return d.readLate(ctx, scope{reach: reachOrg, org: org}, func(tx *Tx) error { return fn(&OrgTx{tx}) })
}

// ReadDeploymentLate is ReadDeployment for what may be some seconds old, as
// ReadOrgLate is.
func (d *DB) ReadDeploymentLate(ctx context.Context, fn func(*AllTx) error) error {
	return d.readLate(ctx, scope{reach: reachDeployment}, func(tx *Tx) error { return fn(&AllTx{tx}) })
}

func (d *DB) readLate(ctx context.Context, s scope, fn func(*Tx) error) error {
	if r := d.replica; r != nil && r.serves(ctx, d) == nil {
		// What is not there yet (the row of a cursor, an organization) looks as if
		// it did not exist, and a conflict with replay ends a query: neither is
		// for whoever asks to know.
		err := d.runOn(ctx, r.conn, s, actor.Actor{}, true, fn)
		if err == nil || ctx.Err() != nil {
			return err
		}
		r.lookSoon()
	}
	return d.run(ctx, s, actor.Actor{}, true, fn)
}

// Replica is nil where the replica serves, else why it does not; ok is false
// where none is set.
func (d *DB) Replica(ctx context.Context) (refused error, ok bool) {
	if d.replica == nil {
		return nil, false
	}
	return d.replica.serves(ctx, d), true
}

// serves looks at the replica now and then. One request looks; the others go by
// what was seen last.
func (r *replica) serves(ctx context.Context, d *DB) error {
	r.mu.Lock()
	if r.looking || time.Now().Before(r.next) {
		defer r.mu.Unlock()
		return r.refused
	}
	r.looking = true
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
	defer cancel()
	place, err := r.look(ctx, d)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.looking, r.next = false, time.Now().Add(lookEvery)
	if err == nil {
		err = r.behind(place, time.Now())
	} else {
		r.next = time.Now().Add(restAfter)
	}
	before := r.refused
	r.refused = err
	switch {
	case err == nil && before != nil:
		r.log.Info("the read replica serves")
	case err != nil && (before == nil || errors.Is(before, errUnseen)):
		r.log.Warn("the read replica does not serve: the primary is asked", "error", err)
	}
	return err
}

func (r *replica) lookSoon() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = time.Time{}
}

const (
	primaryPlace = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint, s.system_identifier, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system() s"
	// A server that is not in recovery is the primary by another name, or a
	// replica that was promoted: that has a timeline of its own.
	replicaPlace = `SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, '0/0')::bigint,
		s.system_identifier = $1 AND CASE WHEN pg_is_in_recovery() THEN true ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) = $2 END FROM pg_control_system() s`
)

// look notes where the primary is, and reads how far the replica is.
func (r *replica) look(ctx context.Context, d *DB) (place uint64, err error) {
	now := time.Now() // what is written from here on is newer than the mark says
	var written, replayed, system int64
	var timeline string
	if err := d.pool.QueryRow(ctx, primaryPlace).Scan(&written, &system, &timeline); err != nil {
		return 0, fmt.Errorf("asking the primary where it is: %w", err)
	}
	r.mu.Lock()
	r.marks = append(r.marks, mark{now, uint64(written)})
	if len(r.marks) > 32 {
		r.marks = r.marks[1:]
	}
	r.mu.Unlock()
	same := false
	if err := r.pool.QueryRow(ctx, replicaPlace, system, timeline).Scan(&replayed, &same); err != nil {
		return 0, fmt.Errorf("asking the replica how far it is: %w", err)
	}
	if !same {
		return 0, errStranger
	}
	return uint64(replayed), nil
}

// behind is nil where the replica has all that the primary had written some
// time of MaxBehind ago, or since.
func (r *replica) behind(place uint64, now time.Time) error {
	for _, m := range r.marks {
		if now.Sub(m.at) <= MaxBehind && place >= m.place {
			return nil
		}
	}
	return errBehind
}
