package audit

import (
	"errors"
	"slices"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// EventQuery says which events an application reads.
type EventQuery struct {
	Types         []string // empty: all that are published
	Organization  id.Organization
	Hide          id.Organization // nothing that happens in this one
	Since, Before time.Time
	After         id.Event // the cursor: an event that was read
	Newest        bool     // newest first
	Limit         int
}

// keptEvents is how long events are there at least, whatever an organization's
// retention is.
const keptEvents = 30 * 24 * time.Hour

// maxLooked is how many entries one request for events looks at: an application
// that names its own entries like ours must not keep others from theirs.
var maxLooked = 10_000

// Events are the next events after the cursor, in the order of their positions
// and not of their ids: what committed late comes late, and whoever goes on
// from where this page ended misses nothing. That is the second result, empty
// where nothing is new; it may lie behind the last event, or behind none.
func Events(tx db.OwnedScope, q EventQuery) ([]Event, id.Event, error) {
	f := FeedQuery{Types: PublishedTypes(), Organization: q.Organization, Since: q.Since, Before: q.Before, Newest: q.Newest, Limit: q.Limit}
	if err := q.goOn(tx, &f); err != nil {
		return nil, "", err
	}
	if len(q.Types) > 0 {
		f.Types = slices.DeleteFunc(slices.Clone(q.Types), func(t string) bool { return !Published(t) })
	}
	out, end := []Event{}, id.Event("")
	if len(f.Types) == 0 {
		return out, "", nil
	}
	for looked := 0; ; f.Limit = DefaultFeed {
		rows, err := Feed(tx, f)
		if err != nil {
			return nil, "", err
		}
		for i := range rows {
			e := &rows[i].Event
			if end = e.ID; e.Heard() && (q.Hide == "" || e.OrganizationID == nil || *e.OrganizationID != q.Hide) {
				out = append(out, *e)
			}
			if f.After = rows[i].Position; q.Newest {
				f.After, f.Until = 0, rows[i].Position-1
			}
			if len(out) == q.Limit {
				return out, end, nil
			}
		}
		if looked += len(rows); len(rows) < f.Limit || looked >= maxLooked || q.Newest && f.Until == 0 {
			return out, end, nil
		}
	}
}

// goOn starts behind the cursor. One whose event was kept no longer is an old
// one: what was recorded since then comes, rather twice than never.
func (q EventQuery) goOn(tx db.OwnedScope, f *FeedQuery) error {
	if q.After == "" {
		return nil
	}
	at, err := db.PositionOf(tx, q.After)
	switch made := id.Time(q.After); {
	case err == nil && q.Newest && at == 1:
		f.Types = nil
		f.Before = time.Unix(0, 0) // nothing is older
	case err == nil && q.Newest:
		f.Until = at - 1
	case err == nil:
		f.After = at
	case !errors.Is(err, db.ErrNotFound):
		return err
	case made.IsZero() || tx.Now().Sub(made) < keptEvents:
		return problem.ErrInvalidCursor
	case q.Newest:
		f.Before = earlier(f.Before, made)
	default:
		if since := made.Add(-longest); since.After(f.Since) {
			f.Since = since
		}
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
