package oauth

import (
	"net/http"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/tenants"
)

var connectionRows = db.OwnedTable[sso.Connection, id.Connection]{}

// connect gives an organization an active connection.
func (w *world) connect(org id.Organization) *sso.Connection {
	w.t.Helper()
	c := &sso.Connection{ID: id.New[id.Connection](), Type: "GenericSAML", Protocol: sso.SAML, Name: "Okta", State: sso.Active, JIT: true, RoleMappings: []sso.RoleMapping{}}
	w.write(func(tx *db.Tx) error {
		return tx.In(org, func(tx *db.OrgTx) error { return connectionRows.Insert(tx, c) })
	})
	return c
}

var identityRows = db.OwnedTable[people.Identity, id.Profile]{}

// knows stores who the person is at a connection.
func (w *world) knows(c *sso.Connection, guest bool) *people.Identity {
	w.t.Helper()
	now := w.d.Clock()
	i := &people.Identity{ID: id.New[id.Profile](), ConnectionID: c.ID, UserID: w.user.ID, Subject: "ada", Guest: guest, ProvenAt: &now, LastUsedAt: &now, Profile: []byte{}}
	w.write(func(tx *db.Tx) error {
		return tx.In(c.OrganizationID, func(tx *db.OrgTx) error { return identityRows.Insert(tx, i) })
	})
	return i
}

// comes puts a session into the browser that began at a connection, and lets
// every sign-in that complete makes be by it.
func (w *world) comes(c *sso.Connection, guest bool) {
	w.t.Helper()
	w.how, w.via = sessions.SSO, sessions.Via{ConnectionID: &c.ID, SSOOrganizationID: &c.OrganizationID, SSOGuest: guest}
	w.write(func(tx *db.Tx) error {
		_, secret, err := sessions.StartBrowserVia(tx, w.user.ID, w.how, w.via, sessions.Lifetimes{})
		w.cookie(secret)
		return err
	})
}

func (w *world) silently(org id.Organization) answered {
	w.t.Helper()
	return w.get("/user_management/authorize", w.wireQuery("prompt", "none", "organization_id", string(org)))
}

func (w *world) redeems(done answered) answered {
	w.t.Helper()
	return w.in(w.authenticate(map[string]string{"grant_type": "authorization_code", "code": done.location.Query().Get("code"), "client_secret": w.secret}))
}

// cameBy wants a session to know by which connection its person came.
func (w *world) cameBy(session id.Session) {
	w.t.Helper()
	w.must(w.d.Read(w.t.Context(), func(tx *db.Tx) error {
		s, err := sessions.Get(tx, session)
		if err == nil && (s.AuthMethod != w.how || s.ConnectionID == nil || *s.ConnectionID != *w.via.ConnectionID || !s.For(*w.via.SSOOrganizationID) || s.SSOGuest != w.via.SSOGuest) {
			w.t.Errorf("the session came by %s, %+v", s.AuthMethod, s.Via)
		}
		return err
	}))
}

// What a sign-in by a connection counts for goes along: from the browser to the
// code, to the session, through each refresh and on to a device. Lost on the
// way, another organization's provider would open this one.
func TestWhoseSingleSignOnItWasGoesAlong(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.connect(w.org)
		w.policy(w.org, tenants.Policy{SSORequired: true, MFARequired: true})
		w.knows(c, true)
		w.comes(c, true)
		a := w.redeems(w.silently(w.org))
		if a.get("authentication_method") != "SSO" {
			t.Errorf("by %q", a.get("authentication_method"))
		}
		w.cameBy(sidOf(t, a))
		w.in(w.renew(a.get("refresh_token")))
		w.cameBy(sidOf(t, w.session()))
		b := w.box(SurfaceWire)
		b.reach(&w.org)
		b.decide("approve")
		w.cameBy(sidOf(t, w.in(b.poll())))
	})
}

// A code that was given while the organization vouched for the address is redeemed
// after it lost the domain: the session would be one of its own people's, in every
// organization of theirs.
func TestACodeFromBeforeADomainWasLostIsAGuests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.connect(w.org)
		w.knows(c, false)
		w.comes(c, false)
		code := w.silently(w.org)
		w.write(func(tx *db.Tx) error {
			return tx.In(w.org, func(tx *db.OrgTx) error {
				return sessions.MakeGuests(tx, func(all []id.User) ([]id.User, error) { return all, nil })
			})
		})
		w.via.SSOGuest = true
		w.cameBy(sidOf(t, w.redeems(code)))
	})
}

// A's provider signs in a member of A and B. B asks for its own single sign-on,
// and gets it: by the silent way, by a switch of a live session, and at a
// refresh after B began to ask.
func TestAnotherOrganizationsSingleSignOnDoesNotCount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other := w.join("Beta", "member")
		theirs, own := w.connect(other), w.connect(w.org)
		w.comes(theirs, false)
		a := w.redeems(w.silently(w.org)) // asks nothing: it is a first step like others
		w.policy(w.org, tenants.Policy{SSORequired: true})
		if done := w.silently(w.org); done.location.Query().Get("error") != "login_required" {
			t.Errorf("silently: %v", done.location)
		}
		refused := w.renew(a.get("refresh_token"))
		if ids, _ := refused.body["connection_ids"].([]any); refused.status != http.StatusBadRequest || refused.get("error") != "sso_required" || len(ids) != 1 || ids[0] != string(own.ID) {
			t.Errorf("the refresh: %d %s", refused.status, refused.text)
		}
		if w.events("organization.sign_in_refused") != 1 {
			t.Error("the log says nothing of it")
		}
		w.in(w.renew(a.get("refresh_token"), "organization_id", string(other)))
	})
}

// A guest's sign-in leads into its organization and into no other, whatever
// that one asks.
func TestAGuestEntersOneOrganization(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other := w.join("Beta", "member")
		w.comes(w.connect(other), true)
		if done := w.silently(w.org); done.location.Query().Get("error") != "login_required" {
			t.Errorf("silently: %v", done.location)
		}
		// one who has proven nothing is asked for it: there is no identity
		if done := w.silently(other); done.location.Query().Get("error") != "interaction_required" {
			t.Errorf("at home: %v", done.location)
		}
	})
}

// A connection that was turned off while its organization requires single
// sign-on leaves its break-glass people as the only ones who get in; the answer
// says so by naming no connection, and that the policy refused is on record.
func TestSingleSignOnIsRequiredAndTurnedOff(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.connect(w.org)
		w.policy(w.org, tenants.Policy{SSORequired: true})
		password := map[string]string{"grant_type": "password", "email": "ada@example.com", "password": goodPassword, "client_secret": w.secret}
		a := w.authenticate(password)
		if ids, _ := a.body["connection_ids"].([]any); a.status != http.StatusBadRequest || a.get("error") != "sso_required" || len(ids) != 1 {
			t.Errorf("%d %s", a.status, a.text)
		}
		w.write(func(tx *db.Tx) error {
			return tx.In(w.org, func(tx *db.OrgTx) error {
				_, err := connectionRows.Update(tx, c.ID, db.Set{"state": sso.Inactive})
				return err
			})
		})
		a = w.authenticate(password)
		if ids, ok := a.body["connection_ids"].([]any); a.get("error") != "sso_required" || !ok || len(ids) != 0 {
			t.Errorf("%d %s", a.status, a.text)
		}
		if n := w.events("organization.sign_in_refused"); n != 2 {
			t.Errorf("%d entries", n)
		}
	})
}
