package portal

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/web/ui"
)

// directoryPage is a directory's own page: how it does, its safeguard, its
// settings, and its end.
type directoryPage struct {
	directoryFrame
	counts           directory.Counts
	requests, wrongs directory.Tally // within the last day
	mapped           int64
	leaving          int64 // who left within the safeguard's window
	tokens           []directory.Token
	form             directoryForm
	safeguard        safeguardForm
	problem          faults
	asked            string // off, delete, release
}

// directoryForm are the settings that an admin changes.
type directoryForm struct {
	name string
	jit  bool
}

// directoryAnswer is what a refused form was about.
type directoryAnswer struct {
	typed     *directoryForm
	safeguard *safeguardForm
	wrong     faults
	asked     string
}

// dayAgo is how far back the page counts requests.
const dayAgo = 24 * time.Hour

func (h *Handler) directoryPage(v *visit) error {
	d, err := v.readDirectory()
	if err != nil {
		return err
	}
	if d.Staged && d.SetupStep != nil && v.QueryParam("confirm") == "" {
		return v.Redirect(http.StatusSeeOther, pathDirectory+"/"+string(d.ID)+"/setup/"+directorySteps[reachedOf(d)].name)
	}
	return v.showDirectory(http.StatusOK, directoryAnswer{asked: v.QueryParam("confirm")})
}

func (v *visit) showDirectory(status int, a directoryAnswer) error {
	p := directoryPage{problem: a.wrong}
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.directoryFrame, err = v.openDirectory(tx, ""); err != nil {
			return err
		}
		return p.load(tx)
	})
	if err != nil {
		return err
	}
	p.form, p.safeguard = directoryForm{p.directory.Name, p.directory.JIT}, safeguardOf(p.directory)
	if a.typed != nil {
		p.form = *a.typed
	}
	if a.safeguard != nil {
		p.safeguard = *a.safeguard
	}
	switch a.asked {
	case "release":
		if p.held != nil {
			p.asked = a.asked
		}
	case "off":
		if p.directory.State != directory.Inactive {
			p.asked = a.asked
		}
	case "delete":
		p.asked = a.asked
	}
	p.frame = p.fail(a.wrong)
	return v.show(status, directoryView(p))
}

func (p *directoryPage) load(tx *db.OrgTx) (err error) {
	d, since := p.directory, tx.Now().Add(-dayAgo)
	if p.counts, err = directory.CountsOf(tx, d.ID); err != nil {
		return err
	}
	if p.requests, err = directory.CountRequests(tx, d.ID, nil, since); err != nil {
		return err
	}
	if p.wrongs, err = directory.CountRequests(tx, d.ID, directory.NotApplied, since); err != nil {
		return err
	}
	if p.tokens, err = directory.Tokens(tx, d.ID); err != nil {
		return err
	}
	mappings, err := provision.RoleMappings(tx, d)
	if err != nil {
		return err
	}
	p.mapped = int64(len(mappings))
	s, err := provision.SafeguardOf(tx, d)
	p.leaving = s.Departed
	return err
}

// live are the tokens that open the directory.
func (p directoryPage) live() (list []directory.Token) {
	for i := range p.tokens {
		if p.tokens[i].Live(p.now) {
			list = append(list, p.tokens[i])
		}
	}
	return list
}

// directorySave saves the settings.
func (h *Handler) directorySave(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	typed := readDirectoryForm(form)
	key, err := v.directoryID()
	if err != nil {
		return err
	}
	err = v.in(func(tx *db.OrgTx) error {
		_, err := directory.Change(tx, key, directory.Edit{Name: &typed.name, JIT: &typed.jit})
		return err
	})
	if wrong, refused := faultsOf(err, "name", "name"); refused {
		return v.showDirectory(http.StatusUnprocessableEntity, directoryAnswer{typed: &typed, wrong: wrong})
	}
	if err != nil {
		return err
	}
	return v.done(pathDirectory+"/"+string(key), directorySaved)
}

func readDirectoryForm(form browser.Params) directoryForm {
	return directoryForm{name: form.Get("name"), jit: form.Get("jit") == "on"}
}

func (h *Handler) directoryTurnOff(v *visit) error { return v.turn(false, directoryOff) }

func (h *Handler) directoryTurnOn(v *visit) error { return v.turn(true, directoryOn) }

// turn switches a directory off, or on again.
func (v *visit) turn(on bool, said notice) error {
	key, err := v.directoryID()
	if err != nil {
		return err
	}
	err = v.in(func(tx *db.OrgTx) error { _, err := directory.Change(tx, key, directory.Edit{On: &on}); return err })
	if err != nil {
		return err
	}
	return v.done(pathDirectory+"/"+string(key), said)
}

// directoryDelete forgets a directory, once its name was typed. Its people stay.
func (h *Handler) directoryDelete(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	d, err := v.readDirectory()
	if err != nil {
		return err
	}
	if strings.TrimSpace(form.Get("confirm")) != d.Name {
		return v.showDirectory(http.StatusUnprocessableEntity, directoryAnswer{asked: "delete", wrong: faults{"confirm": "Type the name as it stands here."}})
	}
	said := directoryDeleted
	if d.Staged {
		said = draftDiscarded
	}
	err = v.in(func(tx *db.OrgTx) error {
		d, err := directory.Hold(tx, d.ID)
		if err != nil {
			return err
		}
		return h.Directories.DeleteDirectory(tx, d)
	})
	if err != nil {
		return err
	}
	return v.done(pathDirectory, said)
}

// windows are the times to choose the safeguard's from.
func (p directoryPage) windows() []ui.Option {
	var list []ui.Option
	known := false
	for _, seconds := range []int64{900, 3600, 4 * 3600, 24 * 3600} {
		value := strconv.FormatInt(seconds, 10)
		known = known || value == p.safeguard.window
		list = append(list, ui.Option{Value: value, Label: duration(seconds)})
	}
	if seconds, err := strconv.ParseInt(p.safeguard.window, 10, 64); err == nil && !known {
		list = append(list, ui.Option{Value: p.safeguard.window, Label: duration(seconds)})
	}
	return list
}

// duration is a time in its largest whole unit.
func duration(seconds int64) string {
	switch {
	case seconds%86400 == 0:
		return count(seconds/86400, "day", "days")
	case seconds%3600 == 0:
		return count(seconds/3600, "hour", "hours")
	case seconds%60 == 0:
		return count(seconds/60, "minute", "minutes")
	}
	return count(seconds, "second", "seconds")
}

// tally is a number with its noun, where there may be more than were counted.
func tally(t directory.Tally, one, many string) string {
	if t.More {
		return "More than " + count(t.N, one, many)
	}
	return count(t.N, one, many)
}

// grouped is the number alone.
func grouped(t directory.Tally) string {
	if t.More {
		return ui.Group(t.N, "en") + "+"
	}
	return ui.Group(t.N, "en")
}
