package stream

import (
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/export/sink"
	"gatehouse/internal/db"
)

// What a batch has at most.
const (
	maxEntries = 500
	firstRead  = 50 // grows with each batch: nobody knows how large entries are
	maxBytes   = 1 << 20
)

const (
	idleTime = time.Minute
	sendTime = 2 * time.Minute
	// scanAhead is how far a stream that carries little may have read behind
	// its cursor before the cursor is moved there.
	scanAhead = 10_000
)

// batch is a part of the log on its way.
type batch struct {
	stream  *Stream
	head    int64 // of the log, as it was read
	entries []sink.Entry
	values  map[string]string // the destination's settings, where it must be opened
	pause   *pause            // nothing is to be sent now
}

// read reads the stream's row and what is behind its cursor, as of one moment.
func (h *holder) read() (b batch, err error) {
	err = h.engine.DB.ReadDeployment(h.ctx, func(tx *db.AllTx) error {
		return Within(tx, h.key, func(own db.OwnedScope, s *Stream) (err error) {
			b, err = h.readOwn(own, s)
			return err
		})
	})
	return b, err
}

func (h *holder) readOwn(tx db.OwnedScope, s *Stream) (batch, error) {
	b := batch{stream: s}
	h.saw(s)
	if s.State == Paused || s.Lease == nil || *s.Lease != h.engine.lease {
		b.pause = &pause{end: true}
		return b, nil
	}
	if s.NextAt != nil {
		if left := s.NextAt.Sub(tx.Now()); left > 0 {
			b.pause = &pause{wait: left}
			return b, nil
		}
	}
	if s.Position != h.cursor || !s.UpdatedAt.Equal(h.version) { // also by a replay, or with another filter
		h.cursor, h.version, h.scanned = s.Position, s.UpdatedAt, s.Position
	}
	var err error
	if b.head, err = audit.Head(tx); err != nil || b.head <= h.scanned {
		return b, err
	}
	q := s.feed(h.scanned, b.head)
	q.Limit = h.limit
	var cut bool
	if b.entries, cut, err = entries(tx, q); err != nil {
		return b, err
	}
	if cut {
		h.limit = len(b.entries) // large ones: no more of them are read than go
	}
	if h.sink == nil || !h.opened.Equal(s.UpdatedAt) {
		b.values, err = s.values(tx)
	}
	return b, err
}

// entries are what is to go as sinks have it, as many as a batch may hold; cut
// says that there were more.
func entries(tx db.OwnedScope, q audit.FeedQuery) (list []sink.Entry, cut bool, err error) {
	size := 0
	err = audit.EachRecord(tx, q, func(p *audit.Placed) bool {
		line := p.Line()
		if size += len(line) + 1; size > maxBytes && len(list) > 0 {
			cut = true
			return false
		}
		list = append(list, sink.Entry{Position: p.Position, Sequence: p.Sequence, Organization: p.Organization, ID: p.ID, Type: p.Type,
			OccurredAt: p.OccurredAt, Line: line})
		return true
	})
	return list, cut, err
}

// deliver has the destination take the batch.
func (h *holder) deliver(b batch, p *place) error {
	begun := time.Now()
	defer time.AfterFunc(slowTime, p.makeWay).Stop()
	defer func() { h.slow = time.Since(begun) >= slowTime }()
	return sink.Safely(func() error {
		if b.values != nil {
			if err := h.open(b); err != nil {
				return err
			}
		}
		ctx, cancel := context.WithTimeout(h.ctx, sendTime)
		defer cancel()
		return h.sink.Send(ctx, sink.Batch{Entries: b.entries})
	})
}

// open opens the destination as it is set up now.
func (h *holder) open(b batch) error {
	if h.sink != nil {
		_ = h.sink.Close() // what it took it answered for
		h.sink = nil
	}
	service := h.engine.Service
	kind, known := service.kind(b.stream.Type)
	if !known {
		return sink.Never("This server knows no destinations of type %s.", b.stream.Type)
	}
	values, err := kind.Complete(b.values, true)
	if err != nil {
		return err
	}
	settings := sink.Settings{Values: values, Stream: string(b.stream.ID)}
	if b.stream.OrganizationID != nil {
		settings.Organization = string(*b.stream.OrganizationID)
	}
	if h.sink, err = kind.Open(settings, service.Dial); err != nil {
		h.sink = nil
		return err
	}
	h.opened = b.stream.UpdatedAt
	return nil
}
