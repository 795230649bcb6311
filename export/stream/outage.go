package stream

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
)

// Notice is what those who manage a stream hear of it.
type Notice struct {
	Stream *Stream
	Since  time.Time // when it began to fail
	Works  bool      // again; else it fails
}

const (
	// tellAfter is how long a stream fails before people are told. One whose
	// destination refuses is told of at once: it does not pass by itself.
	tellAfter = time.Hour
	// tellEvery bounds what one that comes and goes is told of: an outage that
	// begins sooner is told of then, if it still lasts.
	tellEvery = 4 * time.Hour
)

// since is when the outage began of which a failure at now is a part.
func (s *Stream) since(now time.Time) time.Time {
	if s.FailingSince != nil {
		return *s.FailingSince
	}
	return now
}

// told reports whether people were told of the outage that lasts.
func (s *Stream) told() bool {
	return s.FailingSince != nil && s.ToldAt != nil && !s.ToldAt.Before(*s.FailingSince)
}

// tells reports whether people are to be told of a failure at now.
func (s *Stream) tells(now time.Time, refused bool) bool {
	if s.told() || !refused && now.Sub(s.since(now)) < tellAfter {
		return false
	}
	return s.ToldAt == nil || now.Sub(*s.ToldAt) >= tellEvery
}

// after is what follows a change of a stream's row, in the same transaction.
type after func(db.OwnedScope, *Stream) error

// failing tells that a stream fails: the log, where it was not said before, and
// people.
func (e *Engine) failing(before *Stream, tell bool) after {
	return func(tx db.OwnedScope, s *Stream) error {
		if before.State == Active && s.State == Broken {
			if err := record(tx, audit.LogStream{LogStreamEvent: s.event(), Change: "failing"}); err != nil {
				return err
			}
		}
		if !tell || e.Tell == nil {
			return nil
		}
		return e.Tell(tx, Notice{Stream: s, Since: s.since(tx.Now())})
	}
}

// recovered tells that a stream that was said to fail works again; nil where
// nobody was told that it does not.
func (e *Engine) recovered(before *Stream) after {
	told := before.told()
	if !told && before.State != Broken {
		return nil
	}
	return func(tx db.OwnedScope, s *Stream) error {
		if err := record(tx, audit.LogStream{LogStreamEvent: s.event(), Change: "recovered"}); err != nil {
			return err
		}
		if !told || e.Tell == nil {
			return nil
		}
		return e.Tell(tx, Notice{Stream: s, Since: *before.FailingSince, Works: true})
	}
}
