package db

import (
	"fmt"
	"time"

	"gatehouse/internal/id"
)

// DeliveryHour is what became of an endpoint's events of one hour.
type DeliveryHour struct {
	Hour      time.Time `gorm:"-"`
	Text      string    `gorm:"column:hour"` // 2026-11-22 12
	Events    int64
	Delivered int64
	Failed    int64 // attempts in vain
}

var deliveryHour = map[Dialect]string{
	Postgres: "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')",
	SQLite:   "substr(created_at, 1, 13)",
}

// DeliveryHours counts an endpoint's newest deliveries of a range of time by the
// hour in which they were made, tests aside: at most so many, so that a page
// costs the same for an endpoint that hears of millions. Ids sort by time: what
// is older is not walked through. It is scoped by the deliveries' organization.
func DeliveryHours(tx OwnedScope, endpoint id.Endpoint, since, before time.Time, most int) ([]DeliveryHour, error) {
	where, args := mine(tx, "webhook_deliveries")
	query := `SELECT ` + deliveryHour[tx.base().db.Dialect] + ` AS hour, count(*) AS events, coalesce(sum(CASE WHEN state = 'delivered' THEN 1 ELSE 0 END), 0) AS delivered,
		coalesce(sum(attempts - CASE WHEN state = 'delivered' THEN 1 ELSE 0 END), 0) AS failed
		FROM (SELECT created_at, state, attempts FROM webhook_deliveries WHERE ` + where + ` AND endpoint_id = ? AND id >= ? AND id < ? AND cause <> 'test' AND created_at >= ? ORDER BY id DESC LIMIT ?) AS newest
		GROUP BY 1 ORDER BY 1`
	args = append(args, endpoint, id.Lowest[id.Delivery](since), id.Lowest[id.Delivery](before), since.UTC(), most)
	var hours []DeliveryHour
	if err := tx.base().session().Raw(query, args...).Scan(&hours).Error; err != nil {
		return nil, fmt.Errorf("counting deliveries by hour: %w", err)
	}
	for i := range hours {
		at, err := time.Parse("2006-01-02 15", replaceT(hours[i].Text))
		if err != nil {
			return nil, fmt.Errorf("reading an hour: %w", err)
		}
		hours[i].Hour = at
	}
	return hours, nil
}

// replaceT is an hour as SQLite may have it, with a space.
func replaceT(text string) string {
	if len(text) > 10 && text[10] == 'T' {
		return text[:10] + " " + text[11:]
	}
	return text
}

// Waiting is how many deliveries wait for an endpoint, and since when the
// oldest of them.
type Waiting struct {
	Deliveries int64
	Tried      int64       // in vain, and not due yet
	Oldest     id.Delivery // ids sort by time; "": none waits
}

// WaitingDeliveries counts what waits for an endpoint. It is scoped by the
// deliveries' organization.
func WaitingDeliveries(tx OwnedScope, endpoint id.Endpoint) (w Waiting, err error) {
	where, args := mine(tx, "webhook_deliveries")
	args = append([]any{tx.base().now}, append(args, endpoint)...)
	err = tx.base().session().Raw(`SELECT count(*) AS deliveries, coalesce(sum(CASE WHEN attempts > 0 AND next_at > ? THEN 1 ELSE 0 END), 0) AS tried, coalesce(min(id), '') AS oldest
		FROM webhook_deliveries WHERE `+where+` AND endpoint_id = ? AND state = 'waiting'`, args...).Scan(&w).Error
	return w, translate(err)
}

// HurryDeliveries makes due what an endpoint was tried with in vain, and says
// how much that is; not what is being sent at this moment. It changes rows of
// the transaction's organization, or of the deployment.
func HurryDeliveries(tx OwnedScope, endpoint id.Endpoint, most int) (int64, error) {
	t := tx.base()
	where, args := mine(tx, "d")
	if t.scope.reach != reachOrg {
		where = "d.organization_id IS NULL"
	}
	args = append(append([]any{t.now, t.now}, args...), endpoint, t.now, t.now, most)
	done := t.session().Exec(`UPDATE webhook_deliveries SET next_at = ?, updated_at = ? WHERE id IN (
		SELECT d.id FROM webhook_deliveries d WHERE `+where+` AND d.endpoint_id = ? AND d.state = 'waiting' AND d.attempts > 0 AND d.next_at > ? AND (d.leased_until IS NULL OR d.leased_until <= ?)
		ORDER BY d.next_at, d.id LIMIT ?)`, args...)
	return done.RowsAffected, translate(done.Error)
}

// GivenUp is one delivery whose every try was in vain.
type GivenUp struct {
	EventID   id.Event
	EventType string
	Position  int64
}

// GivenUpQuery says which deliveries of an endpoint.
type GivenUpQuery struct {
	Since, Before time.Time // when they were made
	Events        []string  // of these types; empty: of all
	Limit         int
}

// ListGivenUp lists the events that an endpoint was sent in vain, each once, in
// their order: not those that were sent again since and arrived, or that wait
// for it. It is scoped by the deliveries' organization.
func ListGivenUp(tx OwnedScope, endpoint id.Endpoint, q GivenUpQuery) (list []GivenUp, err error) {
	where, args := mine(tx, "d")
	if len(q.Events) > 0 {
		where, args = where+" AND d.event_type IN ?", append(args, q.Events)
	}
	args = append(args, endpoint, q.Since.UTC(), q.Before.UTC(), q.Limit)
	err = tx.base().session().Raw(`SELECT d.event_id, min(d.event_type) AS event_type, min(d.position) AS position FROM webhook_deliveries d
		WHERE `+where+` AND d.endpoint_id = ? AND d.state = 'failed' AND d.cause <> 'test' AND d.created_at >= ? AND d.created_at < ? AND NOT EXISTS (
			SELECT 1 FROM webhook_deliveries n WHERE n.endpoint_id = d.endpoint_id AND n.event_id = d.event_id AND n.cause = 'replay' AND n.id > d.id AND n.state IN ('waiting', 'delivered'))
		GROUP BY d.event_id ORDER BY 3, 1 LIMIT ?`, args...).Scan(&list).Error
	return list, translate(err)
}
