package portal

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/scim/directory"
	scimguide "gatehouse/scim/guide"
	"gatehouse/sso/guide"
	"gatehouse/web/ui"
)

// showsStep is a step's page.
func showsStep(step string) func(*Handler, *visit) error {
	return map[string]func(*Handler, *visit) error{
		stepProvider: (*Handler).showDirectoryProvider, stepToken: (*Handler).showFirstToken, stepGuide: (*Handler).showDirectoryGuide,
		stepSync: (*Handler).showSync, stepApply: (*Handler).showApply, stepGroups: (*Handler).showSetupGroups,
	}[step]
}

// savesStep is what takes a step's form.
func savesStep(step string) func(*Handler, *visit) error {
	return map[string]func(*Handler, *visit) error{
		stepToken: (*Handler).saveFirstToken, stepGuide: (*Handler).saveDirectoryGuide,
		stepSync: (*Handler).saveSync, stepApply: (*Handler).saveApply, stepGroups: (*Handler).saveSetupGroups,
	}[step]
}

// directorySetup shows a step. One that is not reached yet leads to the one
// that is.
func (h *Handler) directorySetup(v *visit) error {
	step := v.Param("step")
	show := showsStep(step)
	if show == nil {
		return problem.ErrNotFound
	}
	d, err := v.readDirectory()
	if err != nil {
		return err
	}
	if at := reachedOf(d); directoryStepIndex(step) > at {
		return v.Redirect(http.StatusSeeOther, pathDirectory+"/"+string(d.ID)+"/setup/"+directorySteps[at].name)
	}
	return show(h, v)
}

// directorySetupSave takes a step's form.
func (h *Handler) directorySetupSave(v *visit) error {
	step := v.Param("step")
	save := savesStep(step)
	if save == nil {
		return problem.ErrNotFound
	}
	d, err := v.readDirectory()
	if err != nil {
		return err
	}
	if directoryStepIndex(step) > reachedOf(d) {
		return problem.ErrBadRequest.WithMessage("The steps before this one come first.")
	}
	return save(h, v)
}

func (v *visit) readDirectory() (d *directory.Directory, err error) {
	err = v.read(func(tx *db.OrgTx) error { d, err = v.directoryRow(tx); return err })
	return d, err
}

// stepRead is a step's page; more reads what it shows besides.
func (v *visit) stepRead(step string, more func(*db.OrgTx, *directoryStepPage) error) (p directoryStepPage, err error) {
	err = v.read(func(tx *db.OrgTx) error {
		if p, err = v.directoryStepPage(tx, step); err != nil || more == nil {
			return err
		}
		return more(tx, &p)
	})
	return p, err
}

// passStep notes that a step is done, with what else it changes, and goes on.
func (v *visit) passStep(step, then string, change func(*db.OrgTx, *directory.Directory) error) error {
	key, err := v.directoryID()
	if err != nil {
		return err
	}
	var p directoryStepPage
	err = v.in(func(tx *db.OrgTx) error {
		d, err := directory.Hold(tx, key)
		if err != nil {
			return err
		}
		if change != nil {
			if err := change(tx, d); err != nil {
				return err
			}
		}
		p = directoryStepPage{directoryFrame: v.directoryFrame(d, ""), step: step}
		return passedStep(tx, d, step)
	})
	if err != nil {
		return err
	}
	return v.onTo(p, then)
}

// onTo goes to the step after this one, or away for now.
func (v *visit) onTo(p directoryStepPage, then string) error {
	switch {
	case then == "later":
		return v.done(pathDirectory, setupSaved)
	case p.step == stepGroups:
		return v.done(p.path, directorySetUp)
	}
	return v.Redirect(http.StatusSeeOther, p.next())
}

// directoryProviderPage is the first step, once it is taken.
type directoryProviderPage struct {
	directoryStepPage
	discard bool // asked about
}

func (h *Handler) showDirectoryProvider(v *visit) error {
	p, err := v.stepRead(stepProvider, nil)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, directoryProviderView(directoryProviderPage{p, v.QueryParam("confirm") == "discard"}))
}

// directoryGuidePage says what is to be done at the provider.
type directoryGuidePage struct {
	directoryStepPage
	endpoint string
	lastFour string // of the token that was made last; empty: none opens the directory
}

func (h *Handler) showDirectoryGuide(v *visit) error {
	var p directoryGuidePage
	step, err := v.stepRead(stepGuide, func(tx *db.OrgTx, step *directoryStepPage) error {
		p.endpoint = directory.Endpoint(h.Base, step.directory.ID)
		t, err := lastToken(tx, step.directory.ID, v)
		if t != nil {
			p.lastFour = t.LastFour
		}
		return err
	})
	if err != nil {
		return err
	}
	p.directoryStepPage = p.choose(step, v.QueryParam("guide"))
	return v.show(http.StatusOK, directoryGuideView(p))
}

// choose is the guide that was asked for, of those that the directory's type has.
func (p directoryGuidePage) choose(step directoryStepPage, key string) directoryStepPage {
	if g, ok := scimguide.ByKey(key); ok && g.Type == step.directory.Type {
		step.guide, step.words = g, g.Words(step.service)
		return stepOfDirectory(step.directoryFrame, step.step)
	}
	return step
}

// guides are those of the directory's type, where there are several. Nothing
// needs to be chosen beside the guide of any provider.
func (p directoryGuidePage) guides() []ui.Choice {
	if p.guide.Provider == "your provider" {
		return nil
	}
	var list []ui.Choice
	for _, g := range scimguide.Of(p.directory.Type) {
		list = append(list, ui.Choice{Label: g.Name, Href: p.action() + "?guide=" + g.Key, Current: g.Key == p.guide.Key})
	}
	if len(list) < 2 {
		return nil
	}
	return list
}

func (p directoryGuidePage) guided() guided {
	drawn := "••••••••"
	return guided{words: p.words, values: map[guide.Value]string{scimguide.Endpoint: p.endpoint, scimguide.Token: drawn + p.lastFour},
		bodies: map[guide.Value]templ.Component{scimguide.Token: tokenPlace(p)}}
}

// saveDirectoryGuide takes the word of whoever says that it is set up there.
func (h *Handler) saveDirectoryGuide(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	return v.passStep(stepGuide, form.Get("then"), nil)
}
