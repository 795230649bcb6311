package dashboard

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/social"
	"gatehouse/web/ui"
)

// socialHome is where the providers are listed.
const socialHome = "/admin/settings/social"

type socialPage struct {
	frame
	rows []social.Provider
}

func (h *Handler) socialProviders(v *visit) error {
	p := socialPage{frame: v.settingsFrame(socialHome)}
	err := v.read(func(tx *db.AllTx) (err error) {
		p.rows, err = social.List(tx, h.Social.Environment)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, socialView(p))
}

// socialForm is a provider as it was typed or is stored. The secret goes in
// and never comes out.
type socialForm struct {
	kind                                       social.Type
	slug, name, issuer, client, scopes, tenant string
	team, key, domains                         string
	formPost, enabled                          bool
	secret                                     *string // nil: what is stored stays
}

func readSocial(form browser.Params, kind social.Type, slug string) socialForm {
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	f := socialForm{kind: kind, slug: slug, name: get("name"), issuer: get("issuer"), client: get("client_id"), scopes: get("scopes"), tenant: get("tenant"),
		team: get("team_id"), key: get("key_id"), domains: get("domains"), formPost: get("form_post") != "", enabled: get("enabled") != ""}
	if secret := get("client_secret"); secret != "" {
		f.secret = &secret
	}
	return f
}

func (f socialForm) setup() social.Setup {
	list := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
	}
	return social.Setup{Type: f.kind, Slug: f.slug, Name: f.name, Issuer: f.issuer, ClientID: f.client, Secret: f.secret, Enabled: f.enabled,
		Options: social.Options{Scopes: list(f.scopes), Tenant: f.tenant, TeamID: f.team, KeyID: f.key, Domains: list(f.domains), FormPost: f.formPost}}
}

func storedSocial(p *social.Provider) socialForm {
	o := p.Options
	return socialForm{kind: p.Type, slug: p.Slug, name: p.Name, issuer: text(p.Issuer), client: p.ClientID, scopes: strings.Join(o.Scopes, " "), tenant: o.Tenant,
		team: o.TeamID, key: o.KeyID, domains: strings.Join(o.Domains, " "), formPost: o.FormPost, enabled: p.Enabled}
}

// socialFields are the fields of the form that a problem may name.
var socialFields = []string{"name", "slug", "issuer", "client_id", "client_secret", "scopes", "tenant", "team_id", "key_id", "domains"}

type newSocialPage struct {
	frame
	socialForm
	choices []ui.Option
	wrong   faults
}

// newSocial asks for the type first; the rest of the form follows from it.
func (h *Handler) newSocial(v *visit) error {
	return v.showNewSocial(http.StatusOK, newSocialPage{socialForm: socialForm{kind: social.Type(v.query("type")), enabled: true}})
}

func (v *visit) showNewSocial(status int, p newSocialPage) error {
	var there []social.Provider
	err := v.read(func(tx *db.AllTx) (err error) {
		there, err = social.List(tx, v.h.Social.Environment)
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range append(slices.Clone(social.Types), social.OIDC) {
		if t == social.OIDC || !slices.ContainsFunc(there, func(p social.Provider) bool { return p.Type == t }) {
			p.choices = append(p.choices, ui.Option{Value: string(t), Label: t.Name(), Hint: typeHint(t)})
		}
	}
	p.frame = v.frame("Add provider", settingsHome, ui.Link{Label: "Social sign-in", Href: socialHome}).fail(p.wrong)
	return v.show(status, newSocialView(p))
}

func typeHint(t social.Type) string {
	if t == social.OIDC {
		return "Any other issuer that speaks it."
	}
	return ""
}

func (h *Handler) createSocial(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := newSocialPage{socialForm: readSocial(form, social.Type(form.Get("type")), strings.TrimSpace(form.Get("slug")))}
	var made *social.Provider
	err = v.change(func(tx *db.Tx) error {
		made, err = social.Create(tx, h.Social.Environment, p.setup())
		return err
	})
	if wrong, refused := faultsOf(err, "name", socialFields...); refused {
		p.wrong = wrong
		return v.showNewSocial(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return v.done(socialHome+"/"+made.Slug, providerAdded)
}

type socialProviderPage struct {
	frame
	*social.Provider
	socialForm
	path, callback string
	tested         *ui.CalloutProps
	wrong          faults
	dialog         templ.Component
}

func (h *Handler) socialProvider(v *visit) error {
	return v.showSocialProvider(http.StatusOK, socialProviderPage{}, nil)
}

// showSocialProvider draws the form with what is stored or, after a refusal,
// with what was typed.
func (v *visit) showSocialProvider(status int, p socialProviderPage, typed *socialForm) error {
	err := v.read(func(tx *db.AllTx) (err error) {
		p.Provider, err = social.Get(tx, v.h.Social.Environment, v.Param("provider"))
		return err
	})
	if err != nil {
		return err
	}
	p.path, p.callback = socialHome+"/"+p.Slug, v.h.Social.Callback(p.Slug)
	p.socialForm = storedSocial(p.Provider)
	if typed != nil {
		typed.kind = p.Type
		p.socialForm = *typed
	}
	p.frame = v.frame(p.Provider.Name, settingsHome, ui.Link{Label: "Social sign-in", Href: socialHome}).fail(p.wrong)
	return v.show(status, socialProviderView(p))
}

func (h *Handler) saveSocial(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	slug := v.Param("provider")
	typed := readSocial(form, "", slug)
	err = v.change(func(tx *db.Tx) error {
		_, err := social.Update(tx, h.Social.Environment, slug, typed.setup())
		return err
	})
	if wrong, refused := faultsOf(err, "name", socialFields...); refused {
		return v.showSocialProvider(http.StatusUnprocessableEntity, socialProviderPage{wrong: wrong}, &typed)
	}
	if err != nil {
		return err
	}
	return v.done(socialHome+"/"+slug, providerSaved)
}

// switchSocial turns a provider on or off.
func (h *Handler) switchSocial(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	slug, on := v.Param("provider"), form.Get("on") != ""
	if err := v.change(func(tx *db.Tx) error { return social.Switch(tx, h.Social.Environment, slug, on) }); err != nil {
		return err
	}
	said := providerOff
	if on {
		said = providerOn
	}
	return v.done(socialHome+"/"+slug, said)
}

// testSocial reads what the provider publishes about itself.
func (h *Handler) testSocial(v *visit) error {
	if _, err := v.form(); err != nil {
		return err
	}
	err := h.Social.Test(v.Request().Context(), v.Param("provider"))
	said := &ui.CalloutProps{Tone: ui.OK, Text: "The provider answers, and what it publishes can be used. Whether it takes the client id and secret shows at the first sign-in."}
	if p := problem.As(err); p != nil && p.Kind != problem.NotFound {
		said = &ui.CalloutProps{Tone: ui.Bad, Text: p.Message, Alert: true}
	} else if err != nil {
		return err
	}
	return v.showSocialProvider(http.StatusOK, socialProviderPage{tested: said}, nil)
}

func (h *Handler) askDeleteSocial(v *visit) error {
	path := socialHome + "/" + v.Param("provider")
	return v.showSocialProvider(http.StatusOK, socialProviderPage{dialog: confirm(question{path: path}, ui.ConfirmProps{Title: "Delete this provider?",
		Text: "Nobody signs in by it any more. People keep their accounts, and come in again by it if you add it once more.",
		Post: ui.Post{Label: "Delete provider", Action: path + "/delete"}})}, nil)
}

func (h *Handler) deleteSocial(v *visit) error {
	slug := v.Param("provider")
	if err := v.change(func(tx *db.Tx) error { return social.Delete(tx, slug) }); err != nil {
		return err
	}
	return v.done(socialHome, providerDeleted)
}
