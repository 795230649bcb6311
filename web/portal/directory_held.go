package portal

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
)

// heldLeaving are people whose leaving waits for somebody's word.
type heldLeaving struct {
	since  time.Time
	people []heldPerson // the last who would have left
	more   bool         // there are more than are named
}

type heldPerson struct{ name, href string }

// heldOf is who would leave, where that waits.
func heldOf(tx *db.OrgTx, d *directory.Directory) (*heldLeaving, error) {
	if d.HeldAt == nil {
		return nil, nil
	}
	list, more, err := directory.WhoWaits(tx, d)
	if err != nil {
		return nil, err
	}
	h := &heldLeaving{since: *d.HeldAt, more: more}
	for i := range list {
		p := heldPerson{name: subjectOf(&list[i])}
		if who := personOfRequest(&list[i]); who != "" {
			p.href = pathDirectory + "/" + string(d.ID) + tabPeople + "/" + who
		}
		h.people = append(h.people, p)
	}
	return h, nil
}

// number is how many would leave, as a button says it.
func (h *heldLeaving) number() string {
	if h.more {
		return "more than " + strconv.Itoa(len(h.people)) + " people"
	}
	return count(int64(len(h.people)), "person", "people")
}

// directoryRelease lets people leave who were held.
func (h *Handler) directoryRelease(v *visit) error {
	key, err := v.directoryID()
	if err != nil {
		return err
	}
	err = v.in(func(tx *db.OrgTx) error {
		d, err := directory.Hold(tx, key)
		if err != nil {
			return err
		}
		return provision.Release(tx, d)
	})
	if errors.Is(err, provision.ErrNotHeld) {
		return v.Redirect(http.StatusSeeOther, pathDirectory+"/"+string(key)) // somebody else did it
	}
	if err != nil {
		return err
	}
	return v.done(pathDirectory+"/"+string(key), directoryReleased)
}

// safeguardForm is when people's leaving is held, as it is typed.
type safeguardForm struct{ percent, most, window string }

// safeguardOf is the form of what is kept.
func safeguardOf(d *directory.Directory) safeguardForm {
	f := safeguardForm{window: strconv.FormatInt(d.WindowSeconds, 10)}
	if d.MaxPercent != nil {
		f.percent = strconv.FormatInt(*d.MaxPercent, 10)
	}
	if d.MaxDeactivations != nil {
		f.most = strconv.FormatInt(*d.MaxDeactivations, 10)
	}
	return f
}

// The fields of the safeguard, as faults name them.
const (
	fieldPercent = "max_percent"
	fieldMost    = "max_deactivations"
	fieldWindow  = "window_seconds"
)

func (f safeguardForm) change() (c provision.SafeguardChange, wrong faults) {
	wrong = faults{}
	bound := func(text, field string) **int64 {
		text = strings.TrimSpace(text)
		var n *int64
		if text != "" {
			number, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				wrong[field] = "Enter a whole number, or leave it empty for no such bound."
			}
			n = &number
		}
		return &n
	}
	c.MaxPercent, c.MaxDeactivations = bound(f.percent, fieldPercent), bound(f.most, fieldMost)
	seconds, err := strconv.ParseInt(f.window, 10, 64)
	if err != nil {
		wrong[fieldWindow] = "Choose a time."
	}
	c.WindowSeconds = &seconds
	return c, wrong
}

// directorySafeguard saves when people's leaving is held.
func (h *Handler) directorySafeguard(v *visit) error {
	key, err := v.directoryID()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	typed := safeguardForm{percent: form.Get(fieldPercent), most: form.Get(fieldMost), window: form.Get(fieldWindow)}
	change, wrong := typed.change()
	if len(wrong) == 0 {
		err = v.in(func(tx *db.OrgTx) error {
			d, err := directory.Hold(tx, key)
			if err != nil {
				return err
			}
			return provision.SetSafeguard(tx, d, change)
		})
		found, refused := faultsOf(err, fieldMost, fieldPercent, fieldMost, fieldWindow)
		if err != nil && !refused {
			return err
		}
		wrong = found
	}
	if len(wrong) > 0 {
		return v.showDirectory(http.StatusUnprocessableEntity, directoryAnswer{safeguard: &typed, wrong: wrong})
	}
	return v.done(pathDirectory+"/"+string(key), safeguardSaved)
}

// personOfRequest is the id of the person whom a request was about, or "".
func personOfRequest(r *directory.Request) string {
	if r.PersonID != nil {
		return string(*r.PersonID)
	}
	if r.ResourceType == "User" {
		return deref(r.ResourceID)
	}
	return ""
}

// subjectOf is whom or what a request was about, as people call it.
func subjectOf(r *directory.Request) string {
	if r.Subject != nil {
		return *r.Subject
	}
	return deref(r.ResourceID)
}
