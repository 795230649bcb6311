package db

import (
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
