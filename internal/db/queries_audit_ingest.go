package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
)

// AuditWrite is what one request of an application writes into the log, and
// what has to be true for it: the organization is there (the operators' own is
// not), the schemas are those that the entries were held against, and nothing
// came under the same Idempotency-Key.
type AuditWrite struct {
	Organization id.Organization
	Rows         []AuditRow // their times are the database's already: UTC, to the microsecond
	Repeat       id.Repeat  // empty: the request has no Idempotency-Key
	Digest       []byte     // of what was sent under it
	Actions      []string   // of which
	Versions     []int64    // these were the newest schemas
}

// statement writes w.Rows, or none of them: what has to
// be true is looked at, and the key is taken, where the rows are written.
func (w *AuditWrite) statement(now time.Time) (string, []any) {
	var b strings.Builder
	args := []any{string(w.Organization), w.Actions, w.Versions}
	b.WriteString(`WITH known AS (SELECT FROM organizations WHERE id = $1 AND NOT system AND NOT EXISTS (
		SELECT FROM unnest($2::text[], $3::bigint[]) AS seen (action, version)
		WHERE seen.version <> (SELECT coalesce(max(s.version), 0) FROM audit_schemas s WHERE s.action = seen.action)))`)
	from := "known"
	if w.Repeat != "" {
		args = append(args, string(w.Repeat), string(w.Rows[0].ID), w.Digest, now)
		b.WriteString(`, once AS (INSERT INTO audit_repeats (id, organization_id, event_id, digest, created_at)
			SELECT $4::text, $1, $5::text, $6::bytea, $7::timestamptz FROM known ON CONFLICT DO NOTHING RETURNING 1)`)
		from = "once"
	}
	b.WriteString(` INSERT INTO audit_events (organization_id, source, request_id, id, type, occurred_at, recorded_at, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, data) SELECT $1, 'application', `)
	n := len(args)
	parameter := func(kind string) {
		n++
		fmt.Fprintf(&b, "$%d::%s", n, kind)
	}
	parameter("text")
	args = append(args, w.Rows[0].RequestID)
	if len(w.Rows) == 1 {
		for i, v := range w.Rows[0].ingested() {
			b.WriteString(", ")
			parameter(ingestedTypes[i])
			args = append(args, v)
		}
		b.WriteString(" FROM " + from)
		return b.String(), args
	}
	b.WriteString(", e.id, e.type, e.occurred_at, e.recorded_at, e.actor_kind, e.actor_id, e.actor_name, e.targets::json, e.ip_address, e.user_agent, e.data::json FROM " + from + ", unnest(")
	for i := range ingestedTypes {
		if i > 0 {
			b.WriteString(", ")
		}
		kind := ingestedTypes[i]
		if kind == "json" {
			kind = "text"
		}
		parameter(kind + "[]")
	}
	b.WriteString(") AS e (id, type, occurred_at, recorded_at, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, data)")
	return b.String(), append(args, ingestedColumns(w.Rows)...)
}

// ingestedTypes are those of an entry's columns that differ from row to row,
// in the order of ingested.
var ingestedTypes = [...]string{"text", "text", "timestamptz", "timestamptz", "text", "text", "text", "json", "text", "text", "json"}

func (a *AuditRow) ingested() [len(ingestedTypes)]any {
	return [...]any{string(a.ID), a.Type, a.OccurredAt, a.RecordedAt, a.ActorKind, a.ActorID, a.ActorName, string(a.Targets), a.IPAddress, a.UserAgent, string(a.Data)}
}

// ingestedColumns are rows as one array for each column.
func ingestedColumns(rows []AuditRow) []any {
	n := len(rows)
	ids, types, kinds, targets, data := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	occurred, recorded := make([]time.Time, n), make([]time.Time, n)
	actors, names, addresses, agents := make([]*string, n), make([]*string, n), make([]*string, n), make([]*string, n)
	for i := range rows {
		a := &rows[i]
		ids[i], types[i], kinds[i], targets[i], data[i] = string(a.ID), a.Type, a.ActorKind, string(a.Targets), string(a.Data)
		occurred[i], recorded[i] = a.OccurredAt, a.RecordedAt
		actors[i], names[i], addresses[i], agents[i] = a.ActorID, a.ActorName, a.IPAddress, a.UserAgent
	}
	return []any{ids, types, occurred, recorded, kinds, actors, names, targets, addresses, agents, data}
}

// IngestAudit writes what several requests write, in one transaction, and says
// of each whether it was written. On Postgres it is one round trip.
func (d *DB) IngestAudit(ctx context.Context, writes []*AuditWrite) ([]bool, error) {
	if d.Dialect == SQLite {
		return d.ingestSQLite(ctx, writes)
	}
	now := d.now()
	b := &pgx.Batch{}
	var set id.Organization
	for _, w := range writes {
		if w.Organization != set {
			b.Queue(setScopeStatement, string(w.Organization), "")
			set = w.Organization
		}
		statement, args := w.statement(now)
		b.Queue(statement, args...)
	}
	return d.ingestBatch(ctx, b, writes)
}

func (d *DB) ingestBatch(ctx context.Context, b *pgx.Batch, writes []*AuditWrite) ([]bool, error) {
	results := d.pool.SendBatch(ctx, b)
	written := make([]bool, len(writes))
	var set id.Organization
	for i, w := range writes {
		if w.Organization != set {
			if _, err := results.Exec(); err != nil {
				results.Close()
				return nil, fmt.Errorf("setting the scope: %w", err)
			}
			set = w.Organization
		}
		tag, err := results.Exec()
		if err != nil {
			results.Close()
			return nil, fmt.Errorf("writing entries: %w", err)
		}
		written[i] = tag.RowsAffected() == int64(len(w.Rows))
	}
	// Close waits for the commit's answer.
	return written, results.Close()
}

// ingestSQLite is IngestAudit where there is one writer and no round trip.
func (d *DB) ingestSQLite(ctx context.Context, writes []*AuditWrite) ([]bool, error) {
	written := make([]bool, len(writes))
	err := d.Tx(ctx, actor.Actor{}, func(tx *Tx) error {
		for i, w := range writes {
			var err error
			if written[i], err = w.insertSQLite(tx); err != nil {
				return fmt.Errorf("writing entries: %w", err)
			}
		}
		return nil
	})
	return written, err
}

func (w *AuditWrite) insertSQLite(tx *Tx) (bool, error) {
	for i, action := range w.Actions {
		var newest int64
		if err := tx.session().Raw("SELECT coalesce(max(version), 0) FROM audit_schemas WHERE action = ?", action).Scan(&newest).Error; err != nil || newest != w.Versions[i] {
			return false, err
		}
	}
	var known int64
	if err := tx.session().Raw("SELECT count(*) FROM organizations WHERE id = ? AND NOT system", w.Organization).Scan(&known).Error; err != nil || known == 0 {
		return false, err
	}
	if w.Repeat != "" {
		once := tx.session().Exec("INSERT INTO audit_repeats (id, organization_id, event_id, digest, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			w.Repeat, w.Organization, w.Rows[0].ID, w.Digest, tx.now)
		if once.Error != nil || once.RowsAffected == 0 {
			return false, once.Error
		}
	}
	for i := range w.Rows {
		a := &w.Rows[i]
		values := a.ingested()
		args := append([]any{w.Organization, a.RequestID}, values[:]...)
		if err := tx.session().Exec(`INSERT INTO audit_events (organization_id, source, request_id, id, type, occurred_at, recorded_at, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, data)
			VALUES (?, 'application', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, args...).Error; err != nil {
			return false, err
		}
	}
	return true, nil
}

// TakesEntries reports whether there is such an organization for applications.
func TakesEntries(tx AnyScope, org id.Organization) (bool, error) {
	var known bool
	err := tx.base().session().Raw("SELECT EXISTS (SELECT 1 FROM organizations WHERE id = ? AND NOT system)", org).Scan(&known).Error
	return known, err
}

// HasOrganization reports whether there is such an organization.
func HasOrganization(tx AnyScope, org id.Organization) (bool, error) {
	var known bool
	err := tx.base().session().Raw("SELECT EXISTS (SELECT 1 FROM organizations WHERE id = ?)", org).Scan(&known).Error
	return known, err
}

// AuditWaits reports whether entries up to and with this id that the
// transaction sees wait for their numbers. One that somebody took away has
// none to come: nobody waits for it.
func AuditWaits(tx OwnedScope, until id.Event) (bool, error) {
	there := "e.id = p.event_id"
	if tx.base().db.Dialect == Postgres {
		there += " AND e.recorded_at = p.recorded_at AND e.retention = p.retention"
	}
	var waits bool
	err := tx.base().session().Raw("SELECT EXISTS (SELECT 1 FROM audit_pending p WHERE p.event_id <= ? AND EXISTS (SELECT 1 FROM audit_events e WHERE "+there+"))", until).Scan(&waits).Error
	return waits, err
}

// sweepRepeats is how many are removed at once: no long transaction.
const sweepRepeats = 5000

// SweepAuditRepeats forgets Idempotency-Keys that came before then, of every
// organization, and says how many it has removed; call it until it is none.
func SweepAuditRepeats(tx *AllTx, before time.Time) (int64, error) {
	r := tx.session().Exec("DELETE FROM audit_repeats WHERE id IN (SELECT id FROM audit_repeats WHERE created_at < ? LIMIT ?)", before, sweepRepeats)
	return r.RowsAffected, r.Error
}
