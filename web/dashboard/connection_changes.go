package dashboard

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// lastDays is how far back is counted whom a change concerns.
const lastDays = 30

func (h *Handler) askTurnOn(v *visit) error {
	return v.showConnection(http.StatusOK, nil, func(p connectionFrame) templ.Component {
		words := "People of its domains are sent to " + p.Name + " from now on, and its answers let them in."
		return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Turn on " + p.Name + "?", Text: words, Safe: true, Post: ui.Post{Label: "Turn on", Action: p.path + "/turn-on"}})
	})
}

func (h *Handler) turnOn(v *visit) error {
	err := v.ofConnection("", connectionOn, func(tx *db.OrgTx, c id.Connection) error { _, err := sso.Activate(tx, c); return err })
	if wrong, refused := faultsOf(err, "state", "state"); refused {
		return v.showConnection(http.StatusUnprocessableEntity, wrong, nil)
	}
	return err
}

func (h *Handler) askTurnOff(v *visit) error {
	who, err := v.concerned()
	if err != nil {
		return err
	}
	return v.showConnection(http.StatusOK, nil, func(p connectionFrame) templ.Component {
		return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Turn off " + p.Name + "?", Text: who + " Nobody is signed out, and it can be turned on again.",
			Post: ui.Post{Label: "Turn off", Action: p.path + "/turn-off"}})
	})
}

func (h *Handler) turnOff(v *visit) error {
	return v.ofConnection("", connectionOff, func(tx *db.OrgTx, c id.Connection) error { _, err := sso.Deactivate(tx, c); return err })
}

// concerned says whom it concerns that a connection is no more: with numbers,
// and with what the organization asks of its people.
func (v *visit) concerned() (string, error) {
	org, key, err := v.connection()
	if err != nil {
		return "", err
	}
	var came, members int64
	required := false
	err = v.h.DB.ReadOrg(v.Request().Context(), org, func(tx *db.OrgTx) error {
		if came, err = people.CountSince(tx, key, v.now.Add(-lastDays*24*time.Hour)); err != nil {
			return err
		}
		if members, err = users.CountMembers(tx); err != nil {
			return err
		}
		required, err = sso.IsOnlyWay(tx, key)
		return err
	})
	if err != nil {
		return "", err
	}
	words := count(came, "person has", "people have") + " signed in by it in the last 30 days."
	if required {
		words += " The organization requires single sign-on and has no other connection: of its " + count(members, "member", "members") + ", only those who are excepted can sign in then."
	}
	return words, nil
}

func (h *Handler) askDeleteConnection(v *visit) error { return v.askDeletion(http.StatusOK, "") }

func (v *visit) askDeletion(status int, wrong string) error {
	who, err := v.concerned()
	if err != nil {
		return err
	}
	return v.showConnection(status, nil, func(p connectionFrame) templ.Component {
		return confirmTyped(question{path: p.path, wrong: wrong}, ui.ConfirmProps{Title: "Delete " + p.Name + "?",
			Text: who + " Whose account each of its subjects is, and its recorded sign-ins, are gone for good. The people keep their accounts.",
			Post: ui.Post{Label: "Delete connection", Action: p.path + "/delete"}}, p.Name)
	})
}

func (h *Handler) deleteConnection(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	org, key, err := v.connection()
	if err != nil {
		return err
	}
	err = v.in(org, func(tx *db.OrgTx) error {
		c, err := sso.Lock(tx, key)
		if err != nil {
			return err
		}
		if !typed(form.Get("confirm"), c.Name) {
			return errNotTyped
		}
		return sso.Delete(tx, key)
	})
	if errorsAre(err, errNotTyped) {
		return v.askDeletion(http.StatusUnprocessableEntity, "Type the name exactly.")
	}
	if err != nil {
		return err
	}
	return v.done(connectionsHome, connectionDeleted)
}

// readMetadata reads the provider's metadata at its address now.
func (h *Handler) readMetadata(v *visit) error {
	org, key, err := v.connection()
	if err != nil {
		return err
	}
	err = h.Upkeep.RefreshNow(v.Request().Context(), v.actor(), org, key)
	if wrong, refused := faultsOf(err, "state", "state"); refused {
		return v.showConnection(http.StatusUnprocessableEntity, wrong, nil)
	}
	if err != nil {
		return err
	}
	return v.done(connectionsHome+"/"+string(key), metadataRefreshed)
}
