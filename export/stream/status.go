package stream

import (
	"strconv"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/wire"
)

// Status is how far a stream is. Head and At are the organization's numbers or,
// of a stream of every organization, positions.
type Status struct {
	Stream      *Stream
	Head        int64
	At          int64      // the number of the last one delivered
	Lag         int64      // entries that wait
	BehindSince *time.Time // when the first of them was recorded
	Expected    int64      // entries there were to deliver since the stream's start
}

// StatusOf reads how far a stream is.
func StatusOf(tx db.OwnedScope, s *Stream) (st Status, err error) {
	if all, is := tx.(*db.AllTx); is && s.OrganizationID != nil {
		err = all.In(*s.OrganizationID, func(own *db.OrgTx) error {
			st, err = statusOf(own, s)
			return err
		})
		return st, err
	}
	return statusOf(tx, s)
}

func statusOf(tx db.OwnedScope, s *Stream) (Status, error) {
	st := Status{Stream: s}
	head, err := audit.Head(tx)
	if err != nil {
		return st, err
	}
	if st.Head, err = last(tx, head); err != nil {
		return st, err
	}
	if st.At, err = last(tx, s.Position); err != nil {
		return st, err
	}
	if head > s.Position {
		if err := st.waiting(tx, head); err != nil {
			return st, err
		}
	}
	st.Expected = s.Delivered + st.Lag
	if len(s.Filter.Types) > 0 {
		return st, nil // numbers have gaps where the filter leaves entries out
	}
	start, err := last(tx, s.StartPosition)
	st.Expected = st.Head - start
	return st, err
}

func (st *Status) waiting(tx db.OwnedScope, head int64) (err error) {
	q := st.Stream.feed(st.Stream.Position, head)
	if st.Lag, err = audit.Tally(tx, q); err != nil || st.Lag == 0 {
		return err
	}
	q.Limit = 1
	first, err := audit.Feed(tx, q)
	if err == nil && len(first) > 0 {
		st.BehindSince = &first[0].RecordedAt
	}
	return err
}

// Missing is how many entries neither were delivered nor wait: their time was
// up before they could be sent.
func (st Status) Missing() int64 { return max(st.Expected-st.Stream.Delivered-st.Lag, 0) }

// Complete reports whether every entry there is was delivered.
func (st Status) Complete() bool { return st.Lag == 0 && st.Missing() == 0 }

// Report is the status in a sentence: delivered 1,204,331 of 1,204,331.
func (st Status) Report() string {
	return "delivered " + grouped(st.Stream.Delivered) + " of " + grouped(st.Expected)
}

// grouped writes a number with its thousands apart.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Wire is the status as the API shows it.
func (st Status) Wire() wire.LogStreamStatus {
	s := st.Stream
	return wire.LogStreamStatus{ID: s.ID, State: string(s.State), SequenceHead: st.Head, SequenceDelivered: st.At, Lag: st.Lag,
		BehindSince: wire.MaybeAt(st.BehindSince), LastDeliveredAt: wire.MaybeAt(s.LastDeliveredAt), LastError: s.LastError, LastErrorAt: wire.MaybeAt(s.LastErrorAt),
		Failures: s.Failures, NextAttemptAt: wire.MaybeAt(s.NextAt),
		Report: wire.LogStreamReport{Delivered: s.Delivered, Expected: st.Expected, Missing: st.Missing(), Complete: st.Complete(), Sentence: st.Report()}}
}
