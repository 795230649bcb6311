package dashboard

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/oauth"
	"gatehouse/web/ui"
)

type newSecretPage struct {
	applicationPage
	name  string
	wrong faults
}

func (h *Handler) newSecret(v *visit) error { return v.showNewSecret(http.StatusOK, newSecretPage{}) }

func (v *visit) showNewSecret(status int, p newSecretPage) error {
	if err := v.read(func(tx *db.AllTx) error { return p.load(tx, v) }); err != nil {
		return err
	}
	p.frame = v.frame("New secret", "/admin/applications", ui.Link{Label: p.Name, Href: p.path}).fail(p.wrong)
	return v.show(status, newSecretView(p))
}

func (h *Handler) createSecret(v *visit) error {
	key, err := v.client()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p := newSecretPage{name: strings.TrimSpace(form.Get("name"))}
	if p.name == "" {
		p.wrong = faults{"name": "Enter a name, such as where it is used."}
		return v.showNewSecret(http.StatusUnprocessableEntity, p)
	}
	var secret *oauth.ClientSecret
	var value string
	err = v.change(func(tx *db.Tx) error {
		return changeable(tx, key, func(tx *db.Tx, key id.Client) (err error) {
			secret, value, err = oauth.NewSecret(tx, key, p.name, nil)
			return err
		})
	})
	if wrong, refused := faultsOf(err, "name"); refused {
		p.wrong = wrong
		return v.showNewSecret(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if err := v.keepOnce(string(secret.ID), value); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/admin/applications/"+string(key)+"/secrets/"+string(secret.ID))
}

// shownPage is a value that is shown once, or the words that it was.
type shownPage struct {
	frame
	once  ui.SecretOnceProps
	again ui.CalloutProps
}

func (h *Handler) showSecret(v *visit) error {
	key, err := param[id.ClientSecret](v, "secret")
	if err != nil {
		return err
	}
	var a applicationPage
	if err := v.read(func(tx *db.AllTx) error { return a.load(tx, v) }); err != nil {
		return err
	}
	secret := secretOf(a.secrets, key)
	if secret == nil {
		return db.ErrNotFound
	}
	value, err := v.takeOnce(string(key))
	if err != nil {
		return err
	}
	p := shownPage{frame: v.frame("Client secret", "/admin/applications", ui.Link{Label: a.Name, Href: a.path})}
	if value == "" {
		p.again = shownBefore("secret", secret.CreatedAt, a.path+"/secrets/new")
		return v.show(http.StatusOK, shownView(p))
	}
	p.once = ui.SecretOnceProps{Title: "Copy the client secret now", Text: "We store only a fingerprint. When you leave this page, nobody can see it again, but you can make a new one.",
		Copy:  ui.CopyBoxProps{ID: "secret", Value: value, Label: "Copy client secret", Copy: "Copy", Copied: "Copied"},
		Facts: []ui.Def{{Term: "Application", Text: a.Name}, {Term: "Can", Text: "exchange codes and refresh tokens as this application"}, {Term: "Ends", Text: "when it is revoked"}},
		Save:  "Download", Filename: "client-secret.txt", Check: "I've put it in my server's configuration or a password manager", Done: ui.Post{Label: "Done", Action: a.path + "/secrets/" + string(key)}}
	return v.show(http.StatusOK, shownView(p))
}

// secretStored is the way on from a secret that was shown.
func (h *Handler) secretStored(v *visit) error {
	key, err := v.client()
	if err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/admin/applications/"+string(key))
}

// shownBefore is what a reload says of a value that is gone.
func shownBefore(what string, at time.Time, again string) ui.CalloutProps {
	return ui.CalloutProps{Tone: ui.Info, Icon: "lock", Title: "This " + what + " was shown at " + at.UTC().Format("15:04") + " and can't be shown again",
		Text: "If it wasn't stored, revoke it and make another.", Action: ui.LinkButton(ui.ButtonProps{Label: "Make new one", Href: again, Size: "sm"})}
}

func secretOf(all []oauth.ClientSecret, key id.ClientSecret) *oauth.ClientSecret {
	for i := range all {
		if all[i].ID == key {
			return &all[i]
		}
	}
	return nil
}

func (h *Handler) askRevokeSecret(v *visit) error {
	key, err := param[id.ClientSecret](v, "secret")
	if err != nil {
		return err
	}
	return v.showApplication(http.StatusOK, &applicationPage{}, func(p *applicationPage) templ.Component {
		s := secretOf(p.secrets, key)
		if s == nil {
			return nil
		}
		return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Revoke the secret " + s.Name + "?",
			Text: "What still uses the secret that ends in " + s.LastFour + " is refused within a second. " + otherSecrets(len(p.secrets)-1),
			Post: ui.Post{Label: "Revoke secret", Action: p.path + "/secrets/" + string(key) + "/revoke"}})
	})
}

func otherSecrets(n int) string {
	if n == 0 {
		return "It is the only one: the application can't exchange codes until it has another."
	}
	return count(int64(n), "other secret keeps", "other secrets keep") + " working."
}

func (h *Handler) revokeSecret(v *visit) error {
	secret, err := param[id.ClientSecret](v, "secret")
	if err != nil {
		return err
	}
	return v.ofApplication(secretRevoked, func(tx *db.Tx, key id.Client) error { return oauth.RevokeSecret(tx, key, secret) })
}
