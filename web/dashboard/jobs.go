package dashboard

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/internal/problem"
	"gatehouse/lifecycle"
	"gatehouse/web/ui"
)

const jobsHome = "/admin/jobs"

type jobsPage struct {
	frame
	asked  jobQuery
	rows   []*jobs.Job
	counts map[jobs.State]int64
	kinds  []string
	pager  ui.PagerProps
}

// jobQuery is what the address says.
type jobQuery struct {
	state jobs.State
	kind  string
}

func (q jobQuery) values() url.Values {
	return url.Values{"state": {string(q.state)}, "kind": {q.kind}}
}

func (q jobQuery) filtered() bool { return q.state != "" || q.kind != "" }

func (h *Handler) jobs(v *visit) error {
	p := jobsPage{frame: v.frame("Jobs", jobsHome), asked: jobQuery{jobs.State(v.query("state")), v.query("kind")}}
	if !p.asked.state.Valid() {
		p.asked.state = ""
	}
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.counts, err = jobs.Counts(tx.Tx); err != nil {
			return err
		}
		if p.kinds, err = jobs.Kinds(tx.Tx); err != nil {
			return err
		}
		var paging db.Paging
		p.rows, paging, err = jobs.List(tx.Tx, jobs.Query{State: p.asked.state, Kind: p.asked.kind, Page: v.page()})
		p.pager = pager(jobsHome, p.asked.values(), paging, count(int64(len(p.rows)), "job", "jobs")+" here. Done ones are kept for a day, failed ones for a week.")
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, jobsView(p))
}

// choices are the states with how many jobs are in each.
func (p jobsPage) choices() []ui.Choice {
	var total int64
	for _, n := range p.counts {
		total += n
	}
	only := func(s jobs.State) string { return with(jobsHome, jobQuery{s, p.asked.kind}.values(), "", "") }
	list := []ui.Choice{{Label: "All", Href: only(""), Count: figure(total), Current: p.asked.state == ""}}
	for _, s := range jobs.States {
		if p.counts[s] > 0 || s == jobs.Failed || s == p.asked.state {
			list = append(list, ui.Choice{Label: jobState(s).Label, Href: only(s), Count: figure(p.counts[s]), Current: p.asked.state == s})
		}
	}
	return list
}

func (p jobsPage) kindOptions() []ui.Option {
	options := []ui.Option{{Label: "Every kind"}}
	for _, kind := range p.kinds {
		options = append(options, ui.Option{Value: kind, Label: jobName(kind)})
	}
	slices.SortStableFunc(options[1:], func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	if k := p.asked.kind; k != "" && !slices.Contains(p.kinds, k) {
		options = append(options, ui.Option{Value: k, Label: jobName(k)})
	}
	return options
}

type jobPage struct {
	frame
	*jobs.Job
	path   string
	dialog templ.Component
}

// jobOf is the number in the address.
func (v *visit) jobOf() (jobs.ID, error) {
	key, ok := jobs.ParseID(v.Param("job"))
	if !ok {
		return 0, problem.ErrNotFound
	}
	return key, nil
}

func (h *Handler) job(v *visit) error { return v.showJob(http.StatusOK, nil) }

func (v *visit) showJob(status int, dialog func(jobPage) templ.Component) error {
	key, err := v.jobOf()
	if err != nil {
		return err
	}
	p := jobPage{path: jobsHome + "/" + key.String()}
	err = v.read(func(tx *db.AllTx) (err error) {
		p.Job, err = jobs.Get(tx.Tx, key)
		return err
	})
	if err != nil {
		return err
	}
	p.frame = v.frame(jobName(p.Kind), jobsHome)
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, jobView(p))
}

// retryJob needs no question: the job is what would have run anyway.
func (h *Handler) retryJob(v *visit) error {
	return v.changeJob(jobRetried, lifecycle.RetryJob, func(refused error) error {
		return v.showJob(http.StatusConflict, func(jobPage) templ.Component { return notDone(refused) })
	})
}

func (h *Handler) askCancelJob(v *visit) error { return v.askCancel(http.StatusOK, nil) }

func (v *visit) askCancel(status int, refused error) error {
	q := question{path: jobsHome + "/" + v.Param("job")}
	if refused != nil {
		q.wrong = problem.As(refused).Message
	}
	return v.showJob(status, func(p jobPage) templ.Component { return cancelJobDialog(p, q) })
}

func (h *Handler) cancelJob(v *visit) error {
	return v.changeJob(jobCancelled, lifecycle.CancelJob, func(refused error) error { return v.askCancel(http.StatusConflict, refused) })
}

// changeJob changes the job of the address, or shows why it was refused.
func (v *visit) changeJob(said notice, how func(*db.Tx, jobs.ID) (*jobs.Job, error), refused func(error) error) error {
	key, err := v.jobOf()
	if err != nil {
		return err
	}
	err = v.change(func(tx *db.Tx) error {
		_, err := how(tx, key)
		return err
	})
	if errorsAre(err, jobs.ErrRunning, jobs.ErrCompleted, jobs.ErrOver) {
		return refused(err)
	}
	if err != nil {
		return err
	}
	return v.done(jobsHome+"/"+key.String(), said)
}

// retries reports whether Retry is offered: where it changes something.
func (p jobPage) retries() bool {
	return p.State == jobs.Failed || p.State == jobs.Cancelled || p.State == jobs.Retrying || p.State == jobs.Scheduled
}

func (p jobPage) facts() []ui.Def {
	facts := []ui.Def{{Term: "Kind", Body: code(p.Kind)}, {Term: "Attempts", Text: attempts(p.Job)}, {Term: "Queued", Body: exactly(p.CreatedAt)}}
	if !p.State.Over() && p.State != jobs.Running {
		facts = append(facts, ui.Def{Term: "Not before", Body: exactly(p.ScheduledAt)})
	}
	if p.AttemptedAt != nil {
		facts = append(facts, ui.Def{Term: "Last begun", Body: exactly(*p.AttemptedAt)}, ui.Def{Term: "By", Body: said(p.AttemptedBy)})
	}
	if p.FinishedAt != nil {
		facts = append(facts, ui.Def{Term: "Ended", Body: exactly(*p.FinishedAt)})
		if p.AttemptedAt != nil && p.State == jobs.Completed {
			facts = append(facts, ui.Def{Term: "Took", Text: took(p.FinishedAt.Sub(*p.AttemptedAt))})
		}
	}
	return facts
}

// attempts are how often it was tried, of how often it may be.
func attempts(j *jobs.Job) string {
	if j.Attempt == 0 {
		return "None yet, " + itoa(j.MaxAttempts) + " at most"
	}
	return itoa(j.Attempt) + " of " + itoa(j.MaxAttempts)
}

// next says when more happens, for the list.
func nextOf(j *jobs.Job, now time.Time) string {
	switch {
	case j.State == jobs.Running && j.Cancelling:
		return "told to end"
	case j.State == jobs.Retrying || j.State == jobs.Scheduled:
		if wait := j.ScheduledAt.Sub(now); wait > 0 {
			return "in " + took(wait)
		}
		return "due"
	}
	return ""
}

// failures are the attempts that failed, the newest first.
func (p jobPage) failures() []ui.Moment {
	var list []ui.Moment
	for _, e := range slices.Backward(p.Errors) {
		list = append(list, ui.Moment{Tone: ui.Bad, Icon: "x", Body: failureText(e.Error), Sub: "Attempt " + itoa(e.Attempt) + ", " + e.At.UTC().Format("2 Jan, 15:04:05.000")})
	}
	return list
}
