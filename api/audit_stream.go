package api

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/id"
)

// What one request streams at most and where nothing is said, how many bytes
// are read at once, and how long a client may take for those.
const (
	streamMost  = 100_000
	streamPiece = 4 << 20
	streamTime  = 30 * time.Second
)

func (h *Handler) auditStreamRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/audit_logs/events/stream", Tag: "Audit log",
			Summary: "Numbered entries in the order of the log as lines of JSON, as exports have them, for programs that copy the log. Go on with after: the header Audit-Log-Position, a trailer, says how far it came.",
			Query: []param{{Name: "organization_id", About: "Of that organization. A key of the deployment that names none gets every entry."},
				{Name: "after", About: "Entries behind this position; 0 is the beginning."}, {Name: "limit", About: "How many, up to 100,000."}},
			Status: 200, Answer: auditEvent{}, Foreign: absentQuery("organization_id={organization}"), run: streamAuditEvents},
	}
}

// positionHeader says how far a stream came.
const positionHeader = "Audit-Log-Position"

func streamAuditEvents(c *call) error {
	q := audit.FeedQuery{}
	var err error
	limit := streamMost
	if text := c.query.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > streamMost {
			return invalid("limit", "limit is a whole number from 1 to 100,000.")
		}
	}
	if text := c.query.Get("after"); text != "" {
		if q.After, err = strconv.ParseInt(text, 10, 64); err != nil || q.After < 0 {
			return invalid("after", "after is a position: a whole number from 0.")
		}
	}
	if text := c.query.Get("organization_id"); text != "" {
		if q.Organization, err = parse[id.Organization](text); err != nil {
			return err
		}
	}
	return c.stream(q, limit)
}

// stream reads piece by piece, so that it holds no transaction open for a slow
// client, and keeps no more than two of them: one is read while the one before
// it is sent.
func (c *call) stream(q audit.FeedQuery, limit int) error {
	s := streaming{call: c, left: limit, reader: audit.Reader{Query: q, Bytes: streamPiece, Line: recordLine}}
	room := [2]*[]byte{pieces.Get().(*[]byte), pieces.Get().(*[]byte)}
	defer func() { pieces.Put(room[0]); pieces.Put(room[1]) }()
	now, err := s.next((*room[0])[:0], true)
	if err != nil {
		return err
	}
	w := c.Response()
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Trailer", positionHeader)
	w.WriteHeader(http.StatusOK)
	c.SetRequest(c.Request().WithContext(context.WithoutCancel(c.ctx()))) // a long stream has a time for each piece
	deadline, coming := http.NewResponseController(w), make(chan piece)
	for n := 1; len(now.lines) > 0; n++ {
		go func() { coming <- s.ahead((*room[n%2])[:0]) }()
		_ = deadline.SetWriteDeadline(time.Now().Add(streamTime))
		_, err := w.Write(now.lines)
		next := <-coming
		if err != nil {
			return err
		}
		if next.err != nil {
			panic(http.ErrAbortHandler) // the client must not take what it has for all of it
		}
		now = next
	}
	w.Header().Set(positionHeader, strconv.FormatInt(s.reader.Query.After, 10))
	return nil
}

// pieces are used again: a piece would otherwise be most of what a stream leaves
// to the garbage collector. One that a large entry made longer is not kept.
var pieces = sync.Pool{New: func() any {
	b := make([]byte, 0, streamPiece+64<<10)
	return &b
}}

func recordLine(b []byte, p *audit.Placed) []byte { return append(p.AppendLine(b), '\n') }

// streaming is how far a stream came.
type streaming struct {
	call   *call
	left   int
	end    bool
	reader audit.Reader
}

// piece is a part of a stream; one without lines is the end.
type piece struct {
	lines []byte
	err   error
}

// ahead reads beside the request: what would panic there must not end the
// server here.
func (s *streaming) ahead(b []byte) (p piece) {
	defer func() {
		if r := recover(); r != nil {
			p.err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			s.call.h.log().ErrorContext(s.call.ctx(), "reading a stream's next piece", "error", p.err)
		}
	}()
	p, err := s.next(b, false)
	p.err = err
	return p
}

// next reads a piece into b; with the first it looks whether the key sees the
// organization.
func (s *streaming) next(b []byte, first bool) (p piece, err error) {
	if s.left <= 0 || s.end {
		return p, nil
	}
	err = s.call.reading(func(tx reach) (err error) {
		if org := s.reader.Query.Organization; first && org != "" {
			if _, err := tx.organization(org); err != nil {
				return err
			}
		}
		var read int
		p.lines, read, s.end, err = s.reader.Next(tx.rows, b, s.left)
		s.left -= read
		return err
	})
	return p, err
}
