package webhook

import (
	"errors"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// An endpoint's figures count its own events by the hour, tests aside; another
// organization counts nothing of it: else a page would tell one customer how
// much goes on at another.
func TestFiguresAreAnEndpointsOwn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		who, orgs := actor.System("test"), [2]id.Organization{}
		err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) error {
			for i, name := range []string{"A", "B"} {
				o, err := tenants.Create(tx.Tx, tenants.New{Name: name})
				if err != nil {
					return err
				}
				orgs[i] = o.ID
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		e := Endpoint{ID: id.New[id.Endpoint](), URL: "https://a.example", Events: []string{All}, Status: Enabled, SealedSecret: []byte("x")}
		err = d.InOrg(t.Context(), orgs[0], who, func(tx *db.OrgTx) error {
			if err := endpoints.Insert(tx, &e); err != nil {
				return err
			}
			for _, n := range []struct {
				cause    Cause
				state    State
				attempts int64
				ago      time.Duration
			}{{Happened, Delivered, 1, 26 * time.Hour}, {Happened, Failed, 2, 27 * time.Hour}, {Happened, Delivered, 3, 0}, {Happened, Waiting, 2, 0}, {Replayed, Failed, 4, 2 * time.Hour}, {Tested, Delivered, 1, 0}, {Happened, Delivered, 1, 60 * time.Hour}} {
				key := id.New[id.Delivery]()
				if n.ago > 0 { // ids sort by time
					key = id.Delivery(id.Lowest[id.Delivery](tx.Now().Add(-n.ago)))
				}
				row := Delivery{ID: key, EndpointID: e.ID, EventID: id.New[id.Event](), EventType: "user.created", Cause: n.cause, State: n.state, Attempts: n.attempts, CreatedAt: tx.Now().Add(-n.ago), UpdatedAt: tx.Now()}
				if n.state == Waiting {
					later := tx.Now().Add(time.Hour)
					row.NextAt = &later
				}
				if err := deliveries.Insert(tx, &row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		type counts struct {
			Events, Delivered, Failed int64
			Before                    DayBefore
			Waiting, Tried, GivenUp   int64
		}
		for org, want := range map[id.Organization]counts{orgs[0]: {3, 1, 8, DayBefore{2, 1}, 1, 1, 2}, orgs[1]: {}} {
			err := d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
				f, err := FiguresOf(tx, e.ID)
				if err != nil {
					return err
				}
				b, err := BacklogOf(tx, e.ID)
				if got := (counts{f.Events, f.Delivered, f.Failed, f.Before, b.Waiting, b.Tried, b.GivenUp}); got != want || len(f.Hours) != 24 || b.Since.IsZero() == (want.Waiting > 0) {
					t.Errorf("%+v, since %s; want %+v", got, b.Since, want)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// What failed is sent again once, however often somebody asks: else a click
// too many floods the receiver that has just come back. Whose endpoint it is
// not finds nothing to send.
func TestWhatFailedIsSentAgainOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		who, orgs := actor.System("test"), [2]id.Organization{}
		e := Endpoint{ID: id.New[id.Endpoint](), URL: "https://a.example", Events: []string{All}, Status: Enabled, SealedSecret: []byte("x")}
		err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) error {
			for i, name := range []string{"A", "B"} {
				o, err := tenants.Create(tx.Tx, tenants.New{Name: name})
				if err != nil {
					return err
				}
				orgs[i] = o.ID
			}
			return tx.In(orgs[0], func(tx *db.OrgTx) error {
				if err := endpoints.Insert(tx, &e); err != nil {
					return err
				}
				later, lost := tx.Now().Add(time.Hour), id.New[id.Event]()
				for _, row := range []Delivery{
					{EventID: id.New[id.Event](), State: Waiting, Attempts: 2, NextAt: &later}, // its next try is brought forward
					{EventID: id.New[id.Event](), State: Waiting},                              // it goes out anyway
					{EventID: id.New[id.Event](), State: Delivered, Attempts: 1},
					{EventID: lost, State: Failed, Attempts: 12},
					{EventID: lost, State: Failed, Attempts: 12}, // one event, given up twice
					{EventID: id.New[id.Event](), State: Failed, Attempts: 3, Cause: Tested},
				} {
					row.ID, row.EndpointID, row.EventType, row.CreatedAt, row.UpdatedAt = id.New[id.Delivery](), e.ID, "user.created", tx.Now(), tx.Now()
					if row.Cause == "" {
						row.Cause = Happened
					}
					if row.State == Waiting && row.NextAt == nil {
						now := tx.Now()
						row.NextAt = &now
					}
					if err := deliveries.Insert(tx, &row); err != nil {
						return err
					}
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []int64{2, 0} {
			err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) error {
				b, err := BacklogOf(tx, e.ID)
				if err != nil {
					return err
				}
				n, err := RetryFailed(tx, e.ID)
				if n != want || b.Failed() != want {
					t.Errorf("%d of %d are sent again, not %d", n, b.Failed(), want)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		err = d.InOrg(t.Context(), orgs[1], who, func(tx *db.OrgTx) error {
			_, err := RetryFailed(tx, e.ID)
			return err
		})
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("another organization's endpoint: %v", err)
		}
	})
}
