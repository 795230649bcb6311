package db

import (
	"database/sql"
	"time"

	"gatehouse/internal/id"
)

// DueEndpoint is a webhook endpoint for which something is to be sent.
type DueEndpoint struct {
	ID             id.Endpoint
	OrganizationID *id.Organization
}

// EndpointsDue are the webhook endpoints with deliveries that are due and that
// nobody is sending, whosever they are; at most limit, those whose ids come
// after one: where there are more than limit, the next look goes on behind them.
func EndpointsDue(tx *AllTx, after id.Endpoint, limit int) (due []DueEndpoint, err error) {
	now := tx.Now()
	err = tx.session().Raw(`SELECT e.id, e.organization_id FROM webhook_endpoints e
		WHERE e.id > ? AND e.status = 'enabled' AND (e.open_until IS NULL OR e.open_until <= ?) AND EXISTS (
			SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.state = 'waiting' AND d.next_at <= ? AND (d.leased_until IS NULL OR d.leased_until <= ?))
		ORDER BY e.id LIMIT ?`, after, now, now, now, limit).Scan(&due).Error
	return due, translate(err)
}

// OrphanEndpoints marks the endpoints of the transaction's organization deleted
// and takes them out of it: its row, whose deletion would cascade, can go then.
// Nothing of them can be read any more but their deliveries' ids, by a sweep.
func OrphanEndpoints(tx *OrgTx) error {
	t := tx.base()
	const orphan = `UPDATE webhook_endpoints SET organization_id = NULL, deleted_at = coalesce(deleted_at, ?), status = 'disabled', url = 'deleted:' || id, description = NULL,
		sealed_secret = ?, sealed_previous = NULL, previous_until = NULL, open_until = NULL, updated_at = ? WHERE organization_id = ?`
	set := func() error {
		return translate(t.session().Exec(orphan, t.now, []byte{}, t.now, tx.Organization()).Error)
	}
	conn, postgres := t.conn.(*sql.Conn)
	if !postgres {
		return set()
	}
	// Row security wants both: the organization's rows before, the deployment's
	// afterwards. The scope is the transaction's own again at once.
	if err := t.db.enter(t); err != nil {
		return err
	}
	if err := simpleExec(t.ctx, conn, "SELECT set_config('app.scope', 'deployment', true)"); err != nil {
		return err
	}
	if err := set(); err != nil {
		return err
	}
	return simpleExec(t.ctx, conn, setScopeSQL(t.scope))
}

// CancelDeliveries takes back what waits for an endpoint, at most so many, and
// says how many. It changes rows of the transaction's organization, or of the
// deployment.
func CancelDeliveries(tx OwnedScope, endpoint id.Endpoint, most int) (int64, error) {
	t := tx.base()
	where, args := mine(tx, "d")
	if t.scope.reach != reachOrg {
		where = "d.organization_id IS NULL"
	}
	args = append(append([]any{t.now, t.now}, args...), endpoint, most)
	done := t.session().Exec(`UPDATE webhook_deliveries SET state = 'cancelled', next_at = NULL, lease = NULL, leased_until = NULL, finished_at = ?, updated_at = ? WHERE id IN (
		SELECT d.id FROM webhook_deliveries d WHERE `+where+` AND d.endpoint_id = ? AND d.state = 'waiting' ORDER BY d.next_at, d.id LIMIT ?)`, args...)
	return done.RowsAffected, translate(done.Error)
}

// LeaseDeliveries takes up to limit deliveries to an endpoint that are due and
// that nobody is sending, the one that waits longest first. Two that take at
// the same time take different ones.
func LeaseDeliveries(tx OwnedScope, endpoint id.Endpoint, lease string, until time.Time, limit int) (taken []id.Delivery, err error) {
	t := tx.base()
	where, args := mine(tx, "d")
	if t.scope.reach != reachOrg {
		where = "d.organization_id IS NULL"
	}
	skip := ""
	if t.db.Dialect == Postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	args = append(append([]any{endpoint, t.now, t.now}, args...), limit, lease, until.UTC(), t.now)
	// Materialized: a subquery with a LIMIT and SKIP LOCKED may be run again for
	// each row of a join on Postgres, and then takes more than the limit.
	err = t.session().Raw(`WITH due AS MATERIALIZED (
			SELECT d.id FROM webhook_deliveries d
			WHERE d.endpoint_id = ? AND d.state = 'waiting' AND d.next_at <= ? AND (d.leased_until IS NULL OR d.leased_until <= ?) AND `+where+`
			ORDER BY d.next_at, d.id LIMIT ?`+skip+`)
		UPDATE webhook_deliveries SET lease = ?, leased_until = ?, updated_at = ? WHERE id IN (SELECT id FROM due) RETURNING id`, args...).Scan(&taken).Error
	return taken, translate(err)
}
