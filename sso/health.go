package sso

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Health is how sign-ins by a connection went lately.
type Health struct {
	Connection
	Succeeded, Failed int64
}

// Share is how many of a hundred succeeded.
func (h *Health) Share() float64 {
	if h.Succeeded+h.Failed == 0 {
		return 100
	}
	return 100 * float64(h.Succeeded) / float64(h.Succeeded+h.Failed)
}

// LocateHealth is the connections that were used since then, those first at
// which most sign-ins failed.
func LocateHealth(tx *db.AllTx, since time.Time, limit int) ([]Health, error) {
	counts, err := db.ListSSOHealth(tx, since, limit)
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	keys := make([]id.Connection, len(counts))
	for i, c := range counts {
		keys[i] = c.Connection
	}
	rows, err := connections.List(tx, db.Query{Where: []db.Cond{db.In("id", keys)}})
	byID := map[id.Connection]Connection{}
	for _, c := range rows {
		byID[c.ID] = c
	}
	var list []Health
	for _, c := range counts {
		if row, ok := byID[c.Connection]; ok {
			list = append(list, Health{row, c.Succeeded, c.Failed})
		}
	}
	return list, err
}
