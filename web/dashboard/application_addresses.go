package dashboard

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/oauth"
	"gatehouse/web/ui"
)

// addAddress registers a redirect URI or an address after signing out.
func (h *Handler) addAddress(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	purpose, uri := oauth.PurposeRedirect, strings.TrimSpace(form.Get("redirect_uri"))
	field := "redirect_uri"
	if form.Has("logout_uri") {
		purpose, uri, field = oauth.PurposeLogout, strings.TrimSpace(form.Get("logout_uri")), "logout_uri"
	}
	err = v.ofApplication(addressAdded, func(tx *db.Tx, key id.Client) error {
		_, err := oauth.AddRedirect(tx, key, purpose, uri)
		return err
	})
	wrong, refused := faultsOf(err, field)
	if !refused {
		return err
	}
	return v.showApplication(http.StatusUnprocessableEntity, &applicationPage{wrong: wrong, address: map[oauth.Purpose]string{purpose: uri}}, nil)
}

func (h *Handler) askRemoveAddress(v *visit) error {
	key, err := param[id.RedirectURI](v, "address")
	if err != nil {
		return err
	}
	p := &applicationPage{}
	return v.showApplication(http.StatusOK, p, func(p *applicationPage) templ.Component {
		for _, a := range append(p.redirects, p.logouts...) {
			if a.ID != key {
				continue
			}
			words := a.URI + ": people who sign in with it end at an error at once."
			if a.Purpose == oauth.PurposeLogout {
				words = a.URI + ": people no longer get there after signing out."
			}
			return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Remove this address?", Text: words,
				Post: ui.Post{Label: "Remove address", Action: p.path + "/addresses/" + string(key) + "/remove"}})
		}
		return nil
	})
}

func (h *Handler) removeAddress(v *visit) error {
	address, err := param[id.RedirectURI](v, "address")
	if err != nil {
		return err
	}
	return v.ofApplication(addressRemoved, func(tx *db.Tx, key id.Client) error { return oauth.RemoveRedirect(tx, key, address) })
}

func (h *Handler) askDeleteApplication(v *visit) error { return v.askDeleteApplication("") }

func (v *visit) askDeleteApplication(wrong string) error {
	code := http.StatusOK
	if wrong != "" {
		code = http.StatusUnprocessableEntity
	}
	return v.showApplication(code, &applicationPage{}, func(p *applicationPage) templ.Component {
		words := "Nobody can sign in to it any more, and no token of it is renewed. " + count(int64(len(p.secrets)), "secret goes", "secrets go") + " with it. This can't be undone."
		return confirmTyped(question{path: p.path, wrong: wrong}, ui.ConfirmProps{Title: "Delete " + p.Name + "?", Text: words,
			Post: ui.Post{Label: "Delete application", Action: p.path + "/delete"}}, p.Name)
	})
}

func (h *Handler) deleteApplication(v *visit) error {
	key, err := v.client()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	err = v.change(func(tx *db.Tx) error {
		c, err := oauth.GetClient(tx, key)
		if err != nil {
			return err
		}
		if strings.TrimSpace(form.Get("confirm")) != c.Name {
			return errNotTyped
		}
		return oauth.DeleteClient(tx, key)
	})
	switch {
	case errorsAre(err, errNotTyped):
		return v.askDeleteApplication("That isn't the name. Type it exactly.")
	case err != nil:
		return err
	}
	return v.done("/admin/applications", applicationDeleted)
}
