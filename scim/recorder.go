package scim

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

const (
	recorded     = 4096                   // that wait to be written; who comes then waits too
	recordEvery  = 500 * time.Millisecond // at the latest
	recordAtOnce = 512                    // in one go
	recordWithin = 10 * time.Second       // a go
)

// Recorder writes down what changed nothing: reads, refusals, and what was so
// already. They are written together, soon after they were answered; when the
// process is killed those of the last half second are lost, and nothing else
// is. A change is recorded in its own transaction (directory.RecordRequest).
type Recorder struct {
	DB  *db.DB
	Log *slog.Logger

	queue   chan entry
	hurry   chan struct{} // closed when the server stops
	mu      sync.Mutex
	running bool
	stopped bool
	done    sync.WaitGroup
}

// entry is a request to write, or the use of a token to note, or both.
type entry struct {
	org       id.Organization
	directory id.Directory
	token     id.DirectoryToken
	used      time.Time // zero: it was noted a moment ago
	row       *directory.Request
}

// NewRecorder makes one. It works while there is something to write.
func NewRecorder(d *db.DB, log *slog.Logger) *Recorder {
	return &Recorder{DB: d, Log: log, queue: make(chan entry, recorded), hurry: make(chan struct{})}
}

func (r *Recorder) record(ctx context.Context, t *db.SCIMToken, row *directory.Request) {
	e := entryOf(t, row.CreatedAt)
	e.row = row
	r.put(ctx, e)
}

// used notes that a token let somebody in, at most once a minute.
func (r *Recorder) used(t *db.SCIMToken, at time.Time) {
	if e := entryOf(t, at); !e.used.IsZero() {
		r.put(context.Background(), e)
	}
}

func entryOf(t *db.SCIMToken, at time.Time) entry {
	e := entry{org: t.OrganizationID, directory: t.DirectoryID, token: t.ID}
	if directory.Stale(t.LastUsedAt, at) || directory.Stale(t.Directory.LastSyncedAt, at) {
		e.used = at
	}
	return e
}

// put waits while there is no room: a database that cannot keep up slows its
// callers down.
func (r *Recorder) put(ctx context.Context, e entry) {
	select {
	case r.queue <- e:
	default:
		select {
		case r.queue <- e:
		case <-ctx.Done():
			r.Log.WarnContext(ctx, "a request of a directory was not recorded: the recorder is busy", "directory", e.directory)
			return
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.running {
		r.running = true
		r.done.Go(r.work)
	}
}

// Flush writes what waits, at the server's end. What comes after it is written
// at once.
func (r *Recorder) Flush(ctx context.Context) error {
	r.mu.Lock()
	if !r.stopped {
		r.stopped = true
		close(r.hurry)
	}
	r.mu.Unlock()
	written := make(chan struct{})
	go func() {
		r.done.Wait()
		close(written)
	}()
	select {
	case <-written:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// work writes until nothing waits any more.
func (r *Recorder) work() {
	for {
		r.write(r.gather())
		r.mu.Lock()
		if len(r.queue) == 0 {
			r.running = false
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
	}
}

// gather waits for as many as one go takes, and not for long.
func (r *Recorder) gather() []entry {
	timer := time.NewTimer(recordEvery)
	defer timer.Stop()
	var list []entry
	for len(list) < recordAtOnce {
		select {
		case e := <-r.queue:
			list = append(list, e)
			continue
		default:
		}
		select {
		case e := <-r.queue:
			list = append(list, e)
		case <-timer.C:
			return list
		case <-r.hurry:
			if len(r.queue) == 0 {
				return list
			}
		}
	}
	return list
}

// write writes each directory's in a transaction of its own: one that was
// deleted meanwhile, and cannot have any more, takes nobody else's along.
func (r *Recorder) write(list []entry) {
	of := map[id.Directory][]entry{}
	for _, e := range list {
		of[e.directory] = append(of[e.directory], e)
	}
	for d, entries := range of {
		ctx, cancel := context.WithTimeout(context.Background(), recordWithin)
		err := r.DB.InOrg(ctx, entries[0].org, actor.System("scim recorder"), func(tx *db.OrgTx) error { return writeOf(tx, d, entries) })
		cancel()
		if err != nil {
			r.Log.Warn("requests of a directory were not recorded", "directory", d, "requests", len(entries), "error", err)
		}
	}
}

func writeOf(tx *db.OrgTx, d id.Directory, entries []entry) error {
	var rows []directory.Request
	used := map[id.DirectoryToken]time.Time{}
	for _, e := range entries {
		if e.row != nil {
			rows = append(rows, *e.row)
		}
		if e.used.After(used[e.token]) {
			used[e.token] = e.used
		}
	}
	for token, at := range used {
		if err := directory.Used(tx, d, token, at); err != nil {
			return err
		}
	}
	return directory.RecordRequests(tx, rows)
}
