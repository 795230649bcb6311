package db

import (
	"context"
	"fmt"
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

// ingest writes the entries of several requests of one organization, of each
// request all or none, and lists those that were written. What has to be true is
// looked at, and keys are taken, where the rows are written: by one statement
// whose text never changes, so that it is planned once. Requests count from 1;
// one with a key is known by its first entry, since two may bring the same key.
const ingest = `WITH known AS (
	SELECT coalesce(audit_retention_days, (SELECT max(audit_retention_days) FROM deployment), 365) AS retention FROM organizations WHERE id = $1 AND NOT system AND NOT EXISTS (
		SELECT FROM unnest($2::text[], $3::bigint[]) AS seen (action, version)
		WHERE seen.version <> (SELECT coalesce(max(s.version), 0) FROM audit_schemas s WHERE s.action = seen.action))),
once AS (
	INSERT INTO audit_repeats (id, organization_id, event_id, digest, created_at)
	SELECT r.id, $1, r.first, r.digest, $4 FROM known, unnest($5::text[], $6::text[], $7::bytea[]) AS r (id, first, digest) WHERE r.id IS NOT NULL
	ON CONFLICT DO NOTHING RETURNING event_id),
taken AS (
	SELECT r.n, known.retention FROM known, unnest($5::text[], $6::text[]) WITH ORDINALITY AS r (id, first, n)
	WHERE r.id IS NULL OR EXISTS (SELECT FROM once WHERE once.event_id = r.first)),
wrote AS (
	INSERT INTO audit_events (organization_id, source, retention, id, type, occurred_at, recorded_at, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, request_id, data)
	SELECT $1, '` + sourceApplication + `', taken.retention, e.id, e.type, e.occurred_at, e.recorded_at, e.actor_kind, e.actor_id, e.actor_name, e.targets::json, e.ip_address, e.user_agent, e.request_id, e.data::json
	FROM taken JOIN unnest($8::bigint[], $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[])
		AS e (n, id, type, occurred_at, recorded_at, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, request_id, data) ON e.n = taken.n)
SELECT n FROM taken`

// What an entry's source is: applications write it, or we.
const (
	sourceApplication = "application"
	sourceOwn         = "gatehouse"
)

// ingestScope is the scope of ingest, that what it writes waits together
// (audit_queue), and that it is planned once: for a few rows a plan of their own
// would seem to be cheaper than the one for any number.
const ingestScope = "SELECT set_config('app.organization_id', $1, true), set_config('app.scope', '', true), " + manyEntries + ", set_config('plan_cache_mode', 'force_generic_plan', true)"

// manyEntries has the transaction's entries wait for their numbers in one row
// for each statement, not in one for each entry.
const manyEntries = "set_config('app.entries', 'many', true)"

// ManyEntries says that the transaction goes on to write many entries with each
// statement, so that they wait for their numbers together.
func ManyEntries(tx *OrgTx) error {
	if tx.db.Dialect == SQLite {
		return nil
	}
	if tx.loose {
		return errLoose
	}
	tx.state.later = append(tx.state.later, later{sql: "SELECT " + manyEntries})
	return nil
}

// ingestArguments are those of ingest.
func ingestArguments(writes []*AuditWrite, now time.Time) []any {
	actions, versions := []string{}, []int64{}
	repeats, firsts, digests := make([]*string, len(writes)), make([]string, len(writes)), make([][]byte, len(writes))
	rows := 0
	for i, w := range writes {
		actions, versions = append(actions, w.Actions...), append(versions, w.Versions...)
		if firsts[i], digests[i] = string(w.Rows[0].ID), w.Digest; w.Repeat != "" {
			repeats[i] = (*string)(&w.Repeat)
		}
		rows += len(w.Rows)
	}
	return append([]any{string(writes[0].Organization), actions, versions, now, repeats, firsts, digests}, ingestColumns(writes, rows)...)
}

// ingestColumns are the rows of the requests as one array for each column.
func ingestColumns(writes []*AuditWrite, n int) []any {
	number, occurred, recorded := make([]int64, 0, n), make([]time.Time, 0, n), make([]time.Time, 0, n)
	ids, types, kinds, targets, data := make([]string, 0, n), make([]string, 0, n), make([]string, 0, n), make([]string, 0, n), make([]string, 0, n)
	actors, names, addresses, agents, requests := make([]*string, 0, n), make([]*string, 0, n), make([]*string, 0, n), make([]*string, 0, n), make([]*string, 0, n)
	for i, w := range writes {
		for j := range w.Rows {
			a := &w.Rows[j]
			number, occurred, recorded = append(number, int64(i+1)), append(occurred, a.OccurredAt), append(recorded, a.RecordedAt)
			ids, types, kinds, targets, data = append(ids, string(a.ID)), append(types, a.Type), append(kinds, a.ActorKind), append(targets, string(a.Targets)), append(data, string(a.Data))
			actors, names, addresses, agents, requests = append(actors, a.ActorID), append(names, a.ActorName), append(addresses, a.IPAddress), append(agents, a.UserAgent), append(requests, a.RequestID)
		}
	}
	return []any{number, ids, types, occurred, recorded, kinds, actors, names, targets, addresses, agents, requests, data}
}

// IngestAudit writes what several requests write, in one transaction, and says
// of each whether it was written. On Postgres it is one round trip, with a
// statement for each organization.
func (d *DB) IngestAudit(ctx context.Context, writes []*AuditWrite) ([]bool, error) {
	if d.Dialect == SQLite {
		return d.ingestSQLite(ctx, writes)
	}
	now := d.now()
	b, written := &pgx.Batch{}, make([]bool, len(writes))
	for organization, places := range byOrganization(writes) {
		its := make([]*AuditWrite, len(places))
		for i, place := range places {
			its[i] = writes[place]
			for j := range writes[place].Rows {
				d.fresh.keep(&writes[place].Organization, sourceApplication, &writes[place].Rows[j])
			}
		}
		b.Queue(ingestScope, string(organization))
		b.Queue(ingest, ingestArguments(its, now)...).Query(func(rows pgx.Rows) error {
			var n int64
			_, err := pgx.ForEachRow(rows, []any{&n}, func() error {
				written[places[n-1]] = true
				return nil
			})
			return err
		})
	}
	// Close waits for the commit's answer.
	if err := d.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("writing entries: %w", err)
	}
	return written, nil
}

// byOrganization is where each organization's requests stand.
func byOrganization(writes []*AuditWrite) map[id.Organization][]int {
	places := map[id.Organization][]int{}
	for i, w := range writes {
		places[w.Organization] = append(places[w.Organization], i)
	}
	return places
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
		if err := tx.session().Exec(`INSERT INTO audit_events (organization_id, source, id, type, occurred_at, recorded_at, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, request_id, data)
			VALUES (?, 'application', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			w.Organization, a.ID, a.Type, a.OccurredAt, a.RecordedAt, a.ActorKind, a.ActorID, a.ActorName, string(a.Targets), a.IPAddress, a.UserAgent, a.RequestID, string(a.Data)).Error; err != nil {
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
	there := "e.id = p.event_id AND e.id <= ?"
	if tx.base().db.Dialect == Postgres {
		there = "e.id = ANY (p.events) AND e.id <= ? AND e.recorded_at >= p.recorded_at AND e.recorded_at <= p.last_recorded_at AND e.retention = p.retention"
	}
	var waits bool
	err := tx.base().session().Raw("SELECT EXISTS (SELECT 1 FROM audit_pending p WHERE p.event_id <= ? AND EXISTS (SELECT 1 FROM audit_events e WHERE "+there+"))", until, until).Scan(&waits).Error
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
