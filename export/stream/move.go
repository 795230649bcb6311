package stream

import (
	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// hold locks the stream's row until the transaction ends, and reads it: a
// delivery that is under way moves the cursor before or after, not meanwhile.
func hold(tx db.OwnedScope, key id.Stream) (*Stream, error) {
	if n, err := streams.Update(tx, key, db.Set{"failures": db.Add("failures", 0)}.Quiet()); err != nil || n != 1 {
		return nil, gone(err)
	}
	return streams.Get(tx, key)
}

// Hold is the stream as it stays until the transaction ends: for changes that
// go by what it is now.
func Hold(tx db.OwnedScope, key id.Stream) (*Stream, error) { return hold(tx, key) }

// Pause stops a stream; it keeps its place. A batch that is on its way may
// still arrive, and is counted then.
func Pause(tx db.OwnedScope, key id.Stream) (*Stream, error) {
	return turn(tx, key, Paused, "paused")
}

// Resume lets a stream go on from its place, at once: also one that failed and
// would be asked again later.
func Resume(tx db.OwnedScope, key id.Stream) (*Stream, error) {
	return turn(tx, key, Active, "resumed")
}

func turn(tx db.OwnedScope, key id.Stream, to State, what string) (*Stream, error) {
	s, err := hold(tx, key)
	if err != nil || s.State == to {
		return s, err
	}
	set := db.Set{"state": to, "next_at": nil, "failures": 0}
	if s.State == Paused && !s.told() {
		set["failing_since"] = nil // while nothing was sent, nothing failed
	}
	s.State = to
	if _, err := streams.Update(tx, key, set); err != nil {
		return nil, err
	}
	if err := record(tx, audit.LogStream{LogStreamEvent: s.event(), Change: what}); err != nil {
		return nil, err
	}
	return streams.Get(tx, key)
}

// Replay sends the entries from a point on again. What is counted as delivered
// goes back with the cursor: a report is complete once all went again.
func Replay(tx db.OwnedScope, key id.Stream, from Point) (*Stream, error) {
	s, err := hold(tx, key)
	if err != nil {
		return nil, err
	}
	to, err := from.before(tx)
	if err != nil {
		return nil, err
	}
	set := db.Set{"position": to, "next_at": nil, "failures": 0}
	switch {
	case to >= s.Position:
		return s, nil // nothing from there on was sent yet
	case to <= s.StartPosition:
		set["start_position"], set["delivered"] = to, 0
	default:
		again, err := audit.Tally(tx, s.feed(to, s.Position))
		if err != nil {
			return nil, err
		}
		set["delivered"] = max(s.Delivered-again, 0)
	}
	if _, err := streams.Update(tx, key, set.Quiet()); err != nil {
		return nil, err
	}
	if err := record(tx, audit.LogStreamReplayed{LogStreamEvent: s.event(), From: to + 1}); err != nil {
		return nil, err
	}
	return streams.Get(tx, key)
}

// feed asks for the stream's entries behind a position, up to another or 0.
func (s *Stream) feed(after, until int64) audit.FeedQuery {
	return audit.FeedQuery{After: after, Until: until, Types: s.Filter.Types}
}

// recount counts from the cursor on: with another filter it is another count.
func (s *Stream) recount(set db.Set) {
	set["start_position"], set["delivered"] = db.Add("position", 0), 0
}
