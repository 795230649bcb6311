package api

import (
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
)

type errandArgs struct {
	What string `json:"what"`
}

func (errandArgs) Kind() string { return "errand" }

// A script sees to the queue as an operator does: the same states, the same
// refusals, and an entry of who did it.
func TestJobs(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		for _, what := range []string{"one", "two"} {
			w.all(func(tx *db.AllTx) error { return jobs.Enqueue(tx.Tx, errandArgs{What: what}) })
		}
		rows := w.must("GET", "/jobs?kind=errand", "")
		newest, first := rows.get("data.0.id"), rows.get("data.1.id")
		if !strings.HasPrefix(newest, "job_") || rows.get("data.0.state") != "waiting" || rows.get("data.0.arguments.what") != "two" || rows.get("data.2.id") != "" {
			t.Errorf("%s", rows.body)
		}
		if a := w.must("POST", "/jobs/"+first+"/cancel", ""); a.get("state") != "cancelled" {
			t.Errorf("%s", a.body)
		}
		if a := w.do("POST", "/jobs/"+first+"/cancel", ""); a.status != 409 || a.get("code") != "job_finished" {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := w.must("GET", "/jobs?state=cancelled", ""); a.get("data.0.id") != first {
			t.Errorf("%s", a.body)
		}
		if a := w.must("POST", "/jobs/"+first+"/retry", ""); a.get("state") != "waiting" {
			t.Errorf("%s", a.body)
		}
		if a := w.must("GET", "/jobs?kind=errand&limit=1", ""); a.get("list_metadata.after") != newest {
			t.Errorf("%s", a.body)
		}
		for path, want := range map[string]int{"/jobs/job_99999": 404, "/jobs/99": 404, "/jobs/job_-1": 404, "/jobs?state=odd": 422, "/jobs?after=job_99999": 422, "/jobs?after=x": 422} {
			if a := w.do("GET", path, ""); a.status != want {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
	})
}
