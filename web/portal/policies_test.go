package portal_test

import (
	"net/http"
	"testing"
	"time"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/tenants"
)

func oidcConnection(name string) sso.New {
	return sso.New{Type: "GenericOIDC", Name: name, ClientSecret: config.NewSecret("a secret of the provider's"),
		Configuration: sso.Configuration{OIDC: &sso.OIDCConfiguration{Issuer: "https://login.halden.example", ClientID: "gatehouse"}}}
}

// connection is a row that a test sets the last test's time in.
type connection struct {
	db.Owned
	ID        id.Connection
	TestedAt  *time.Time
	TestedBy  *string
	UpdatedAt time.Time
}

func (connection) TableName() string { return "connections" }

var connections = db.OwnedTable[connection, id.Connection]{}

func (w *world) tested(c id.Connection, by string, ago time.Duration) {
	w.Helper()
	w.in(w.org, func(tx *db.OrgTx) error {
		_, err := connections.Update(tx, c, db.Set{"tested_at": tx.Now().Add(-ago), "tested_by": by})
		return err
	})
}

func (w *world) policy() (p tenants.Policy) {
	w.Helper()
	w.in(w.org, func(tx *db.OrgTx) (err error) { p, err = tenants.GetPolicy(tx, w.org.ID); return err })
	return p
}

// Requiring single sign-on must lock nobody out: not where nothing is on, not
// by somebody who has not seen it work, not without a way back in.
func TestRequiringSingleSignOn(t *testing.T) {
	each(t, func(w *world) {
		ines, tom := w.person("ines@haldenmarine.example"), w.person("tom@haldenmarine.example")
		w.member(w.org, ines, tenants.OwnerRole)
		w.member(w.org, tom, tenants.DefaultRole)
		b := w.admin(ines)
		b.get("/portal")
		b.want(b.get("/portal/policies"), http.StatusOK, "Required now", "ines@haldenmarine.example")
		now := []string{"require", "now", "emergency", string(ines.ID)}
		b.want(b.post("/portal/policies", now...), http.StatusUnprocessableEntity, "Turn a connection on first")
		var c *sso.Connection
		w.in(w.org, func(tx *db.OrgTx) (err error) { c, err = sso.Create(tx, oidcConnection("Okta")); return err })
		b.want(b.post("/portal/policies", now...), http.StatusUnprocessableEntity, "Test the connection first")
		for by, ago := range map[string]time.Duration{"tom@haldenmarine.example": time.Minute, "ines@haldenmarine.example": 61 * time.Minute} {
			w.tested(c.ID, by, ago)
			b.want(b.post("/portal/policies", now...), http.StatusUnprocessableEntity, "Test the connection first")
		}
		w.tested(c.ID, "ines@haldenmarine.example", time.Minute)
		b.want(b.post("/portal/policies", "require", "now"), http.StatusUnprocessableEntity, "Name somebody who gets in")
		b.want(b.post("/portal/policies", "require", "now", "emergency", string(w.priya.ID)), http.StatusUnprocessableEntity, "active member")
		b.want(b.post("/portal/policies", "require", "from", "day", "2001-01-01", "emergency", string(ines.ID)), http.StatusUnprocessableEntity, "Choose a day")
		b.want(b.post("/portal/policies", "require", "soon"), http.StatusUnprocessableEntity, "Choose when")
		b.want(b.post("/portal/policies", now...), http.StatusOK, "Require single sign-on now?", "1 person signs in by single sign-on alone", "1 emergency account keeps")
		if w.policy().SSORequired {
			w.Fatal("it was saved by the question")
		}
		b.want(b.post("/portal/policies", append(now, "confirmed", "on")...), http.StatusSeeOther)
		if p := w.policy(); !p.SSORequired || len(p.BreakGlassUsers) != 1 {
			w.Errorf("%+v", p)
		}
		b.want(b.get("/portal"), http.StatusOK, "Everyone except 1 emergency account")
		b.want(b.post("/portal/policies", "require", "optional", "emergency", string(ines.ID), "confirmed", "on"), http.StatusSeeOther)
		if w.policy().SSORequired {
			w.Error("it is still required")
		}
		day := w.d.Now().AddDate(0, 0, 20).UTC().Format(time.DateOnly)
		b.want(b.post("/portal/policies", "require", "from", "day", day, "emergency", string(ines.ID), "confirmed", "on"), http.StatusSeeOther)
		if p := w.policy(); p.SSORequired || p.SSORequiredFrom == nil || p.SSORequiredFrom.UTC().Format(time.DateOnly) != day {
			w.Errorf("%+v", p)
		}
	})
}

// What an organization asks of its people is not for whoever holds a link.
func TestNoLinkOpensPolicies(t *testing.T) {
	each(t, func(w *world) {
		b := w.visitor(w.org, append(portal.RoleScopes, portal.SSO)...)
		b.want(b.get("/portal/policies"), http.StatusNotFound)
		b.want(b.post("/portal/policies", "require", "optional"), http.StatusNotFound)
	})
}
