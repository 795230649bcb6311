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

// DeliveryHours counts an endpoint's newest deliveries since then by the hour
// in which they were made, tests aside: at most so many, so that a page costs
// the same for an endpoint that hears of millions. It is scoped by the
// deliveries' organization.
func DeliveryHours(tx OwnedScope, endpoint id.Endpoint, since time.Time, most int) ([]DeliveryHour, error) {
	where, args := mine(tx, "webhook_deliveries")
	query := `SELECT ` + deliveryHour[tx.base().db.Dialect] + ` AS hour, count(*) AS events, coalesce(sum(CASE WHEN state = 'delivered' THEN 1 ELSE 0 END), 0) AS delivered,
		coalesce(sum(attempts - CASE WHEN state = 'delivered' THEN 1 ELSE 0 END), 0) AS failed
		FROM (SELECT created_at, state, attempts FROM webhook_deliveries WHERE ` + where + ` AND endpoint_id = ? AND cause <> 'test' AND created_at >= ? ORDER BY id DESC LIMIT ?) AS newest
		GROUP BY 1 ORDER BY 1`
	var hours []DeliveryHour
	if err := tx.base().session().Raw(query, append(args, endpoint, since.UTC(), most)...).Scan(&hours).Error; err != nil {
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
