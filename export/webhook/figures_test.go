package webhook

import (
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
			}{{Happened, Delivered, 3, 0}, {Happened, Waiting, 2, 0}, {Replayed, Failed, 4, 2 * time.Hour}, {Tested, Delivered, 1, 0}, {Happened, Delivered, 1, 30 * time.Hour}} {
				row := Delivery{ID: id.New[id.Delivery](), EndpointID: e.ID, EventID: id.New[id.Event](), EventType: "user.created", Cause: n.cause, State: n.state, Attempts: n.attempts, CreatedAt: tx.Now().Add(-n.ago), UpdatedAt: tx.Now()}
				if err := deliveries.Insert(tx, &row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for org, want := range map[id.Organization][3]int64{orgs[0]: {3, 1, 8}, orgs[1]: {}} {
			err := d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
				f, err := FiguresOf(tx, e.ID)
				if got := [3]int64{f.Events, f.Delivered, f.Failed}; err != nil || got != want || len(f.Hours) != 24 {
					t.Errorf("%v, %v; want %v", got, err, want)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}
