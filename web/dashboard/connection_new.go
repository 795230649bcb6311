package dashboard

import (
	"net/http"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/tenants"
)

type newConnectionPage struct {
	frame
	organization, kind, name string
	form                     providerForm
	wrong                    faults
}

func (p newConnectionPage) protocol() sso.Protocol { return sso.Type(p.kind).Protocol() }

// newConnection asks whose and which provider first; the rest of the form
// follows from it.
func (h *Handler) newConnection(v *visit) error {
	p := newConnectionPage{organization: v.query("organization"), kind: v.query("type"), form: providerForm{sign: true}}
	return v.showNewConnection(http.StatusOK, p)
}

func (v *visit) showNewConnection(status int, p newConnectionPage) error {
	p.frame = v.frame("New connection", connectionsHome).fail(p.wrong)
	return v.show(status, newConnectionView(p))
}

// whose is the customer that was named, by its id or the application's own.
func (v *visit) whose(text string) (*tenants.Organization, error) {
	var o *tenants.Organization
	err := v.read(func(tx *db.AllTx) (err error) {
		if org, bad := id.Parse[id.Organization](text); bad == nil {
			o, err = customer(tx, org)
			return err
		}
		o, err = tenants.GetByExternalID(tx, text)
		return err
	})
	return o, err
}

// createConnection makes a draft: it is turned on once it was looked at.
func (h *Handler) createConnection(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := newConnectionPage{organization: strings.TrimSpace(form.Get("organization")), kind: form.Get("type"), name: strings.TrimSpace(form.Get("name")), form: readProvider(form), wrong: faults{}}
	p.form.sign = true
	kind, known := sso.ParseType(p.kind)
	if !known {
		return v.showNewConnection(http.StatusOK, newConnectionPage{organization: p.organization})
	}
	org, err := v.whose(p.organization)
	if missing(err) {
		p.wrong["organization"] = "No organization has that ID or external ID."
		return v.showNewConnection(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	made, err := v.makeConnection(org.ID, kind, p)
	if err == nil {
		return v.done(connectionsHome+"/"+string(made), connectionCreated)
	}
	var refused bool
	if p.wrong, refused = providerFaults(err, "name"); !refused {
		return err
	}
	return v.showNewConnection(http.StatusUnprocessableEntity, p)
}

func (v *visit) makeConnection(org id.Organization, kind sso.Type, p newConnectionPage) (id.Connection, error) {
	configure, err := v.configure(p.form, kind.Protocol(), providerForm{})
	if err != nil {
		return "", err
	}
	configuration, secret, err := sso.Configured(kind.Protocol(), configure, v.h.DB.Now())
	if err != nil {
		return "", err
	}
	var made id.Connection
	err = v.in(org, func(tx *db.OrgTx) error {
		c, err := sso.Create(tx, sso.New{Type: kind, Name: p.name, State: sso.Draft, JIT: true, Configuration: configuration, ClientSecret: secret})
		if err == nil {
			made = c.ID
		}
		return err
	})
	return made, err
}
