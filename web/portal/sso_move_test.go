package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/tenants"
)

// moving is a company that changes its provider: Sofie has come by the old
// connection, and the new one's page is at path.
func (w *world) moving() (k *company, before *sso.Connection) {
	w.Helper()
	k = w.halden()
	w.in(w.org, func(tx *db.OrgTx) (err error) {
		old := oidcConnection("Okta of old")
		old.State, old.JIT = sso.Active, true
		if before, err = sso.Create(tx, old); err != nil {
			return err
		}
		if _, err = people.Admit(tx, before, sso.Profile{Subject: "s-1", Email: "sofie@halden.example"}); err != nil {
			return err
		}
		next := oidcConnection("Entra of new")
		next.State = sso.Active
		c, err := sso.Create(tx, next)
		if err == nil {
			k.path = "/portal/sso/" + string(c.ID)
		}
		return err
	})
	return k, before
}

// events is how many of the type the organization's log has.
func (w *world) events(kind string) (n int) {
	w.Helper()
	w.in(w.org, func(tx *db.OrgTx) error {
		found, err := audit.List(tx, audit.Filter{Types: []string{kind}, Limit: 10})
		n = len(found)
		return err
	})
	return n
}

// An organization that changes its provider could not keep its people's
// accounts without asking the service's support.
func TestAnOwnerLetsPeopleMove(t *testing.T) {
	each(t, func(w *world) {
		k, old := w.moving()
		k.want(k.get(k.path), http.StatusOK, "Move people from another provider", "Okta of old", "Let people move here")
		asked := k.post(k.path+"/move", "connection_id", string(old.ID))
		k.want(asked, http.StatusOK, "Let people of Okta of old move here?", "1 person is known by Okta of old.", "whoever runs Entra of new says who is who")
		if k.connection().ReplacesID != nil || k.events("connection.replacement_approved") != 0 {
			k.Error("asking approved it")
		}
		k.lands(k.post(k.path+"/move", "connection_id", string(old.ID), "confirmed", "on"), k.path)
		c := k.connection()
		if c.ReplacesID == nil || *c.ReplacesID != old.ID || *c.ReplacesApprovedBy != string(k.owner.ID) || c.ReplacesApprovedAt == nil {
			k.Fatalf("kept: %+v", c)
		}
		k.want(k.get(k.path), http.StatusOK, "People of the other connection move here.", "People of Okta of old move here, approved by "+k.owner.DisplayName()+" on "+c.ReplacesApprovedAt.UTC().Format("2 Jan 2006"), "Take it back")
		k.want(k.get("/portal"), http.StatusOK, "Move of people approved")
		k.lands(k.post(k.path+"/move/back"), k.path)
		if c := k.connection(); c.ReplacesID != nil || c.ReplacesApprovedBy != nil || c.ReplacesApprovedAt != nil || k.events("connection.replacement_withdrawn") != 1 {
			k.Errorf("taken back: %+v", c)
		}
	})
}

// Whoever runs the new provider could take over everybody's account if an
// admin, or somebody with a link, could approve the move.
func TestNobodyButAnOwnerLetsPeopleMove(t *testing.T) {
	each(t, func(w *world) {
		k, old := w.moving()
		admin := w.person("tom@halden.example")
		w.member(w.org, admin, tenants.AdminRole)
		key := k.key()
		shared := w.browser()
		shared.post("/portal/open/" + w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.SSO}, Connection: &key}))
		others := map[string]*chrome{"an admin": w.entered(w.org, admin), "a link": w.visitor(w.org, portal.LinkScopes...), "a link to the connection": shared}
		approve := func() {
			k.lands(k.post(k.path+"/move", "connection_id", string(old.ID), "confirmed", "on"), k.path)
		}
		for who, b := range others {
			page := b.get(k.path)
			b.want(page, http.StatusOK, "Move people from another provider", "signed in here by their own account, approves it.")
			b.want(b.post(k.path+"/move", "connection_id", string(old.ID), "confirmed", "on"), http.StatusForbidden, "An owner of the organization decides that")
			b.want(b.post(k.path+"/move", "connection_id", string(old.ID)), http.StatusForbidden)
			if strings.Contains(page.body, k.path+"/move") || k.connection().ReplacesID != nil {
				t.Errorf("%s approves", who)
			}
			approve()
			page = b.get(k.path)
			b.want(page, http.StatusOK, "approved by "+k.owner.DisplayName(), "can take it back.")
			b.want(b.post(k.path+"/move/back"), http.StatusForbidden, "An owner of the organization decides that")
			if strings.Contains(page.body, k.path+"/move") || k.connection().ReplacesID == nil {
				t.Errorf("%s takes it back", who)
			}
			if named := strings.Contains(page.body, "Okta of old"); named != (b != shared) {
				t.Errorf("%s is told the other's name: %v", who, named)
			}
			k.lands(k.post(k.path+"/move/back"), k.path)
		}
	})
}

// A form that names nothing, this connection or another organization's must
// change nothing and say so; without another connection nothing is offered.
func TestWhatPeopleCannotMoveFrom(t *testing.T) {
	each(t, func(w *world) {
		k, old := w.moving()
		var theirs *sso.Connection
		w.in(w.other, func(tx *db.OrgTx) (err error) { theirs, err = sso.Create(tx, oidcConnection("Nordby's")); return err })
		for from, status := range map[string]int{"": 422, "conn_x": 422, string(k.key()): 422, string(theirs.ID): 404} {
			for _, confirmed := range []string{"", "on"} {
				k.want(k.post(k.path+"/move", "connection_id", from, "confirmed", confirmed), status)
			}
		}
		k.want(k.post("/portal/sso/"+string(theirs.ID)+"/move", "connection_id", string(old.ID), "confirmed", "on"), http.StatusNotFound)
		k.want(k.post("/portal/sso/"+string(theirs.ID)+"/move/back"), http.StatusNotFound)
		if k.connection().ReplacesID != nil {
			t.Error("it is approved")
		}
		k.lands(k.post(k.path+"/move", "connection_id", string(old.ID), "confirmed", "on"), k.path)
		w.in(w.org, func(tx *db.OrgTx) error { return sso.Delete(tx, old.ID) })
		alone := k.get(k.path)
		if k.want(alone, http.StatusOK); strings.Contains(alone.body, "Move people from another provider") {
			t.Error("there is nothing to move from")
		}
	})
}
