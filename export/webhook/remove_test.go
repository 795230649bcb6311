package webhook_test

import (
	"net/http"
	"testing"
	"time"

	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

var (
	someDeliveries = db.MaybeTable[webhook.Delivery, id.Delivery]{}
	someAttempts   = db.MaybeTable[webhook.Attempt, id.DeliveryAttempt]{}
)

// deliver writes n deliveries to an organization's endpoint, each with an attempt.
func deliver(t testing.TB, d *db.DB, org id.Organization, e id.Endpoint, n int) {
	t.Helper()
	const rows = 1000
	for ; n > 0; n -= rows {
		must(t, d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
			list, tries := make([]webhook.Delivery, min(n, rows)), make([]webhook.Attempt, min(n, rows))
			for i := range list {
				now := tx.Now()
				list[i] = webhook.Delivery{ID: id.New[id.Delivery](), EndpointID: e, EventID: id.New[id.Event](), EventType: "user.created", Cause: webhook.Happened, State: webhook.Waiting, NextAt: &now, CreatedAt: now, UpdatedAt: now}
				tries[i] = webhook.Attempt{ID: id.New[id.DeliveryAttempt](), DeliveryID: list[i].ID, Number: 1, RequestHeaders: map[string]string{}, AnswerHeaders: map[string]string{}, CreatedAt: now}
			}
			if err := someDeliveries.InsertAll(tx, list); err != nil {
				return err
			}
			return someAttempts.InsertAll(tx, tries)
		}))
	}
}

// left is how many deliveries, attempts and endpoints' rows there are.
func left(t testing.TB, d *db.DB) (n [3]int64) {
	t.Helper()
	must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		if n[0], err = someDeliveries.Count(tx); err != nil {
			return err
		}
		if n[1], err = someAttempts.Count(tx); err != nil {
			return err
		}
		n[2], err = (db.MaybeTable[webhook.Endpoint, id.Endpoint]{}).Count(tx)
		return err
	}))
	return n
}

// Whoever deletes an endpoint that many events wait for does not wait for them:
// it is gone at once, nothing is sent any more, and the rows go later.
func TestADeletedEndpointIsGoneAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, s := organization(t, d, "A"), service(d)
		rec := receive(t, nil)
		e, _ := endpoint(t, s, a, rec.URL)
		deliver(t, d, a, e.ID, 3_000)
		one := listed(t, s, e.ID)[0]
		must(t, in(t, d, a, func(tx db.OwnedScope) error { return webhook.Delete(tx, e.ID) }))
		enable := webhook.Enabled
		for what, act := range map[string]func(tx db.OwnedScope) error{
			"get":    func(tx db.OwnedScope) error { _, err := webhook.Get(tx, e.ID); return err },
			"delete": func(tx db.OwnedScope) error { return webhook.Delete(tx, e.ID) },
			"enable": func(tx db.OwnedScope) error {
				_, err := s.Change(tx, e.ID, webhook.Change{Status: &enable})
				return err
			},
			"rotate": func(tx db.OwnedScope) error { _, _, err := webhook.RotateSecret(tx, e.ID); return err },
			"deliveries": func(tx db.OwnedScope) error {
				_, _, err := webhook.Deliveries(tx, e.ID, webhook.DeliveryFilter{}, db.Page{})
				return err
			},
			"delivery": func(tx db.OwnedScope) error { _, err := webhook.GetDelivery(tx, e.ID, one.ID); return err },
			"retry":    func(tx db.OwnedScope) error { _, err := webhook.Retry(tx, e.ID, one.ID); return err },
			"replay":   func(tx db.OwnedScope) error { _, err := webhook.Replay(tx, e.ID, webhook.ReplayQuery{}); return err },
			"test":     func(tx db.OwnedScope) error { _, err := webhook.SendTest(tx, e.ID, ""); return err },
			"cancel":   func(tx db.OwnedScope) error { _, err := webhook.CancelWaiting(tx, e.ID); return err },
		} {
			for _, org := range []id.Organization{a, ""} {
				if err := in(t, d, org, act); err == nil || err.Error() != db.ErrNotFound.Error() {
					t.Errorf("%s: %v", what, err)
				}
			}
		}
		must(t, in(t, d, a, func(tx db.OwnedScope) error {
			rows, _, err := webhook.List(tx, "", db.Page{Limit: 10})
			if len(rows) != 0 {
				t.Errorf("%d are listed", len(rows))
			}
			return err
		}))
		recordIn(t, d, a, user("ada"))
		spread(t, s)
		send(t, s, quiet)
		if rec.count() != 0 {
			t.Errorf("%d requests to it", rec.count())
		}
		again, _ := endpoint(t, s, a, rec.URL) // the address is free
		must(t, s.Sweep(t.Context()))
		if n := left(t, d); n != [3]int64{0, 0, 2} {
			t.Errorf("after a sweep %v are left", n)
		}
		ahead(d, time.Hour)
		must(t, s.Sweep(t.Context()))
		if n := left(t, d); n != [3]int64{0, 0, 1} {
			t.Errorf("after an hour %v are left", n)
		}
		recordIn(t, d, a, user("ben"))
		spread(t, s)
		send(t, s, func() bool { return states(t, s, again.ID)[webhook.Delivered] == 1 })
	})
}

// An organization that is deleted takes its endpoints along, not the time of
// whoever deletes it; what was theirs can be read by nobody.
func TestADeletedOrganizationsEndpointsGoWithIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, s := organization(t, d, "A"), organization(t, d, "B"), service(d)
		rec := receive(t, status(http.StatusOK))
		e, _ := endpoint(t, s, a, rec.URL)
		kept, _ := endpoint(t, s, b, rec.URL)
		deliver(t, d, a, e.ID, 1_200)
		deliver(t, d, b, kept.ID, 1)
		must(t, d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			if err := webhook.DeleteAll(tx); err != nil {
				return err
			}
			// The transaction sees what it saw before, and no more.
			if n, err := someDeliveries.Count(tx); err != nil || n != 1_200 {
				t.Errorf("%d deliveries are in sight: %v", n, err)
			}
			return tenants.Delete(tx)
		}))
		if n := left(t, d); n[0] != 1_201 || n[2] != 2 {
			t.Errorf("the request took rows along: %v are left", n)
		}
		wants(t, in(t, d, "", func(tx db.OwnedScope) error { _, err := webhook.Get(tx, e.ID); return err }), db.ErrNotFound)
		send(t, s, func() bool { return states(t, s, kept.ID)[webhook.Waiting] == 0 })
		if rec.count() > 1 {
			t.Errorf("%d requests", rec.count())
		}
		ahead(d, time.Hour)
		must(t, s.Sweep(t.Context()))
		if n := left(t, d); n[0] != 1 || n[2] != 1 {
			t.Errorf("%v are left", n)
		}
	})
}

// BenchmarkDeletingAnEndpoint is the request's time with 200,000 deliveries,
// and what the sweep takes then.
func BenchmarkDeletingAnEndpoint(b *testing.B) {
	for name, d := range map[string]func() *db.DB{"sqlite": func() *db.DB { return dbtest.SQLite(b) }, "postgres": func() *db.DB { return dbtest.Postgres(b) }} {
		b.Run(name, func(b *testing.B) {
			d := d()
			s := service(d)
			for b.Loop() {
				b.StopTimer()
				a := organization(b, d, "A")
				e, _ := endpoint(b, s, a, "https://hooks.example.com/in")
				deliver(b, d, a, e.ID, 200_000)
				b.StartTimer()
				begun := time.Now()
				must(b, in(b, d, a, func(tx db.OwnedScope) error { return webhook.Delete(tx, e.ID) }))
				b.ReportMetric(float64(time.Since(begun).Microseconds())/1000, "ms/delete")
				begun = time.Now()
				must(b, s.Sweep(b.Context()))
				b.ReportMetric(time.Since(begun).Seconds(), "s/sweep")
			}
		})
	}
}
