package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// AuditEntry is an entry of the log, as it stands in its columns.
type AuditEntry struct {
	ID           id.Event
	Organization *id.Organization
	Type         string
	Source       string
	OccurredAt   time.Time
	RecordedAt   time.Time
	Retention    int64
	ActorKind    string
	ActorID      *string
	ActorName    *string
	Targets      []byte
	IPAddress    *string
	UserAgent    *string
	RequestID    *string
	Reference    *string
	Data         []byte
}

const auditEntryColumns = `e.id, e.organization_id, e.type, e.source, e.occurred_at, e.recorded_at, e.retention, e.actor_kind, e.actor_id, e.actor_name,
	e.targets, e.ip_address, e.user_agent, e.request_id, e.reference, e.data`

func (e *AuditEntry) columns() []any {
	return []any{&e.ID, &e.Organization, &e.Type, &e.Source, &e.OccurredAt, &e.RecordedAt, &e.Retention, &e.ActorKind, &e.ActorID, &e.ActorName,
		&e.Targets, &e.IPAddress, &e.UserAgent, &e.RequestID, &e.Reference, &e.Data}
}

// utc makes the times what both databases mean.
func (e *AuditEntry) utc() { e.OccurredAt, e.RecordedAt = e.OccurredAt.UTC(), e.RecordedAt.UTC() }

// AuditHead is where a chain stands.
type AuditHead struct {
	ID       string
	Sequence int64
	Hash     []byte
}

// AuditLink is what the sequencer says of one entry.
type AuditLink struct {
	Position     int64
	Sequence     int64
	PreviousHash []byte
	Hash         []byte
	Terms        []string
}

// AuditNumbers are the links of a batch, one for each of its entries, and the
// heads as they are then.
type AuditNumbers struct {
	Links []AuditLink
	Heads []AuditHead
}

// AuditBatch says which entries to number, and how.
type AuditBatch struct {
	Limit  int
	Except []id.Event // known to wait without an entry: somebody took it
	// Chains are the heads that an entry moves.
	Chains func([]AuditEntry) []string
	// Number links the entries in the order in which they stand: an
	// organization's in that of their ids. Heads that are nowhere yet are not
	// among heads.
	Number func(entries []AuditEntry, heads []AuditHead) (AuditNumbers, error)
}

// AuditNumbered is what became of a batch.
type AuditNumbered struct {
	Entries int
	Missing []id.Event // wait for a number, and are nowhere
	Busy    bool       // another sequencer is at it
}

// NumberAudit numbers what waits, in one transaction: links, heads and what
// waits no longer are there together or not at all. One process does it at a
// time. Whatever has committed by then is in it or in the next batch, in
// whichever order it was begun.
func (d *DB) NumberAudit(ctx context.Context, b AuditBatch) (AuditNumbered, error) {
	if d.Dialect == SQLite {
		return d.numberSQLite(ctx, b)
	}
	return d.numberPostgres(ctx, b)
}

func (n *AuditNumbers) fits(entries []AuditEntry) error {
	if len(n.Links) != len(entries) {
		return fmt.Errorf("%d links for %d entries", len(n.Links), len(entries))
	}
	return nil
}

type scanner interface{ Scan(...any) error }

// scanPending reads what waits; the entry is nil where it is nowhere.
func scanPending(row scanner) (e *AuditEntry, waits id.Event, err error) {
	e, err = scanMaybeEntry(row, []any{&waits})
	return e, waits, err
}

// scanMaybeEntry reads a row that ends with the columns of an entry, or with
// NULLs where there is none.
func scanMaybeEntry(row scanner, before []any) (*AuditEntry, error) {
	var e AuditEntry
	var key, kind, source, actor *string
	var occurred, recorded *time.Time
	var retention *int64
	columns := e.columns()
	columns[0], columns[2], columns[3], columns[4], columns[5], columns[6], columns[7] = &key, &kind, &source, &occurred, &recorded, &retention, &actor
	if err := row.Scan(append(before, columns...)...); err != nil || key == nil {
		return nil, err
	}
	e.ID, e.Type, e.Source, e.OccurredAt, e.RecordedAt, e.Retention, e.ActorKind = id.Event(*key), *kind, *source, occurred.UTC(), recorded.UTC(), *retention, *actor
	return &e, nil
}

func replaced(text string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(text)
}
