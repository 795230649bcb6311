package dashboard

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/oauth"
	"gatehouse/web/ui"
)

type applicationsPage struct {
	frame
	rows []oauth.Client
}

func (h *Handler) applications(v *visit) error {
	p := applicationsPage{frame: v.frame("Applications", "/admin/applications")}
	err := v.read(func(tx *db.AllTx) (err error) {
		p.rows, err = oauth.ListClients(tx)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, applicationsView(p))
}

// clientTypes are what an application can be, with what that means.
var clientTypes = []ui.Option{
	{Value: string(oauth.Web), Label: "Web", Hint: "Has a server, which keeps a secret: Express, Rails, Next.js."},
	{Value: string(oauth.SPA), Label: "Single page", Hint: "Runs in the browser alone. No secret; PKCE proves it."},
	{Value: string(oauth.Native), Label: "Native", Hint: "An app on a phone or computer. No secret; PKCE proves it."},
	{Value: string(oauth.Machine), Label: "Machine", Hint: "A server that signs nobody in."},
}

func typeName(t oauth.ClientType) string {
	for _, o := range clientTypes {
		if o.Value == string(t) {
			return o.Label
		}
	}
	return string(t)
}

type newApplicationPage struct {
	frame
	kind, name, redirect string
	wrong                faults
}

// newApplication asks for the type first; the rest of the form follows from it.
func (h *Handler) newApplication(v *visit) error {
	p := newApplicationPage{frame: v.frame("New application", "/admin/applications"), kind: v.query("type")}
	return v.show(http.StatusOK, newApplicationView(p))
}

func (h *Handler) createApplication(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := newApplicationPage{kind: form.Get("type"), name: strings.TrimSpace(form.Get("name")), redirect: strings.TrimSpace(form.Get("redirect_uri")), wrong: faults{}}
	if p.name == "" {
		p.wrong["name"] = "Enter a name."
	}
	n := oauth.NewClient{Name: p.name, Type: oauth.ClientType(p.kind)}
	if p.redirect != "" {
		n.RedirectURIs = []string{p.redirect}
	}
	var c *oauth.Client
	if len(p.wrong) == 0 {
		err = v.change(func(tx *db.Tx) (err error) {
			c, err = oauth.CreateClient(tx, n)
			return err
		})
		at := "name"
		if errorsAre(err, oauth.ErrRedirectURIInvalid, oauth.ErrRedirectTaken) {
			at = "redirect_uri"
		}
		var refused bool
		if p.wrong, refused = faultsOf(err, at, "name", "type"); err != nil && !refused {
			return err
		}
	}
	if len(p.wrong) > 0 {
		p.frame = v.frame("New application", "/admin/applications").fail(p.wrong)
		return v.show(http.StatusUnprocessableEntity, newApplicationView(p))
	}
	return v.done("/admin/applications/"+string(c.ID), applicationCreated)
}

type applicationPage struct {
	frame
	*oauth.Client
	path      string
	redirects []oauth.RedirectURI
	logouts   []oauth.RedirectURI
	secrets   []oauth.ClientSecret
	quick     *quickstart
	address   map[oauth.Purpose]string // as it was typed
	wrong     faults
	dialog    templ.Component
}

func (h *Handler) application(v *visit) error {
	return v.showApplication(http.StatusOK, &applicationPage{}, nil)
}

func (v *visit) showApplication(status int, p *applicationPage, dialog func(*applicationPage) templ.Component) error {
	if err := v.read(func(tx *db.AllTx) error { return p.load(tx, v) }); err != nil {
		return err
	}
	p.frame = p.fail(p.wrong)
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, applicationView(p))
}

func (p *applicationPage) load(tx *db.AllTx, v *visit) error {
	key, err := v.client()
	if err != nil {
		return err
	}
	if p.Client, err = oauth.GetClient(tx, key); err != nil {
		return err
	}
	p.path = "/admin/applications/" + string(key)
	p.frame = v.frame(p.Name, "/admin/applications")
	addresses, err := oauth.ListRedirects(tx, key)
	if err != nil {
		return err
	}
	p.redirects, p.logouts = ofPurpose(addresses, oauth.PurposeRedirect), ofPurpose(addresses, oauth.PurposeLogout)
	p.quick = v.quickstart(p.Client, addresses)
	p.secrets, err = oauth.ListSecrets(tx, key)
	return err
}

// editable reports whether the reader may change the application.
func (p *applicationPage) editable() bool { return p.may(developer) && !p.BuiltIn }

// ofApplication runs fn as a change of the address's application, and goes
// back to its page.
func (v *visit) ofApplication(said notice, fn func(*db.Tx, id.Client) error) error {
	key, err := v.client()
	if err != nil {
		return err
	}
	if err := v.change(func(tx *db.Tx) error { return changeable(tx, key, fn) }); err != nil {
		return err
	}
	return v.done("/admin/applications/"+string(key), said)
}

// changeable runs fn unless the application is part of Gatehouse.
func changeable(tx *db.Tx, key id.Client, fn func(*db.Tx, id.Client) error) error {
	c, err := oauth.GetClient(tx, key)
	if err != nil {
		return err
	}
	if c.BuiltIn {
		return oauth.ErrBuiltIn
	}
	return fn(tx, key)
}

type applicationSettingsPage struct {
	applicationPage
	name, algorithm, minutes, signIn, home string
}

func (h *Handler) applicationSettings(v *visit) error {
	return v.showApplicationSettings(http.StatusOK, nil)
}

func (v *visit) showApplicationSettings(status int, typed *applicationSettingsPage) error {
	var p applicationSettingsPage
	if err := v.read(func(tx *db.AllTx) error { return p.load(tx, v) }); err != nil {
		return err
	}
	p.name, p.algorithm, p.minutes = p.Name, string(p.TokenAlgorithm), strconv.FormatInt(p.AccessTokenSeconds/60, 10)
	p.signIn, p.home = text(p.SignInURL), text(p.HomeURL)
	if typed != nil {
		p.name, p.algorithm, p.minutes, p.signIn, p.home, p.wrong = typed.name, typed.algorithm, typed.minutes, typed.signIn, typed.home, typed.wrong
	}
	p.frame = v.frame("Settings", "/admin/applications", ui.Link{Label: p.Name, Href: p.path}).fail(p.wrong)
	return v.show(status, applicationSettingsView(p))
}

func (h *Handler) saveApplication(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := applicationSettingsPage{name: strings.TrimSpace(form.Get("name")), algorithm: form.Get("token_algorithm"), minutes: strings.TrimSpace(form.Get("minutes")),
		signIn: strings.TrimSpace(form.Get("sign_in_url")), home: strings.TrimSpace(form.Get("home_url"))}
	minutes, err := strconv.Atoi(p.minutes)
	if err != nil || minutes < 1 || minutes > 24*60 {
		p.wrong = faults{"minutes": "Enter whole minutes, 1 to 1,440."}
		return v.showApplicationSettings(http.StatusUnprocessableEntity, &p)
	}
	algorithm, lifetime := oauth.Algorithm(p.algorithm), time.Duration(minutes)*time.Minute
	err = v.ofApplication(applicationSaved, func(tx *db.Tx, key id.Client) error {
		_, err := oauth.UpdateClient(tx, key, oauth.ClientChange{Name: &p.name, TokenAlgorithm: &algorithm, AccessToken: &lifetime, SignInURL: &p.signIn, HomeURL: &p.home})
		return err
	})
	wrong, refused := faultsOf(err, "name", "name", "token_algorithm", "sign_in_url", "home_url")
	if !refused {
		return err
	}
	p.wrong = wrong
	return v.showApplicationSettings(http.StatusUnprocessableEntity, &p)
}
