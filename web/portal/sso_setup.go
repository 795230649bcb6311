package portal

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/sso"
	"gatehouse/sso/guide"
)

// serve is a step's page or form.
type serve func(*Handler, *visit, *sso.Setup) error

// shows is a step's page.
func shows(step string) serve {
	return map[string]serve{
		stepProvider: (*Handler).showProvider, stepApp: (*Handler).showApp, stepMetadata: (*Handler).showMetadata, stepAttributes: (*Handler).showAttributes,
		stepAccess: (*Handler).showAccess, stepTest: (*Handler).showTest, stepOn: (*Handler).showOn,
	}[step]
}

// saves is what takes a step's form.
func saves(step string) serve {
	return map[string]serve{
		stepApp: (*Handler).saveApp, stepMetadata: (*Handler).saveMetadata, stepAttributes: (*Handler).saveAttributes,
		stepAccess: (*Handler).saveAccess, stepTest: (*Handler).saveTest, stepOn: (*Handler).saveOn,
	}[step]
}

// ssoSetup shows a step. One that is not reached yet leads to the one that is.
func (h *Handler) ssoSetup(v *visit) error {
	step := v.Param("step")
	show := shows(step)
	if show == nil {
		return problem.ErrNotFound
	}
	s, err := v.setup()
	if err != nil {
		return err
	}
	if at := reached(s.Connection); stepIndex(step) > at {
		return v.Redirect(http.StatusSeeOther, pathSSO+"/"+string(s.Connection.ID)+"/setup/"+setupSteps[at].name)
	}
	return show(h, v, s)
}

// ssoSave takes a step's form.
func (h *Handler) ssoSave(v *visit) error {
	step := v.Param("step")
	save := saves(step)
	if save == nil {
		return problem.ErrNotFound
	}
	s, err := v.setup()
	if err != nil {
		return err
	}
	if stepIndex(step) > reached(s.Connection) {
		return problem.ErrBadRequest.WithMessage("The steps before this one come first.")
	}
	return save(h, v, s)
}

// setup is the connection of the address.
func (v *visit) setup() (s *sso.Setup, err error) {
	err = v.read(func(tx *db.OrgTx) error { s, err = v.loaded(tx); return err })
	return s, err
}

// onward goes to the step after this one, or away for now.
func (v *visit) onward(p stepPage, then string) error {
	if then != "later" {
		return v.Redirect(http.StatusSeeOther, p.next())
	}
	if p.back.Href == "" {
		return v.done(p.path, setupSaved)
	}
	return v.done(p.back.Href, setupSaved)
}

// update changes the connection and notes that the step is done.
func (v *visit) update(step string, ch sso.Change) error {
	c, err := v.connection()
	if err != nil {
		return err
	}
	return v.in(func(tx *db.OrgTx) error {
		row, err := sso.Lock(tx, c)
		if err != nil {
			return err
		}
		ch.SetupStep = passed(row, step)
		_, err = sso.Update(tx, c, ch)
		return err
	})
}

// providerPage is the first step, once it is taken.
type providerPage struct {
	stepPage
	discard bool // asked about
}

func (h *Handler) showProvider(v *visit, s *sso.Setup) error {
	p := providerPage{stepPage: v.stepPage(s.Connection, stepProvider), discard: v.QueryParam("confirm") == "discard"}
	return v.show(http.StatusOK, providerView(p))
}

var errNoDraft = problem.New(problem.Conflict, "connection_not_a_draft", "Only drafts can be discarded. Turn the connection off instead.")

// ssoDiscard removes a draft. What was on once is turned off instead.
func (h *Handler) ssoDiscard(v *visit) error {
	c, err := v.connection()
	if err != nil {
		return err
	}
	err = v.in(func(tx *db.OrgTx) error {
		row, err := sso.Lock(tx, c)
		if err != nil {
			return err
		}
		if row.State != sso.Draft || row.ActivatedAt != nil {
			return errNoDraft
		}
		return sso.Delete(tx, c)
	})
	if err != nil {
		return err
	}
	if v.session.ConnectionID != nil {
		return v.done(pathHome, draftDiscarded)
	}
	return v.done(pathSSO, draftDiscarded)
}

// appPage is the guide.
type appPage struct {
	stepPage
	values   map[guide.Value]string
	metadata bool // ours is worth a link: SAML
}

func (h *Handler) showApp(v *visit, s *sso.Setup) error {
	return v.show(http.StatusOK, appView(h.appPage(v, s)))
}

func (h *Handler) appPage(v *visit, s *sso.Setup) appPage {
	return appPage{stepPage: v.stepPage(s.Connection, stepApp), values: h.values(s.Connection.ID), metadata: s.Connection.Protocol == sso.SAML}
}

func (p appPage) guided() guided { return guided{words: p.words, values: p.values} }

// saveApp takes the word of whoever says that the app is made.
func (h *Handler) saveApp(v *visit, s *sso.Setup) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if err := v.update(stepApp, sso.Change{}); err != nil {
		return err
	}
	return v.onward(v.stepPage(s.Connection, stepApp), form.Get("then"))
}
