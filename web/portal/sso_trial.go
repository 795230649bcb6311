package portal

import (
	"errors"
	"net/http"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/sso"
	"gatehouse/sso/trail"
)

// testPage begins a test, and shows the last one.
type testPage struct {
	stepPage
	result *resultView
	lacks  string // why there can be no test yet
}

func (h *Handler) showTest(v *visit, s *sso.Setup) error {
	p, err := h.testPage(v, s)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, testView(p))
}

// ssoTestLive answers a script that waits for the result in another tab.
func (h *Handler) ssoTestLive(v *visit) error {
	s, err := v.setup()
	if err != nil {
		return err
	}
	p, err := h.testPage(v, s)
	if err != nil {
		return err
	}
	facts := []any{p.lacks, s.Connection.TestedAt}
	if p.result != nil {
		facts = append(facts, p.result.id, p.result.waiting, p.result.passed)
	}
	return v.live(testStanding(p), facts...)
}

func (h *Handler) testPage(v *visit, s *sso.Setup) (testPage, error) {
	p := testPage{stepPage: v.stepPage(s.Connection, stepTest)}
	if err := s.Complete(); err != nil {
		p.lacks = problem.As(err).Message
	}
	err := v.read(func(tx *db.OrgTx) error {
		a, err := sso.LastTest(tx, s.Connection.ID, "")
		if err == nil {
			p.result = h.resultOf(v, s, a)
		}
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		return err
	})
	return p, err
}

// saveTest goes on once a test has passed.
func (h *Handler) saveTest(v *visit, s *sso.Setup) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := v.stepPage(s.Connection, stepTest)
	if form.Get("then") == "later" {
		return v.onward(p, "later")
	}
	if s.Connection.TestedAt == nil {
		return v.Redirect(http.StatusSeeOther, p.action())
	}
	if err := v.update(stepTest, sso.Change{}); err != nil {
		return err
	}
	return v.onward(p, form.Get("then"))
}

// testRate bounds the tests of a visit: each asks somebody else's server.
var testRate = limit.Rate{Limit: 60, Per: time.Hour}

// ssoBegin sends the browser to the provider, in a tab of its own.
func (h *Handler) ssoBegin(v *visit) error {
	s, err := v.setup()
	if err != nil {
		return err
	}
	c := s.Connection.ID
	if ok, wait, err := h.Limits.Take(v.ctx(), "sso_test", string(v.session.ID), testRate); err != nil || !ok {
		if err == nil {
			err = problem.ErrTooMany.WithRetryAfter(wait)
		}
		return err
	}
	if err := v.in(func(*db.OrgTx) error { return nil }); err != nil { // the visit goes on
		return err
	}
	path := pathSSO + "/" + string(c)
	away, err := h.Login.SendAway(v.Context, v.actor(), c, sso.For{Purpose: sso.Test, PortalSession: &v.session.ID, Actor: v.session.Name, LoginHint: v.email()})
	if trail.As(err) != nil && away.Record != "" {
		return v.Redirect(http.StatusSeeOther, path+"/test/"+string(away.Record))
	}
	if errors.Is(err, sso.ErrIncomplete) {
		return v.Redirect(http.StatusSeeOther, path+"/setup/"+stepMetadata)
	}
	if err != nil {
		return err
	}
	return h.Login.Away(v.Context, away)
}

// email is the visitor's own, where that is known.
func (v *visit) email() string {
	if v.user == nil {
		return ""
	}
	return v.user.Email
}

// resultPage is one attempt.
type resultPage struct {
	stepPage
	result *resultView
}

// ssoResult shows an attempt: a test, or a sign-in of somebody that failed.
func (h *Handler) ssoResult(v *visit) error {
	s, err := v.setup()
	if err != nil {
		return err
	}
	key, err := param[id.SSOAttempt](v, "attempt")
	if err != nil {
		return err
	}
	p := resultPage{stepPage: v.stepPage(s.Connection, stepTest)}
	err = v.read(func(tx *db.OrgTx) error {
		a, err := sso.GetAttempt(tx, key)
		if err != nil {
			return err
		}
		if a.ConnectionID != s.Connection.ID {
			return db.ErrNotFound
		}
		p.result = h.resultOf(v, s, a)
		return nil
	})
	if err != nil {
		return err
	}
	if !p.result.test {
		p.title = "A sign-in that failed"
		if p.result.passed {
			p.title = "A sign-in"
		}
	}
	p.result.raw = v.QueryParam("raw") != ""
	return v.show(http.StatusOK, resultPageView(p))
}
