package dashboard_test

import (
	"net/http"
	"testing"

	"gatehouse/audit"
	"gatehouse/audit/search"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
)

// The overview's figures are the log's: were they others, an operator would
// look for an outage that is none, or miss one.
func TestTheOverviewCountsWhatTheLogHas(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.do(d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error {
			entries := []audit.Entry{audit.AuthenticationMFA{Authentication: audit.Authentication{Status: "succeeded"}}, audit.AuthenticationMFA{Authentication: audit.Authentication{Status: "failed"}}}
			for range 3 {
				entries = append(entries, audit.AuthenticationPasskey{Authentication: audit.Authentication{Status: "succeeded"}}, audit.AuthenticationMagicAuth{Authentication: audit.Authentication{Status: "failed"}})
			}
			for _, e := range entries {
				if err := audit.RecordDeployment(tx, e); err != nil {
					return err
				}
			}
			return nil
		}))
		w.number()
		for n := 1; n > 0; {
			var err error
			n, err = (&search.Rollups{DB: d}).Once(t.Context())
			w.do(err)
		}
		for _, period := range []string{"", "?period=24h", "?period=7d", "?period=90d", "?period=nonsense"} {
			page := w.get("viewer", "/admin"+period)
			sound(t, "/admin"+period, page)
			// a second step that was taken is no second sign-in; one that failed is a failure
			w.want(page, http.StatusOK, "3 sign-ins succeeded and 4 failed", "Passkey", "100%", "Second step failed", "Code wrong or expired", "42.8")
		}
	})
}
