package dashboard

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/web/ui"
)

// safeguardPage is when people's leaving is held, and who waits now.
type safeguardPage struct {
	directoryFrame
	safeguard             wire.DirectorySafeguard
	percent, most, window string              // as they are typed
	waiting               []directory.Request // the latest of each person, held since it began
	more                  bool                // there are more than were looked through
}

func (h *Handler) directorySafeguard(v *visit) error {
	return v.showSafeguard(http.StatusOK, nil, nil)
}

func (v *visit) showSafeguard(status int, typed *safeguardPage, dialog func(safeguardPage) templ.Component) error {
	var p safeguardPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, tabSafeguard); err != nil {
			return err
		}
		if p.safeguard, err = provision.SafeguardOf(tx, p.Directory); err != nil {
			return err
		}
		p.waiting, p.more, err = directory.WhoWaits(tx, p.Directory)
		return err
	})
	if err != nil {
		return err
	}
	p.percent, p.most, p.window = number(p.MaxPercent), number(p.MaxDeactivations), strconv.FormatInt(p.WindowSeconds/60, 10)
	if typed != nil {
		p.percent, p.most, p.window, p.wrong = typed.percent, typed.most, typed.window, typed.wrong
		p.frame = p.fail(p.wrong)
	}
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, safeguardView(p))
}

// waitingWords is how many wait.
func (p safeguardPage) waitingWords() string {
	words := count(int64(len(p.waiting)), "person", "people")
	if p.more {
		return "More than " + words
	}
	return words
}

// number is a bound as it is typed; none is empty.
func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func (h *Handler) askRelease(v *visit) error { return v.askRelease(nil) }

func (v *visit) askRelease(refused error) error {
	return v.showSafeguard(status(refused), nil, func(p safeguardPage) templ.Component { return releaseQuestion(p, refusal(refused)) })
}

func releaseQuestion(p safeguardPage, wrong string) templ.Component {
	words := p.waitingWords() + " would leave " + p.org.Name + ", and whoever else the provider takes away within " + span(p.WindowSeconds) +
		" from now: their sessions, refresh tokens and keys end as it asks again. After that the safeguard holds as before."
	return confirm(question{path: p.path + "/safeguard", wrong: wrong}, ui.ConfirmProps{Title: "Release " + p.Name + "?", Text: words,
		Post: ui.Post{Label: "Release directory", Action: p.path + "/safeguard/release"}})
}

func (h *Handler) release(v *visit) error {
	err := v.ofDirectory(func(tx *db.OrgTx, d *directory.Directory) error {
		d, err := directory.Hold(tx, d.ID)
		if err != nil {
			return err
		}
		return provision.Release(tx, d)
	})
	if errorsAre(err, provision.ErrNotHeld) { // somebody else did
		return v.Redirect(http.StatusSeeOther, v.directoryPath("/safeguard"))
	}
	if err != nil {
		return err
	}
	return v.done(v.directoryPath("/safeguard"), directoryReleased)
}

// change is the form as a change, or what is wrong with it.
func (p *safeguardPage) change() (c provision.SafeguardChange, wrong faults) {
	wrong = faults{}
	bound := func(typed, field string) **int64 {
		n, err := whole(typed)
		if err != nil {
			wrong[field] = "Enter a whole number, or nothing for no such bound."
		}
		return &n
	}
	c.MaxPercent, c.MaxDeactivations = bound(p.percent, "max_percent"), bound(p.most, "max_deactivations")
	minutes, err := whole(p.window)
	if err != nil || minutes == nil {
		wrong["window_seconds"] = "Enter whole minutes."
		return c, wrong
	}
	seconds := *minutes * 60
	c.WindowSeconds = &seconds
	return c, wrong
}

// whole is a number as it is typed; nothing is nil.
func whole(typed string) (*int64, error) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(typed, 10, 32)
	return &n, err
}

func readSafeguard(form browser.Params) *safeguardPage {
	return &safeguardPage{percent: form.Get("max_percent"), most: form.Get("max_deactivations"), window: form.Get("window_seconds")}
}

func (h *Handler) saveSafeguard(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := readSafeguard(form)
	change, wrong := p.change()
	if len(wrong) == 0 {
		err = v.ofDirectory(func(tx *db.OrgTx, d *directory.Directory) error {
			d, err := directory.Hold(tx, d.ID)
			if err != nil {
				return err
			}
			return provision.SetSafeguard(tx, d, change)
		})
		var refused bool
		if wrong, refused = faultsOf(err, "max_deactivations", "max_percent", "max_deactivations", "window_seconds"); !refused {
			if err != nil {
				return err
			}
			return v.done(v.directoryPath("/safeguard"), safeguardSaved)
		}
	}
	p.wrong = wrong
	return v.showSafeguard(http.StatusUnprocessableEntity, p, nil)
}

// safeguardState is what the safeguard does now.
func safeguardState(s wire.DirectorySafeguard) ui.StatusProps {
	switch s.State {
	case "held":
		return ui.StatusProps{Label: "Holds people", Tone: ui.Bad, Icon: "pause"}
	case "released":
		return ui.StatusProps{Label: "Released", Tone: ui.Warn, Icon: "clock"}
	case "off":
		return ui.StatusProps{Label: "Off", Tone: ui.Warn}
	}
	return ui.StatusProps{Label: "On", Tone: ui.OK, Icon: "shield-ok"}
}

// safeguardFacts are its bounds, and what it does now.
func safeguardFacts(f frame, s wire.DirectorySafeguard) []ui.Def {
	facts := []ui.Def{{Term: "State", Body: ui.Status(safeguardState(s))}}
	if s.MaxPercent != nil {
		facts = append(facts, ui.Def{Term: "Share", Text: "more than " + number(s.MaxPercent) + "%"})
	}
	if s.MaxDeactivations != nil {
		facts = append(facts, ui.Def{Term: "Number", Text: "more than " + figure(*s.MaxDeactivations)})
	}
	facts = append(facts, ui.Def{Term: "Within", Text: span(s.WindowSeconds)}, ui.Def{Term: "Left in that time", Text: figure(s.Departed)})
	if s.HeldAt != nil {
		facts = append(facts, ui.Def{Term: "Held since", Body: ago(f, &s.HeldAt.Time)})
	}
	if s.ReleasedUntil != nil && s.State == "released" {
		facts = append(facts, ui.Def{Term: "Released until", Body: exactly(s.ReleasedUntil.Time)})
	}
	return facts
}

// span is a time in its largest whole unit.
func span(seconds int64) string {
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
