package db

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
)

// InOrgTogether is InOrg for what comes many at a time and only adds: where fn
// asked the database nothing and postponed all that it writes, that is committed
// in one transaction with what others write in the same organization at the same
// time, and the rows of one table by one statement. Each is answered once the
// commit has been; one that cannot be (a name is somebody else's) fails alone.
func (d *DB) InOrgTogether(ctx context.Context, org id.Organization, who actor.Actor, fn func(*OrgTx) error) error {
	return d.run(ctx, scope{reach: reachOrg, org: org}, who, false, func(tx *Tx) error {
		tx.state.together = true
		return fn(&OrgTx{tx})
	})
}

// commits gathers what is to be committed, organization by organization: two
// transactions of one are under way at a time, and who comes meanwhile goes with
// the next. Whoever waited longest leads that one, on their own connection.
type commits struct {
	mu    sync.Mutex
	lines map[id.Organization]*commitLine
}

type commitLine struct {
	waiting []*joining
	leading int // transactions under way
	alone   int // so many go by themselves yet: one of those before them could not be
}

// joining is somebody who waits.
type joining struct {
	tx   *Tx
	turn chan turn
}

// turn is what they are told: what their commit came to, or what to do.
type turn struct {
	then what
	err  error
}

type what int

const (
	answered what = iota
	lead
	goAlone
)

// How many go together, how long that may take, and how many go alone after one
// that could not be: a provider that sends everybody again is refused as often.
const (
	commitTogether = 16
	commitsAtOnce  = 2
	commitTime     = 20 * time.Second
	aloneAfter     = 16
)

// joins reports whether all that tx does is to add rows in its organization.
func (tx *Tx) joins() bool {
	if !tx.state.together || tx.state.begin == "" {
		return false
	}
	for i := range tx.state.later {
		if s := tx.state.later[i].scope; s.reach != reachGlobal && s != tx.scope {
			return false
		}
	}
	return true
}

func (c *commits) commit(tx *Tx, conn *sql.Conn) error {
	me := &joining{tx: tx, turn: make(chan turn, 1)}
	next := c.join(me)
	if next == answered { // not yet
		t := <-me.turn
		if t.then == answered {
			return t.err
		}
		next = t.then
	}
	if next == lead {
		t := c.lead(me, conn)
		if t.then == answered {
			return t.err
		}
	}
	return tx.commitLater(conn)
}

// join puts somebody in line, and says whether they lead or go alone.
func (c *commits) join(me *joining) what {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[me.tx.scope.org]
	if l == nil {
		if c.lines == nil {
			c.lines = map[id.Organization]*commitLine{}
		}
		l = &commitLine{}
		c.lines[me.tx.scope.org] = l
	}
	if l.alone > 0 {
		l.alone--
		c.leave(me.tx.scope.org, l)
		return goAlone
	}
	if l.leading < commitsAtOnce {
		l.leading++
		return lead
	}
	l.waiting = append(l.waiting, me)
	return answered
}

// lead commits those who wait, me among them.
func (c *commits) lead(me *joining, conn *sql.Conn) (result turn) {
	runtime.Gosched() // whoever is about to come is let come
	group := c.take(me)
	result.err = errors.New("db: a commit was not finished") // where it panics
	defer func() {
		c.pass(me.tx.scope.org, result.then == goAlone)
		for _, other := range group[1:] {
			other.turn <- result
		}
	}()
	if len(group) == 1 {
		result.err = me.tx.commitLater(conn)
		return result
	}
	return me.tx.commitAll(conn, group)
}

// take is who goes together: me, and those who wait.
func (c *commits) take(me *joining) []*joining {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[me.tx.scope.org]
	n := min(len(l.waiting), commitTogether-1)
	group := append([]*joining{me}, l.waiting[:n]...)
	l.waiting = l.waiting[n:]
	return group
}

// pass lets the next one lead.
func (c *commits) pass(org id.Organization, failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[org]
	if failed {
		l.alone = aloneAfter
	}
	if len(l.waiting) == 0 {
		l.leading--
		c.leave(org, l)
		return
	}
	l.waiting[0].turn <- turn{then: lead}
	l.waiting = l.waiting[1:]
}

// leave forgets a line that says nothing any more.
func (c *commits) leave(org id.Organization, l *commitLine) {
	if l.leading == 0 && l.alone == 0 {
		delete(c.lines, org)
	}
}

// commitAll commits what all of them write.
func (tx *Tx) commitAll(conn *sql.Conn, group []*joining) turn {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tx.ctx), commitTime) // one who goes away takes nobody along
	defer cancel()
	all := make([][]later, len(group))
	for i, member := range group {
		all[i] = member.tx.state.later
	}
	carrier := *tx
	state := txState{begin: tx.state.begin}
	carrier.ctx, carrier.state = ctx, &state
	writes := merged(all)
	for i := range writes {
		writes[i].taken = nil // whose it is, each finds out alone
	}
	err := carrier.send(conn, writes, "COMMIT")
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		if err != nil {
			tx.state.begin = "" // whatever was begun is taken back (runOn)
		}
		return turn{err: err}
	}
	// Postgres has refused it, so it is not committed: each may try alone.
	if err := simpleExec(ctx, conn, "ROLLBACK"); err != nil {
		return turn{err: err}
	}
	return turn{then: goAlone}
}
