package dashboard

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/web/ui"
)

func (h *Handler) askDirectoryOn(v *visit) error {
	return v.showDirectory(http.StatusOK, nil, func(p directoryFrame) templ.Component {
		return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Turn on " + p.Name + "?", Text: "Its provider is let in again with the tokens that it has, and what it sends takes effect.", Safe: true,
			Post: ui.Post{Label: "Turn on", Action: p.path + "/turn-on"}})
	})
}

func (h *Handler) directoryOn(v *visit) error { return v.switchDirectory(true, directoryTurnedOn) }

func (h *Handler) askDirectoryOff(v *visit) error {
	return v.showDirectory(http.StatusOK, nil, turnOffQuestion)
}

func turnOffQuestion(p directoryFrame) templ.Component {
	words := "Every request of its provider is refused from now on. Its " + count(p.counts.Active, "active person keeps", "active people keep") + " their access, also those who leave meanwhile. It can be turned on again."
	return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Turn off " + p.Name + "?", Text: words, Post: ui.Post{Label: "Turn off", Action: p.path + "/turn-off"}})
}

func (h *Handler) directoryOff(v *visit) error { return v.switchDirectory(false, directoryTurnedOff) }

func (v *visit) switchDirectory(on bool, said notice) error {
	err := v.ofDirectory(func(tx *db.OrgTx, d *directory.Directory) error {
		_, err := provision.Change(tx, d.ID, directory.Edit{On: &on})
		return err
	})
	if wrong, refused := faultsOf(err, "state", "state"); refused {
		return v.showDirectory(http.StatusUnprocessableEntity, wrong, nil)
	}
	if err != nil {
		return err
	}
	return v.done(v.directoryPath(""), said)
}

func (h *Handler) askDeleteDirectory(v *visit) error {
	return v.askDirectoryDeletion(http.StatusOK, "")
}

func (v *visit) askDirectoryDeletion(status int, wrong string) error {
	return v.showDirectory(status, nil, func(p directoryFrame) templ.Component { return deletionQuestion(p, wrong) })
}

func deletionQuestion(p directoryFrame, wrong string) templ.Component {
	words := count(p.counts.Active, "active person keeps their access and is", "active people keep their access and are") + " managed by hand from then on. What came is gone for good: " +
		count(p.counts.Users(), "person", "people") + " and " + count(p.counts.Groups, "group", "groups") + " as the provider has them, the roles that groups give, recorded requests and departures. The organization's owners and admins are told."
	return confirmTyped(question{path: p.path, wrong: wrong}, ui.ConfirmProps{Title: "Delete " + p.Name + "?", Text: words, Post: ui.Post{Label: "Delete directory", Action: p.path + "/delete"}}, p.Name)
}

func (h *Handler) deleteDirectory(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	err = v.ofDirectory(func(tx *db.OrgTx, d *directory.Directory) error {
		if !typed(form.Get("confirm"), d.Name) {
			return errNotTyped
		}
		return h.Directories.DeleteDirectory(tx, d)
	})
	if errorsAre(err, errNotTyped) {
		return v.askDirectoryDeletion(http.StatusUnprocessableEntity, "Type the name exactly.")
	}
	if err != nil {
		return err
	}
	return v.done(directoriesHome, directoryDeleted)
}

// askApply says what applying would do, in numbers.
func (h *Handler) askApply(v *visit) error { return v.askApplying(nil) }

func (v *visit) askApplying(refused error) error {
	var preview provision.Preview
	org, key, err := v.directory()
	if err != nil {
		return err
	}
	err = v.h.DB.ReadOrg(v.Request().Context(), org, func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, key)
		if err == nil {
			preview, err = provision.PreviewOf(tx, d)
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.showDirectory(status(refused), nil, func(p directoryFrame) templ.Component {
		return applyQuestion(question{path: p.path, wrong: refusal(refused)}, p, preview)
	})
}

func (h *Handler) apply(v *visit) error {
	err := v.ofDirectory(provision.Apply)
	if refusal(err) != "" {
		return v.askApplying(err)
	}
	if err != nil {
		return err
	}
	return v.done(v.directoryPath(""), directoryApplied)
}

func previewFacts(p provision.Preview) []ui.Def {
	return []ui.Def{{Term: "Become members", Text: figure(p.Added)}, {Term: "Are members already", Text: figure(p.Matched)}, {Term: "Prove their mailbox first", Text: figure(p.Pending)}, {Term: "Of those, without an address", Text: figure(p.NoAddress)},
		{Term: "Switched off at the provider", Text: figure(p.Inactive)}, {Term: "Members who lose access", Text: figure(p.Removed)}}
}
