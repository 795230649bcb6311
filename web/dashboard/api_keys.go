package dashboard

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

type apiKeysPage struct {
	frame
	rows   []keyRow
	pager  ui.PagerProps
	dialog templ.Component
}

type keyRow struct {
	apikeys.Key
	organization string // whose, or "" for the deployment's
}

func (h *Handler) apiKeys(v *visit) error { return v.showAPIKeys(nil) }

func (v *visit) showAPIKeys(dialog func(*apiKeysPage) templ.Component) error {
	p := apiKeysPage{frame: v.frame("API keys", "/admin/api-keys")}
	err := v.read(func(tx *db.AllTx) error {
		list, paging, err := apikeys.List(tx, v.page())
		if err != nil {
			return err
		}
		p.pager = pager("/admin/api-keys", nil, paging, count(int64(len(list)), "key", "keys")+" here")
		p.rows, err = keyRows(tx, list)
		return err
	})
	if err != nil {
		return err
	}
	if dialog != nil {
		p.dialog = dialog(&p)
	}
	return v.show(http.StatusOK, apiKeysView(p))
}

func keyRows(tx *db.AllTx, list []apikeys.Key) ([]keyRow, error) {
	var orgs []id.Organization
	for _, k := range list {
		if k.OrganizationID != nil {
			orgs = append(orgs, *k.OrganizationID)
		}
	}
	names, err := tenants.ByID(tx, orgs)
	rows := make([]keyRow, len(list))
	for i, k := range list {
		rows[i].Key = k
		if k.OrganizationID != nil {
			rows[i].organization = names[*k.OrganizationID].Name
		}
	}
	return rows, err
}

type newAPIKeyPage struct {
	frame
	name, lasts string
	wrong       faults
}

// keyLasts are the choices of how long a key works.
var keyLasts = []struct {
	value, label string
	lasts        time.Duration
}{
	{"", "Until it is revoked", 0}, {"30d", "30 days", 30 * 24 * time.Hour}, {"90d", "90 days", 90 * 24 * time.Hour}, {"365d", "1 year", 365 * 24 * time.Hour},
}

func keyOptions() []ui.Option {
	var options []ui.Option
	for _, k := range keyLasts {
		options = append(options, ui.Option{Value: k.value, Label: k.label})
	}
	return options
}

func (h *Handler) newAPIKey(v *visit) error {
	return v.show(http.StatusOK, newAPIKeyView(newAPIKeyPage{frame: v.frame("New API key", "/admin/api-keys")}))
}

func (h *Handler) createAPIKey(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := newAPIKeyPage{name: strings.TrimSpace(form.Get("name")), lasts: form.Get("lasts"), wrong: faults{}}
	n := apikeys.New{Name: p.name}
	for _, k := range keyLasts {
		if k.value == p.lasts && k.lasts > 0 {
			at := v.now.Add(k.lasts)
			n.ExpiresAt = &at
		}
	}
	var key *apikeys.Key
	var value string
	if p.name == "" {
		p.wrong["name"] = "Enter a name, such as where it is used."
	} else {
		err = v.changeAll(func(tx *db.AllTx) (err error) {
			key, value, err = apikeys.Create(tx, n)
			return err
		})
		var refused bool
		if p.wrong, refused = faultsOf(err, "name"); err != nil && !refused {
			return err
		}
	}
	if len(p.wrong) > 0 {
		p.frame = v.frame("New API key", "/admin/api-keys").fail(p.wrong)
		return v.show(http.StatusUnprocessableEntity, newAPIKeyView(p))
	}
	if err := v.keepOnce(string(key.ID), value); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/admin/api-keys/"+string(key.ID))
}

// oneKey is the key of the address.
func (v *visit) oneKey() (*apikeys.Key, error) {
	key, err := param[id.APIKey](v, "key")
	if err != nil {
		return nil, err
	}
	var k *apikeys.Key
	err = v.read(func(tx *db.AllTx) (err error) {
		k, err = apikeys.Get(tx, key)
		return err
	})
	return k, err
}

func (h *Handler) showAPIKey(v *visit) error {
	k, err := v.oneKey()
	if err != nil {
		return err
	}
	value, err := v.takeOnce(string(k.ID))
	if err != nil {
		return err
	}
	p := shownPage{frame: v.frame(k.Name, "/admin/api-keys")}
	if value == "" {
		p.again = shownBefore("API key", k.CreatedAt, "/admin/api-keys/new")
		return v.show(http.StatusOK, shownView(p))
	}
	until := "when it is revoked"
	if k.ExpiresAt != nil {
		until = day(*k.ExpiresAt)
	}
	p.once = ui.SecretOnceProps{Title: "Copy the API key now", Text: "We store only a fingerprint. When you leave this page, nobody can see it again, but you can make a new one.",
		Copy:  ui.CopyBoxProps{ID: "secret", Value: value, Label: "Copy API key", Copy: "Copy", Copied: "Copied"},
		Facts: []ui.Def{{Term: "Can", Text: "read and change everything through the management API"}, {Term: "Ends", Text: until}},
		Save:  "Download", Filename: "api-key.txt", Check: "I've put it in my server's configuration or a password manager", Done: ui.Post{Label: "Done", Action: "/admin/api-keys/" + string(k.ID)}}
	return v.show(http.StatusOK, shownView(p))
}

// apiKeyStored is the way on from a key that was shown.
func (h *Handler) apiKeyStored(v *visit) error {
	return v.Redirect(http.StatusSeeOther, "/admin/api-keys")
}

func (h *Handler) askRevokeAPIKey(v *visit) error {
	k, err := v.oneKey()
	if err != nil {
		return err
	}
	return v.showAPIKeys(func(*apiKeysPage) templ.Component {
		used := "It has never been used."
		if k.LastUsedAt != nil {
			used = "It was last used " + when(v.now, *k.LastUsedAt) + "."
		}
		return confirm(question{path: "/admin/api-keys"}, ui.ConfirmProps{Title: "Revoke " + k.Name + "?",
			Text: "What still uses the key that ends in " + k.LastFour + " is refused at once. " + used + " This can't be undone.",
			Post: ui.Post{Label: "Revoke API key", Action: "/admin/api-keys/" + string(k.ID) + "/revoke"}})
	})
}

func (h *Handler) revokeAPIKey(v *visit) error {
	k, err := v.oneKey()
	if err != nil {
		return err
	}
	if err := v.changeAll(func(tx *db.AllTx) error { return apikeys.RevokeAny(tx, k.ID) }); err != nil {
		return err
	}
	return v.done("/admin/api-keys", keyRevoked)
}
