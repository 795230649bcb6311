package dashboard

import (
	"net/http"
	"net/url"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/diagnosis"
	"gatehouse/sso/guide"
	"gatehouse/web/ui"
)

type signInsPage struct {
	connectionFrame
	outcome string
	rows    []sso.Attempt
	pager   ui.PagerProps
}

var outcomeOptions = []ui.Option{{Label: "Every outcome"}, {Value: string(sso.Succeeded), Label: "Succeeded"}, {Value: string(sso.Failed), Label: "Failed"}, {Value: string(sso.Started), Label: "Not finished"}}

func (h *Handler) recordedSignIns(v *visit) error {
	p := signInsPage{outcome: v.query("outcome")}
	var conds []db.Cond
	if p.outcome != "" {
		conds = append(conds, db.Eq("outcome", p.outcome))
	}
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.connectionFrame, err = v.connectionFrame(tx, tabSignIns); err != nil {
			return err
		}
		var paging db.Paging
		p.rows, paging, err = sso.Attempts(tx, p.ID, v.page(), conds...)
		p.pager = pager(p.path+"/sign-ins", url.Values{"outcome": {p.outcome}}, paging, count(int64(len(p.rows)), "sign-in", "sign-ins")+" here")
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, signInsView(p))
}

type signInPage struct {
	connectionFrame
	*sso.Attempt
	diagnosis *diagnosis.Diagnosis
	value     string // what to put there
}

func (h *Handler) recordedSignIn(v *visit) error {
	key, err := param[id.SSOAttempt](v, "attempt")
	if err != nil {
		return err
	}
	var p signInPage
	err = v.read(func(tx *db.AllTx) (err error) {
		if p.connectionFrame, err = v.connectionFrame(tx, tabSignIns); err != nil {
			return err
		}
		p.Attempt, err = sso.GetAttempt(tx, key)
		if err == nil && p.Attempt.ConnectionID != p.Connection.ID {
			return db.ErrNotFound
		}
		return err
	})
	if err != nil {
		return err
	}
	p.frame = v.frame(p.Reference, connectionsHome, ui.Link{Label: p.Name, Href: p.path}, ui.Link{Label: connectionTabName(tabSignIns), Href: p.path + "/sign-ins"})
	p.title = "Sign-in " + p.Reference
	if p.Code != nil {
		d := diagnosis.Of(diagnosis.Facts{Code: *p.Code, Guide: guide.For(string(p.Type), string(p.Protocol)), App: h.Name, Expected: text(p.Expected), Received: text(p.Received)})
		p.diagnosis, p.value = &d, sso.Value(h.Origin, p.Connection.ID, d.Copy)
	}
	return v.show(http.StatusOK, signInView(p))
}

// attemptTarget is the page of the sign-in that a page called by a reference,
// or "".
func attemptTarget(tx *db.AllTx, reference string) (string, error) {
	a, err := sso.LocateReference(tx, reference)
	if missing(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return connectionsHome + "/" + string(a.ConnectionID) + "/sign-ins/" + string(a.ID), nil
}

func attemptTone(o sso.Outcome) (ui.Tone, string) {
	switch o {
	case sso.Succeeded:
		return ui.OK, "Succeeded"
	case sso.Failed:
		return ui.Bad, "Failed"
	}
	return ui.Neutral, "Not finished"
}

func attemptKind(k sso.Kind) string {
	switch k {
	case sso.KindTest:
		return "Test"
	case sso.KindIDPInitiated:
		return "Begun at the provider"
	case sso.KindLogout:
		return "Sign-out"
	}
	return "Sign-in"
}
