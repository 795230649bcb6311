package dashboard_test

import (
	"net/http"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/jobs"
)

// An operator finds what hangs, and gets it going again or stops it; whose
// doing that was is in the log.
func TestJobsAreSeenRetriedAndCancelled(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.get("viewer", "/admin/jobs"), http.StatusOK, "Send a mail", "Waiting")
		w.want(w.get("viewer", "/admin/jobs?state=failed"), http.StatusOK, "No jobs match", "Clear all")
		w.want(w.get("viewer", "/admin/jobs?kind=mail&state=waiting"), http.StatusOK, `<option value="mail" selected`)
		w.want(w.get("viewer", "/admin/jobs?kind=odd&after=job_1"), http.StatusOK, "No jobs match")
		w.want(w.get("viewer", "/admin/jobs/job_1"), http.StatusOK, "Hands a mail to the relay", "Arguments")
		w.want(w.get("viewer", "/admin/jobs/job_99999"), http.StatusNotFound)
		w.want(w.get("viewer", "/admin/jobs/1"), http.StatusNotFound)
		w.want(w.post("support", "/admin/jobs/job_1/cancel"), http.StatusForbidden)
		w.want(w.get("developer", "/admin/jobs/job_1/cancel"), http.StatusOK, "Cancel this job", `action="/admin/jobs/job_1/cancel"`)
		w.want(w.post("developer", "/admin/jobs/job_1/cancel"), http.StatusSeeOther)
		w.want(w.get("developer", "/admin/jobs/job_1"), http.StatusOK, "Cancelled", "Try again now")
		w.want(w.post("developer", "/admin/jobs/job_1/cancel"), http.StatusConflict, "there is nothing to cancel")
		w.want(w.post("developer", "/admin/jobs/job_1/retry"), http.StatusSeeOther)
		w.do(d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			if j, err := jobs.Get(tx.Tx, 1); err != nil || j.State != jobs.Waiting {
				t.Errorf("%+v, %v", j, err)
			}
			entries, err := audit.List(tx, audit.Filter{Types: []string{"job.cancelled", "job.retried"}})
			if err != nil || len(entries) != 2 || *entries[0].ActorName != "developer@fieldnote.example" || entries[0].OrganizationID != nil {
				t.Errorf("%+v, %v", entries, err)
			}
			return nil
		}))
	})
}

// errandArgs are of a job that nobody here works.
type errandArgs struct {
	What string `json:"what"`
}

func (errandArgs) Kind() string { return "mail" }

// queue gives the deployment a job, job_1.
func (w *world) queue() {
	w.t.Helper()
	w.do(w.db.Tx(w.t.Context(), actor.System("test"), func(tx *db.Tx) error { return jobs.Enqueue(tx, errandArgs{What: longName}) }))
}
