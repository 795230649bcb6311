package sink

import (
	"context"
	"time"
)

// Sink is one open destination. The stream engine sends from one goroutine.
type Sink interface {
	// Send returns nil once the destination has taken every entry, in order.
	Send(ctx context.Context, b Batch) error
	Close() error
}

// Batch is entries in the order of their positions: at least one.
type Batch struct{ Entries []Entry }

// Entry is one entry of the audit log.
type Entry struct {
	Position     int64  // over the whole deployment
	Sequence     int64  // within the organization
	Organization string // "": the deployment's own
	ID           string // a receiver recognises a repeat by it
	Type         string
	OccurredAt   time.Time
	Line         []byte // the whole entry as one JSON object, without a line's end
}

// Size is how many bytes the lines of a batch have, each with its end.
func (b Batch) Size() int {
	n := 0
	for _, e := range b.Entries {
		n += len(e.Line) + 1
	}
	return n
}

// First and Last are the ends of a batch.
func (b Batch) First() Entry { return b.Entries[0] }

// Last is the last entry.
func (b Batch) Last() Entry { return b.Entries[len(b.Entries)-1] }
