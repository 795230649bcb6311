package api

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/id"
)

// What one request streams at most and where nothing is said, how many entries
// are read at once, and how long a client may take for those.
const (
	streamMost  = 100_000
	streamPage  = 1000
	streamPiece = 30 * time.Second
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

// stream reads page by page, so that it holds no transaction open for a slow
// client, and keeps no more than one page.
func (c *call) stream(q audit.FeedQuery, limit int) error {
	rows, err := c.streamed(&q, limit, true)
	if err != nil {
		return err
	}
	w := c.Response()
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Trailer", positionHeader)
	w.WriteHeader(http.StatusOK)
	out, deadline := bufio.NewWriterSize(w, 64<<10), http.NewResponseController(w)
	c.SetRequest(c.Request().WithContext(context.WithoutCancel(c.ctx()))) // a long stream has a time for each page
	line := make([]byte, 0, 2<<10)
	for len(rows) > 0 {
		_ = deadline.SetWriteDeadline(time.Now().Add(streamPiece))
		for i := range rows {
			r := audit.ChainRecord(rows[i])
			line = append(r.AppendLine(line[:0]), '\n')
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
		q.After, limit = rows[len(rows)-1].Position, limit-len(rows)
		if rows, err = c.streamed(&q, limit, false); err != nil {
			panic(http.ErrAbortHandler) // the client must not take what it has for all of it
		}
	}
	w.Header().Set(positionHeader, strconv.FormatInt(q.After, 10))
	return out.Flush()
}

// streamed is the next page; the first looks whether the key sees the
// organization.
func (c *call) streamed(q *audit.FeedQuery, left int, first bool) (rows []audit.Numbered, err error) {
	if left <= 0 {
		return nil, nil
	}
	q.Limit = min(left, streamPage)
	err = c.reading(func(tx reach) (err error) {
		if first && q.Organization != "" {
			if _, err := tx.organization(q.Organization); err != nil {
				return err
			}
		}
		rows, err = audit.Feed(tx.rows, *q)
		return err
	})
	return rows, err
}
