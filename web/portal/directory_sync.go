package portal

import (
	"net/http"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/web/ui"
)

// syncPage shows how people and groups come for the first time.
type syncPage struct {
	directoryStepPage
	standing syncStanding
	still    bool // whoever looks does not want the page to load itself anew
}

// syncStanding is how much has come.
type syncStanding struct {
	directoryFrame
	people, inactive, groups int64
	requests, refused        directory.Tally
	last                     *time.Time
	refusal                  *requestRow // the last one
}

// reload is how often the page loads itself anew where there is no script, and
// a script asks for the part.
const reload = 5

func (h *Handler) showSync(v *visit) error {
	p, err := v.syncPage()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, syncView(p))
}

func (v *visit) syncPage() (p syncPage, err error) {
	p.directoryStepPage, err = v.stepRead(stepSync, func(tx *db.OrgTx, step *directoryStepPage) (err error) {
		p.standing, err = standingOf(tx, step.directoryFrame)
		return err
	})
	p.still = v.QueryParam("reload") == "off"
	if !p.still {
		p.refresh = ui.Refresh{Seconds: 2 * reload, URL: p.action(), NoScript: true}
	}
	return p, err
}

func standingOf(tx *db.OrgTx, f directoryFrame) (syncStanding, error) {
	s := syncStanding{directoryFrame: f, last: f.directory.LastSyncedAt}
	counts, err := directory.CountsOf(tx, f.directory.ID)
	if err != nil {
		return s, err
	}
	s.people, s.inactive, s.groups = counts.Active, counts.Inactive, counts.Groups
	if s.requests, err = directory.CountRequests(tx, f.directory.ID, nil, time.Time{}); err != nil {
		return s, err
	}
	if s.refused, err = directory.CountRequests(tx, f.directory.ID, directory.NotApplied, time.Time{}); err != nil || s.refused.N == 0 {
		return s, err
	}
	list, _, err := directory.Requests(tx, f.directory.ID, directory.RequestQuery{Outcomes: directory.NotApplied, Page: db.Page{Limit: 1}})
	if len(list) > 0 {
		row := f.row(&list[0])
		s.refusal = &row
	}
	return s, err
}

// directoryLive answers a script that keeps the counter up to date.
func (h *Handler) directoryLive(v *visit) error {
	var s syncStanding
	err := v.read(func(tx *db.OrgTx) error {
		f, err := v.openDirectory(tx, "")
		if err == nil {
			s, err = standingOf(tx, f)
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.live(syncPart(s), s.people, s.inactive, s.groups, s.requests, s.refused)
}

var errNobodyCame = problem.New(problem.Conflict, "nobody_came", "Nobody has come yet.")

// saveSync goes on once somebody has come.
func (h *Handler) saveSync(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	then := form.Get("then")
	err = v.passStep(stepSync, then, func(tx *db.OrgTx, d *directory.Directory) error {
		counts, err := directory.CountsOf(tx, d.ID)
		if err == nil && then != "later" && counts.Active+counts.Inactive == 0 {
			err = errNobodyCame
		}
		return err
	})
	if problem.As(err) != errNobodyCame {
		return err
	}
	p, err := v.syncPage()
	if err != nil {
		return err
	}
	p.problem = faults{"standing": p.fill("Nobody has come yet. Start the provisioning in {provider}, or assign somebody there.")}
	p.frame = p.fail(p.problem)
	return v.show(http.StatusUnprocessableEntity, syncView(p))
}

// applyPage says who would be added before anybody is.
type applyPage struct {
	directoryStepPage
	preview provision.Preview
	domains []string // of those who have to prove their mailbox, the most frequent first
	jit     bool
}

func (h *Handler) showApply(v *visit) error {
	p, err := v.applyPage()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, applyView(p))
}

func (v *visit) applyPage() (p applyPage, err error) {
	p.directoryStepPage, err = v.stepRead(stepApply, func(tx *db.OrgTx, step *directoryStepPage) (err error) {
		if p.jit = step.directory.JIT; !step.directory.Staged {
			return nil
		}
		if p.preview, err = provision.PreviewOf(tx, step.directory); err != nil || p.preview.Pending == 0 {
			return err
		}
		p.domains, err = directory.PendingDomains(tx, step.directory.ID, 3)
		return err
	})
	return p, err
}

// saveApply lets what the directory says take effect.
func (h *Handler) saveApply(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	then := form.Get("then")
	return v.passStep(stepApply, then, func(tx *db.OrgTx, d *directory.Directory) error {
		if then == "later" || !d.Staged {
			return nil
		}
		jit := form.Get("jit") == "on"
		if _, err := directory.Change(tx, d.ID, directory.Edit{JIT: &jit}); err != nil {
			return err
		}
		return provision.Apply(tx, d)
	})
}
