package webhook_test

import (
	"net/http"
	"testing"

	"gatehouse/audit"
	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
)

// A receiver that was down for a day does not want a day's events any more:
// they are taken back, none is sent, and each can be sent after all.
func TestWhatWaitsCanBeTakenBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, s := organization(t, d, "A"), organization(t, d, "B"), service(d)
		rec := receive(t, status(http.StatusServiceUnavailable))
		e, _ := endpoint(t, s, a, rec.URL)
		other, _ := endpoint(t, s, a, rec.URL+"/other")
		for range 7 {
			recordIn(t, d, a, user("ada"))
		}
		spread(t, s)
		must(t, d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error { // somebody is in the middle of sending two
			_, err := db.LeaseDeliveries(tx, e.ID, "another", tx.Now().Add(15e9), 2)
			return err
		}))
		wants(t, in(t, d, b, func(tx db.OwnedScope) error { _, err := webhook.CancelWaiting(tx, e.ID); return err }), db.ErrNotFound)
		cancel := func(want int64) {
			t.Helper()
			must(t, in(t, d, "", func(tx db.OwnedScope) error {
				n, err := webhook.CancelWaiting(tx, e.ID)
				if n != want {
					t.Errorf("%d were taken back, want %d", n, want)
				}
				return err
			}))
		}
		cancel(7)
		cancel(0)
		if got := states(t, s, e.ID); got[webhook.Cancelled] != 7 || states(t, s, other.ID)[webhook.Waiting] != 7 {
			t.Errorf("%v, and of the other endpoint %v", got, states(t, s, other.ID))
		}
		before := rec.count()
		send(t, s, func() bool { return rec.count() >= before+5 && quiet() }) // the other's
		for _, row := range listed(t, s, e.ID) {
			if row.Attempts != 0 || row.NextAt != nil || row.Lease != nil || row.FinishedAt == nil {
				t.Errorf("%+v", row)
			}
		}
		rec.answers(nil)
		must(t, in(t, d, a, func(tx db.OwnedScope) error {
			_, err := webhook.Retry(tx, e.ID, listed(t, s, e.ID)[0].ID)
			return err
		}))
		send(t, s, func() bool { return states(t, s, e.ID)[webhook.Delivered] == 1 })
		must(t, in(t, d, a, func(tx db.OwnedScope) error {
			rows, err := audit.List(tx, audit.Filter{TargetIDs: []string{string(e.ID)}, Types: []string{"webhook_endpoint.deliveries_cancelled"}})
			if len(rows) != 1 {
				t.Errorf("the log has %d entries", len(rows))
			}
			return err
		}))
	})
}
