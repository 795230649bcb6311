package dashboard

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso"
	"gatehouse/web/ui"
)

// connectionTrialPage is a configuration that is tried beside the one that
// counts, with what was found.
type connectionTrialPage struct {
	connectionFrame
	candidate *wire.ConnectionCandidate
	previous  bool
}

func (h *Handler) connectionTrial(v *visit) error {
	return v.showConnectionTrial(http.StatusOK, nil, nil)
}

func (v *visit) showConnectionTrial(status int, wrong faults, dialog func(connectionTrialPage) templ.Component) error {
	var p connectionTrialPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.connectionFrame, err = v.connectionFrame(tx, tabTrial); err != nil {
			return err
		}
		return tx.In(p.OrganizationID, func(tx *db.OrgTx) error {
			if p.previous, err = sso.HasPrevious(tx, p.ID); err != nil || !p.detail.CandidateSet {
				return err
			}
			candidate, err := sso.ShowCandidate(tx, p.ID)
			p.candidate = &candidate
			return err
		})
	})
	if err != nil {
		return err
	}
	p.wrong, p.frame = wrong, p.fail(wrong)
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, connectionTrialView(p))
}

func (h *Handler) askPromote(v *visit) error {
	return v.showConnectionTrial(http.StatusOK, nil, func(p connectionTrialPage) templ.Component {
		words := "It counts from now on, for everybody. What counts now can be brought back."
		if p.candidate != nil && p.candidate.Findings.Refused > 0 {
			words = "It would have kept " + count(p.candidate.Findings.Refused, "person", "people") + " out who got in. " + words
		}
		return confirm(question{path: p.path + "/trial"}, ui.ConfirmProps{Title: "Promote the configuration?", Text: words, Safe: true, Post: ui.Post{Label: "Promote configuration", Action: p.path + "/trial/promote"}})
	})
}

func (h *Handler) promote(v *visit) error {
	return v.ofTrial("", trialPromoted, func(tx *db.OrgTx, c id.Connection) error { _, err := sso.Promote(tx, c); return err })
}

func (h *Handler) endTrial(v *visit) error {
	return v.ofTrial("/trial", trialEnded, sso.DeleteCandidate)
}

func (h *Handler) askRollBack(v *visit) error {
	return v.showConnectionTrial(http.StatusOK, nil, func(p connectionTrialPage) templ.Component {
		return confirm(question{path: p.path + "/trial"}, ui.ConfirmProps{Title: "Bring the earlier configuration back?", Safe: true,
			Text: "It counts from now on, for everybody. What counts now takes its place, and can be brought back in the same way.",
			Post: ui.Post{Label: "Bring it back", Action: p.path + "/roll-back"}})
	})
}

func (h *Handler) rollBack(v *visit) error {
	return v.ofTrial("", rolledBack, func(tx *db.OrgTx, c id.Connection) error { _, err := sso.RollBack(tx, c); return err })
}

// ofTrial is ofConnection, whose refusals are shown on the trial's page: what
// somebody else promoted or ended meanwhile is no longer there.
func (v *visit) ofTrial(to string, said notice, fn func(*db.OrgTx, id.Connection) error) error {
	err := v.ofConnection(to, said, fn)
	if errorsAre(err, sso.ErrNoCandidate) {
		return v.showConnectionTrial(http.StatusConflict, faults{"trial": sso.ErrNoCandidate.Message}, nil)
	}
	wrong, refused := faultsOf(err, "trial")
	if !refused {
		return err
	}
	return v.showConnectionTrial(http.StatusUnprocessableEntity, wrong, nil)
}
