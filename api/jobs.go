package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/internal/wire"
	"gatehouse/lifecycle"
)

const jobTag = "Jobs"

// jobRoutes are the deployment's own work: an organization has none of its own
// to see.
func (h *Handler) jobRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/jobs", Tag: jobTag, Summary: "List the deployment's own work: what waits, runs, failed and was done. Completed and cancelled jobs are kept for a day, failed ones for a week.",
			Paged: true, Status: 200, Answer: wire.Job{}, Deployment: true, Foreign: refused(""), run: listJobs,
			Query: []param{{Name: "state", About: "waiting, scheduled, running, retrying, completed, failed or cancelled."}, {Name: "kind", About: "Such as mail."}}},
		{Method: http.MethodGet, Path: "/jobs/:id", Tag: jobTag, Summary: "Get a job, with the errors of its attempts.",
			Status: 200, Answer: wire.Job{}, Deployment: true, Foreign: refused(""), run: getJob},
		{Method: http.MethodPost, Path: "/jobs/:id/retry", Tag: jobTag, Summary: "Run a job at once: before its time, or once more after it failed or was cancelled.",
			Status: 200, Answer: wire.Job{}, Deployment: true, Foreign: refused("{}"), run: onJob(lifecycle.RetryJob)},
		{Method: http.MethodPost, Path: "/jobs/:id/cancel", Tag: jobTag, Summary: "Keep a job from running. One that runs is told to end.",
			Status: 200, Answer: wire.Job{}, Deployment: true, Foreign: refused("{}"), run: onJob(lifecycle.CancelJob)},
	}
}

func listJobs(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	q := jobs.Query{State: jobs.State(c.query.Get("state")), Kind: c.query.Get("kind"), Page: page}
	if q.State != "" && !q.State.Valid() {
		return invalid("state", "state is waiting, scheduled, running, retrying, completed, failed or cancelled.")
	}
	return c.read(func(tx reach) (answer, error) {
		rows, paging, err := jobs.List(tx.Tx, q)
		return list(each(rows, (*jobs.Job).Wire), paging), err
	})
}

// jobOf is the number in the path.
func jobOf(c *call) (jobs.ID, error) {
	text, err := c.segment("id")
	if err != nil {
		return 0, err
	}
	key, ok := jobs.ParseID(text)
	if !ok {
		return 0, db.ErrNotFound
	}
	return key, nil
}

func getJob(c *call) error {
	key, err := jobOf(c)
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		j, err := jobs.Get(tx.Tx, key)
		if err != nil {
			return answer{}, err
		}
		return found(j.Wire()), nil
	})
}

func onJob(change func(*db.Tx, jobs.ID) (*jobs.Job, error)) func(*call) error {
	return func(c *call) error {
		key, err := jobOf(c)
		if err != nil {
			return err
		}
		return c.change(func(tx reach) (answer, error) {
			j, err := change(tx.Tx, key)
			if err != nil {
				return answer{}, err
			}
			return found(j.Wire()), nil
		})
	}
}
