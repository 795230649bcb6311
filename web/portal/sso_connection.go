package portal

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/sso/diagnosis"
	"gatehouse/sso/saml"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// connectionPage is one connection: how it does, and its settings.
type connectionPage struct {
	connectionFrame
	form            settingsForm
	problem         faults
	succeeded       int64
	failed          int64
	failures        []failedRow
	more            bool
	members         int64
	certificate     *ending
	required        bool // everybody has to sign in by single sign-on
	only            bool // and no other connection is on
	previous        bool // an earlier configuration can come back
	decides         bool
	asked           string // the question on the page: off, undo
	startURL        string
	metadataProblem string
	move            movePart
}

// answered is what a form of the page met, where it is drawn again.
type answered struct {
	typed *settingsForm
	wrong faults
	move  *moveQuestion
}

// failedRow is a sign-in that failed.
type failedRow struct {
	title, code, who, href string
	at                     time.Time
}

// window is what the numbers of a connection are about.
const window = 30 * 24 * time.Hour

const shownFailures = 10

func (h *Handler) ssoConnection(v *visit) error {
	s, err := v.setup()
	if err != nil {
		return err
	}
	path := pathSSO + "/" + string(s.Connection.ID)
	switch {
	case v.certificatesOnly():
		return v.Redirect(http.StatusSeeOther, path+"/certificates")
	case s.Connection.State == sso.Draft && v.QueryParam("confirm") == "":
		return v.Redirect(http.StatusSeeOther, path+"/setup/"+stepOf(s.Connection).name)
	}
	return h.showConnection(v, s, http.StatusOK, answered{})
}

func (h *Handler) showConnection(v *visit, s *sso.Setup, status int, a answered) error {
	p := connectionPage{connectionFrame: v.connectionFrame(s.Connection, s.Connection.Name), form: settingsOf(s), problem: a.wrong,
		decides: v.has(portal.Policies), startURL: h.values(s.Connection.ID)["start_url"], metadataProblem: deref(s.Connection.MetadataError)}
	if a.typed != nil {
		p.form = *a.typed
	}
	if q := v.QueryParam("confirm"); q == "off" || q == "undo" {
		p.asked = q
	}
	if a.wrong["confirm"] != "" {
		p.asked = "off"
	}
	if at := s.Connection.CertificateExpiresAt; at != nil {
		e := endsAt(*at, v.now)
		p.certificate = &e
	}
	if a.move != nil {
		p.asked, p.move.question = "move", *a.move
	}
	p.frame = p.fail(a.wrong)
	err := v.read(func(tx *db.OrgTx) error {
		if err := p.load(tx, h, s); err != nil {
			return err
		}
		return p.move.load(tx, v, s.Connection)
	})
	if err != nil {
		return err
	}
	return v.show(status, connectionView(p))
}

func (p *connectionPage) load(tx *db.OrgTx, h *Handler, s *sso.Setup) (err error) {
	c, since := s.Connection, tx.Now().Add(-window)
	if p.succeeded, err = sso.CountSignIns(tx, c.ID, sso.Succeeded, since); err != nil {
		return err
	}
	if p.failed, err = sso.CountSignIns(tx, c.ID, sso.Failed, since); err != nil {
		return err
	}
	list, _, err := sso.Attempts(tx, c.ID, db.Page{Limit: shownFailures}, db.Eq("outcome", sso.Failed), db.Not("kind", sso.KindTest))
	if err != nil {
		return err
	}
	for i := range list {
		p.failures = append(p.failures, p.failure(h, &list[i]))
	}
	p.more = p.failed > int64(len(p.failures))
	if p.members, err = users.CountMembers(tx); err != nil {
		return err
	}
	policy, err := tenants.GetPolicy(tx, tx.Organization())
	if err != nil {
		return err
	}
	p.required = policy.SSORequired
	on, err := sso.Count(tx, sso.ListQuery{State: sso.Active})
	if err != nil {
		return err
	}
	p.only = c.State == sso.Active && on == 1
	p.previous, err = sso.HasPrevious(tx, c.ID)
	return err
}

func (p *connectionPage) failure(h *Handler, a *sso.Attempt) failedRow {
	d := diagnosis.Of(diagnosis.Facts{Code: deref(a.Code), Guide: p.guide, App: h.Name, Expected: deref(a.Expected), Received: deref(a.Received)})
	who := deref(a.Email)
	if who == "" {
		who = deref(a.Subject)
	}
	return failedRow{title: d.Title, code: d.Code, who: who, href: p.path + "/test/" + string(a.ID), at: a.CreatedAt}
}

// settingsForm are the settings that an admin changes now and then.
type settingsForm struct {
	name, format, legacy, scopes   string
	initiated, sign, encrypt, anew bool
}

func settingsOf(s *sso.Setup) settingsForm {
	f := settingsForm{name: s.Connection.Name, initiated: s.Connection.IDPInitiated}
	if c := s.Live.SAML; c != nil {
		f.format, f.sign, f.encrypt, f.anew = c.NameIDFormat, c.SignRequests, c.WantEncrypted, c.ForceAuthn
		if len(c.LegacyEncryption) > 0 {
			f.legacy = "on"
		}
	}
	if c := s.Live.OIDC; c != nil {
		f.scopes = strings.Join(c.Scopes, " ")
	}
	return f
}

func readSettings(form browser.Params) settingsForm {
	on := func(name string) bool { return form.Get(name) == "on" }
	return settingsForm{name: form.Get("name"), format: form.Get("saml.name_id_format"), legacy: form.Get("legacy"), scopes: form.Get("oidc.scopes"),
		initiated: on("initiated"), sign: on("sign"), encrypt: on("encrypt"), anew: on("anew")}
}

func (f settingsForm) change(p sso.Protocol) sso.Change {
	ch := sso.Change{Name: &f.name, IDPInitiated: &f.initiated}
	if p == sso.OIDC {
		scopes := strings.Fields(f.scopes)
		ch.OIDC = &sso.OIDCChange{Scopes: &scopes}
		return ch
	}
	legacy := []string{}
	if f.legacy == "on" {
		legacy = slices.Clone(sso.Ciphers)
	}
	ch.SAML = &sso.SAMLChange{SignRequests: &f.sign, WantEncrypted: &f.encrypt, ForceAuthn: &f.anew, NameIDFormat: &f.format, LegacyEncryption: &legacy}
	return ch
}

// ssoChange saves the settings.
func (h *Handler) ssoChange(v *visit) error {
	s, err := v.setup()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	typed := readSettings(form)
	err = v.in(func(tx *db.OrgTx) error {
		_, err := sso.Update(tx, s.Connection.ID, typed.change(s.Connection.Protocol))
		return err
	})
	if wrong, refused := faultsOf(err, "name", "name", "saml.name_id_format", "oidc.scopes"); refused {
		return h.showConnection(v, s, http.StatusUnprocessableEntity, answered{typed: &typed, wrong: wrong})
	}
	if err != nil {
		return err
	}
	return v.done(pathSSO+"/"+string(s.Connection.ID), connectionSaved)
}

var errLastConnection = problem.New(problem.Conflict, "sso_required", "Everybody has to sign in by single sign-on, and this is the only connection that is on. Take that back first, under Policies.")

// ssoTurnOff turns the connection off, once its name was typed.
func (h *Handler) ssoTurnOff(v *visit) error {
	s, err := v.setup()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	if strings.TrimSpace(form.Get("confirm")) != s.Connection.Name {
		return h.showConnection(v, s, http.StatusUnprocessableEntity, answered{wrong: faults{"confirm": "Type the name as it stands here."}})
	}
	err = v.in(func(tx *db.OrgTx) error {
		if _, err := tenants.Lock(tx); err != nil { // of two who turn the last two off, one is too late
			return err
		}
		policy, err := tenants.GetPolicy(tx, v.org.ID)
		if err != nil {
			return err
		}
		on, err := sso.Count(tx, sso.ListQuery{State: sso.Active})
		if err != nil {
			return err
		}
		if policy.SSORequired && on <= 1 {
			return errLastConnection
		}
		_, err = sso.Deactivate(tx, s.Connection.ID)
		return err
	})
	if err != nil {
		return err
	}
	return v.done(pathSSO+"/"+string(s.Connection.ID), connectionOff)
}

// ssoRollBack brings the configuration back that counted before.
func (h *Handler) ssoRollBack(v *visit) error {
	c, err := v.connection()
	if err != nil {
		return err
	}
	err = v.in(func(tx *db.OrgTx) error { _, err := sso.RollBack(tx, c); return err })
	if errors.Is(err, sso.ErrNoPrevious) {
		return v.Redirect(http.StatusSeeOther, pathSSO+"/"+string(c))
	}
	if err != nil {
		return err
	}
	return v.done(pathSSO+"/"+string(c), connectionRestored)
}

// formatOptions are the NameID formats that can be asked for.
var formatOptions = []ui.Option{{Label: "None: the provider chooses"}, {Value: saml.FormatEmail, Label: "Email address"}, {Value: saml.FormatPersistent, Label: "Persistent"}, {Value: saml.FormatUnspecified, Label: "Unspecified"}}
