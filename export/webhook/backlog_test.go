package webhook_test

import (
	"testing"

	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
)

// A replay that is asked for again and again must not fill the database.
func TestReplaysEndWhereTooMuchWaits(t *testing.T) {
	defer webhook.SetMaxWaiting(5)()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, s := organization(t, d, "A"), service(d)
		e, _ := endpoint(t, s, a, "https://hooks.example.com/in")
		recordIn(t, d, a, user("ada"), user("bob"))
		spread(t, s)
		var sent int64
		replay := func() error {
			return in(t, d, a, func(tx db.OwnedScope) (err error) {
				n, err := webhook.Replay(tx, e.ID, webhook.ReplayQuery{Events: []string{"user.created"}})
				sent += n
				return err
			})
		}
		must(t, replay())
		wants(t, replay(), webhook.ErrBacklog)
		if sent != 2 {
			t.Errorf("%d were sent again", sent)
		}
	})
}
