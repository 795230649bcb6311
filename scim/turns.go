package scim

import (
	"context"
	"sync"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
)

// What one directory may ask of this server. A provider that is well sends a
// few requests at once and some tens a second; one that runs wild waits for
// itself, and every other directory goes on.
const (
	atOnce   = 8                // work on the database at the same time
	inLine   = 256              // wait for their turn
	patience = 10 * time.Second // for it
)

// rate is what is written down at most, and more than any provider sends.
var rate = limit.Rate{Limit: 1_000_000, Per: 10 * time.Minute}

// count holds a directory to its rate.
func (c *call) count() error {
	if c.h.Limits == nil {
		return nil
	}
	ok, after, err := c.h.Limits.Take(c.ctx(), "scim directory", string(c.token.DirectoryID), rate)
	if err != nil {
		return err
	}
	if !ok {
		return problem.ErrTooMany.WithRetryAfter(after)
	}
	return nil
}

// turns are the lines of directories whose requests are under way.
type turns struct {
	mu    sync.Mutex
	lines map[id.Directory]*line
}

type line struct {
	places chan struct{}
	in     int // working or waiting
}

// take waits for a turn of the directory's, and returns what ends it.
func (t *turns) take(ctx context.Context, d id.Directory) (end func(), err error) {
	l, ok := t.enter(d)
	if !ok {
		return nil, problem.ErrTooMany.WithRetryAfter(time.Second)
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case l.places <- struct{}{}:
		return func() {
			<-l.places
			t.leave(d, l)
		}, nil
	case <-timer.C:
		err = problem.ErrTooMany.WithRetryAfter(time.Second)
	case <-ctx.Done():
		err = ctx.Err()
	}
	t.leave(d, l)
	return nil, err
}

func (t *turns) enter(d id.Directory) (*line, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.lines[d]
	if l == nil {
		l = &line{places: make(chan struct{}, atOnce)}
		if t.lines == nil {
			t.lines = map[id.Directory]*line{}
		}
		t.lines[d] = l
	}
	if l.in >= inLine {
		return nil, false
	}
	l.in++
	return l, true
}

func (t *turns) leave(d id.Directory, l *line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.in--; l.in == 0 {
		delete(t.lines, d)
	}
}
