package ingest

import (
	"context"
	"sync"
	"time"

	"gatehouse/internal/db"
)

// line is where requests wait for the database: while one transaction is
// written, those that come gather, and go together in the next.
type line struct {
	mu      sync.Mutex
	waiting []*turn
	rows    int // that wait
	writing int
}

// turn is one request's place.
type turn struct {
	ctx     context.Context
	write   *db.AuditWrite
	size    int // bytes
	done    chan struct{}
	written bool
	err     error
}

// What one transaction takes at most, how many are written beside one another
// and how long one may take. While few rows wait one is enough: single entries
// then go together, where two would take half of them each and commit twice.
const (
	maxTurns  = 64
	maxRows   = 2 * MaxEvents
	maxBytes  = 8 << 20 // what goes together waits for its numbers together
	writers   = 2
	worthTwo  = 50 // rows
	writeTime = 20 * time.Second
)

// put waits until w was written, or was not because something is not as it
// says.
func (l *line) put(ctx context.Context, d *db.DB, w *db.AuditWrite) (bool, error) {
	t := &turn{ctx: ctx, write: w, done: make(chan struct{})}
	for i := range w.Rows {
		t.size += len(w.Rows[i].Data) + len(w.Rows[i].Targets)
	}
	l.mu.Lock()
	l.waiting, l.rows = append(l.waiting, t), l.rows+len(w.Rows)
	start := l.writing == 0 || l.writing < writers && l.rows >= worthTwo
	if start {
		l.writing++
	}
	l.mu.Unlock()
	if start {
		go l.work(d)
	}
	select {
	case <-t.done:
		return t.written, t.err
	case <-ctx.Done():
		return false, ctx.Err() // it may be written yet: the Idempotency-Key tells
	}
}

func (l *line) work(d *db.DB) {
	for {
		turns := l.next()
		if len(turns) == 0 {
			return
		}
		l.write(d, turns)
	}
}

// next takes those that go together; none ends the writer.
func (l *line) next() []*turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, rows, size := 0, 0, 0
	for n < len(l.waiting) && n < maxTurns {
		rows, size = rows+len(l.waiting[n].write.Rows), size+l.waiting[n].size
		if n > 0 && (rows > maxRows || size > maxBytes) {
			break
		}
		n++
	}
	turns := l.waiting[:n:n]
	for _, t := range turns {
		l.rows -= len(t.write.Rows)
	}
	l.waiting = l.waiting[n:]
	if n == 0 {
		l.waiting = nil
		l.writing--
	}
	return turns
}

// write tells each what became of it. Where they fail together each is tried
// alone, so that nobody fails for somebody else's sake.
func (l *line) write(d *db.DB, turns []*turn) {
	writes := make([]*db.AuditWrite, 0, len(turns))
	kept := turns[:0]
	for _, t := range turns {
		if t.err = t.ctx.Err(); t.err != nil { // nobody waits for it any more
			close(t.done)
			continue
		}
		kept, writes = append(kept, t), append(writes, t.write)
	}
	if len(kept) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(kept[0].ctx), writeTime)
	defer cancel()
	written, err := d.IngestAudit(ctx, writes)
	if err != nil && len(kept) > 1 {
		for _, t := range kept {
			l.write(d, []*turn{t})
		}
		return
	}
	for i, t := range kept {
		if t.err = err; err == nil {
			t.written = written[i]
		}
		close(t.done)
	}
}
