package webhook

import (
	"slices"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Figures are how an endpoint did in the last 24 hours.
type Figures struct {
	Hours     []db.DeliveryHour // the 24 that end with this one
	Events    int64
	Delivered int64
	Failed    int64         // attempts in vain
	P95       time.Duration // of its newest answers; 0: there was none
	Clipped   bool          // there were more than are counted
	Before    DayBefore     // the 24 hours before them
}

// DayBefore is what figures are compared with; none where it is too much to count.
type DayBefore struct{ Events, Delivered int64 }

// What a page counts at most: the newest.
const (
	maxCounted = 10_000
	maxTimed   = 200
)

// FiguresOf counts an endpoint's deliveries.
func FiguresOf(tx db.OwnedScope, endpoint id.Endpoint) (f Figures, err error) {
	const day = 24
	first := tx.Now().UTC().Truncate(time.Hour).Add(-(day - 1) * time.Hour)
	rows, err := db.DeliveryHours(tx, endpoint, first, tx.Now().Add(time.Hour), maxCounted)
	if err != nil {
		return f, err
	}
	for i := range day {
		f.Hours = append(f.Hours, db.DeliveryHour{Hour: first.Add(time.Duration(i) * time.Hour)})
	}
	for _, h := range rows {
		if i := int(h.Hour.Sub(first) / time.Hour); i >= 0 && i < day {
			f.Hours[i].Events, f.Hours[i].Delivered, f.Hours[i].Failed = h.Events, h.Delivered, h.Failed
		}
		f.Events, f.Delivered, f.Failed = f.Events+h.Events, f.Delivered+h.Delivered, f.Failed+h.Failed
	}
	f.Clipped = f.Events >= maxCounted
	if f.Before, err = dayBefore(tx, endpoint, first); err != nil {
		return f, err
	}
	f.P95, err = answerTime(tx, endpoint)
	return f, err
}

func dayBefore(tx db.OwnedScope, endpoint id.Endpoint, end time.Time) (d DayBefore, err error) {
	rows, err := db.DeliveryHours(tx, endpoint, end.Add(-24*time.Hour), end, maxCounted)
	for _, h := range rows {
		d.Events, d.Delivered = d.Events+h.Events, d.Delivered+h.Delivered
	}
	if d.Events >= maxCounted {
		return DayBefore{}, err
	}
	return d, err
}

// answerTime is what 95 of 100 of the newest answers took at most.
func answerTime(tx db.OwnedScope, endpoint id.Endpoint) (time.Duration, error) {
	newest, err := deliveries.List(tx, db.Query{Where: []db.Cond{db.Eq("endpoint_id", endpoint)}, Order: []string{"-id"}, Limit: maxTimed})
	if err != nil || len(newest) == 0 {
		return 0, err
	}
	keys := make([]id.Delivery, len(newest))
	for i, d := range newest {
		keys[i] = d.ID
	}
	tries, err := attempts.List(tx, db.Query{Where: []db.Cond{db.In("delivery_id", keys)}, Limit: 10 * maxTimed})
	if err != nil || len(tries) == 0 {
		return 0, err
	}
	took := make([]int64, len(tries))
	for i, a := range tries {
		took[i] = a.Milliseconds
	}
	slices.Sort(took)
	return time.Duration(took[(len(took)*95+99)/100-1]) * time.Millisecond, nil
}

// maxListed is what a row of a list counts.
const maxListed = 1_000

// Success is how much of an endpoint's newest events of 24 hours arrived.
type Success struct{ Events, Delivered, Waiting int64 }

// SuccessOf is how each of a page of endpoints does.
func SuccessOf(tx db.OwnedScope, endpoints []Endpoint) (map[id.Endpoint]Success, error) {
	out := map[id.Endpoint]Success{}
	for _, e := range endpoints {
		hours, err := db.DeliveryHours(tx, e.ID, tx.Now().Add(-24*time.Hour), tx.Now().Add(time.Hour), maxListed)
		if err != nil {
			return nil, err
		}
		var s Success
		for _, h := range hours {
			s.Events, s.Delivered = s.Events+h.Events, s.Delivered+h.Delivered
		}
		if s.Waiting, err = Waits(tx, e.ID); err != nil {
			return nil, err
		}
		out[e.ID] = s
	}
	return out, nil
}
