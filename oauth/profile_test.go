package oauth

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/tenants"
	"gatehouse/users"
)

// standalone is the URL that the Node SDK's sso.getAuthorizationUrl builds.
func (w *world) standalone(more ...string) url.Values {
	q := url.Values{"client_id": {string(w.client.ID)}, "redirect_uri": {callback}, "response_type": {"code"}, "state": {"s"}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q
}

// admitted is somebody's first sign-in by a connection, with a profile.
func (w *world) admitted(c *sso.Connection) *people.Identity {
	w.t.Helper()
	var i *people.Identity
	w.write(func(tx *db.Tx) error {
		return tx.In(c.OrganizationID, func(tx *db.OrgTx) error {
			a, err := people.Admit(tx, c, sso.Profile{Subject: "ada", Email: "ada@example.com", FirstName: "Ada", Groups: []string{"crew"}, Raw: map[string][]string{"mail": {"ada@example.com"}}})
			i = a.Identity
			return err
		})
	})
	return i
}

// holds gives the organization the domain of its people.
func (w *world) holds(org id.Organization) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		return tx.In(org, func(tx *db.OrgTx) error {
			_, err := tenants.AddDomain(tx, "example.com", tenants.Verified)
			return err
		})
	})
}

// profileCode is a code of /sso/authorize for whoever comes by the connection.
func (w *world) profileCode(c *sso.Connection, more ...string) string {
	w.t.Helper()
	w.comes(c, false)
	done := w.signIn(w.get("/sso/authorize", w.standalone(append([]string{"connection", string(c.ID)}, more...)...)), &c.OrganizationID)
	code := done.location.Query().Get("code")
	if code == "" || done.location.Query().Get("state") != "s" {
		w.t.Fatalf("no code: %v %s", done.location, done.text)
	}
	return code
}

func (w *world) redeemProfile(code string, more ...string) answered {
	w.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "client_id": {string(w.client.ID)}, "client_secret": {w.apiKey}, "code": {code}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return w.form("/sso/token", form)
}

// told wants the answer of a redemption.
func (w *world) told(a answered) answered {
	w.t.Helper()
	if a.status != http.StatusOK || a.get("access_token") == "" {
		w.t.Fatalf("%d %s", a.status, a.text)
	}
	return a
}

func (w *world) readProfile(token string) answered {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.server.URL+"/sso/profile", nil)
	w.must(err)
	r.Header.Set("Authorization", "Bearer "+token)
	return w.do(r)
}

// An application that keeps its own users learns who came, once by the code and
// for ten minutes by the token; whoever sends the code again ends that.
func TestAnApplicationLearnsWhoCame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.holds(w.org)
		c := w.connect(w.org)
		i := w.admitted(c)
		code := w.profileCode(c)
		for what, a := range map[string]answered{
			"without a secret":   w.redeemProfile(code, "client_secret", ""),
			"by a wrong one":     w.redeemProfile(code, "client_secret", "sk_wrong_0123456789abcdefghijkl"),
			"with a verifier":    w.redeemProfile(code, "code_verifier", strings.Repeat("v", 43)),
			"by another grant":   w.redeemProfile(code, "grant_type", "refresh_token"),
			"without a code":     w.redeemProfile(""),
			"with somebody's":    w.redeemProfile("nobodys"),
			"for another client": w.redeemProfile(code, "client_id", "client_01ACC00000000000000000000"),
		} {
			if a.status != http.StatusBadRequest || a.get("error") == "" || a.get("error_description") == "" {
				t.Errorf("%s: %d %s", what, a.status, a.text)
			}
		}
		a := w.told(w.redeemProfile(code))
		profile, _ := a.body["profile"].(map[string]any)
		if a.get("token_type") != "Bearer" || a.body["expires_in"] != 600.0 || profile["id"] != string(i.ID) || profile["connection_id"] != string(c.ID) ||
			profile["idp_id"] != "ada" || profile["organization_id"] != string(w.org) || profile["email"] != "ada@example.com" || profile["first_name"] != "Ada" ||
			profile["last_name"] != nil || a.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%s", a.text)
		}
		again := w.readProfile(a.get("access_token"))
		if again.status != http.StatusOK || again.get("id") != string(i.ID) || w.events("sso_profile.read") != 1 {
			t.Errorf("%d %s", again.status, again.text)
		}
		for _, token := range []string{"", "nobodys", w.apiKey, strings.Repeat("x", 5000)} {
			if r := w.readProfile(token); r.status != http.StatusUnauthorized {
				t.Errorf("with %.20q: %d", token, r.status)
			}
		}
		w.says(w.redeemProfile(code), http.StatusBadRequest, "invalid_grant")
		if r := w.readProfile(a.get("access_token")); r.status != http.StatusUnauthorized || w.events("grant.code_reused") != 1 {
			t.Errorf("after the code came twice: %d", r.status)
		}
	})
}

// Go's client has the members in the query of a request with an empty body.
func TestMembersOfTheTokenRequestInTheQuery(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.holds(w.org)
		c := w.connect(w.org)
		w.admitted(c)
		q := url.Values{"grant_type": {"authorization_code"}, "client_id": {string(w.client.ID)}, "client_secret": {w.apiKey}, "code": {w.profileCode(c)}}
		w.says(w.post("/sso/token?"+q.Encode(), "application/json", `{"code":"another"}`), http.StatusBadRequest, "invalid_request")
		w.says(w.post("/sso/token?"+q.Encode(), "application/json", `[`), http.StatusBadRequest, "invalid_request")
		w.told(w.post("/sso/token?"+q.Encode(), "application/json", ""))
		q.Set("code", w.profileCode(c))
		w.told(w.post("/sso/token?"+q.Encode(), "application/json", `{}`))
	})
}

// Some applications redeem such a code for a session; it says how they came. A
// code for a session is no code for a profile.
func TestACodeForAProfileGivesASessionToo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.holds(w.org)
		c := w.connect(w.org)
		w.admitted(c)
		code := w.profileCode(c)
		a := w.in(w.authenticate(map[string]string{"grant_type": "authorization_code", "code": code, "client_secret": w.secret}))
		if a.get("authentication_method") != "SSO" || a.get("organization_id") != string(w.org) {
			t.Errorf("%s", a.text)
		}
		w.cameBy(sidOf(t, a))
		w.in(w.renew(a.get("refresh_token")))
		w.says(w.redeemProfile(code), http.StatusBadRequest, "invalid_grant")
		w.says(w.redeemProfile(w.code()), http.StatusBadRequest, "invalid_grant")
		standard := w.form("/oauth2/token", url.Values{"grant_type": {"authorization_code"}, "client_id": {string(w.client.ID)}, "client_secret": {w.secret}, "code": {w.profileCode(c)}, "redirect_uri": {callback}})
		if standard.status != http.StatusBadRequest {
			t.Errorf("at the standard surface: %d", standard.status)
		}
	})
}

// D8: who was deactivated, banned or signed out meanwhile is nobody's profile.
func TestAProfileOfWhoIsGone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.holds(w.org)
		c := w.connect(w.org)
		w.admitted(c)
		token := w.told(w.redeemProfile(w.profileCode(c))).get("access_token")
		code := w.profileCode(c)
		w.write(func(tx *db.Tx) error {
			return tx.In(w.org, func(tx *db.OrgTx) error {
				m, err := users.MembershipOf(tx, w.user.ID)
				if err == nil {
					_, err = users.DeactivateMember(tx, m.ID)
				}
				return err
			})
		})
		w.says(w.redeemProfile(code), http.StatusBadRequest, "invalid_grant")
		if r := w.readProfile(token); r.status != http.StatusUnauthorized {
			t.Errorf("the token reads: %d %s", r.status, r.text)
		}
		w.write(func(tx *db.Tx) error {
			return tx.In(w.org, func(tx *db.OrgTx) error {
				m, err := users.MembershipOf(tx, w.user.ID)
				if err == nil {
					_, err = users.ReactivateMember(tx, m.ID)
				}
				return err
			})
		})
		code = w.profileCode(c)
		w.write(func(tx *db.Tx) error { return sessions.EndForUser(tx, w.user.ID, sessions.Revoked) })
		w.says(w.redeemProfile(code), http.StatusBadRequest, "invalid_grant")
	})
}

// Whoever took another way in than the one that was asked for is no profile of
// the connection's.
func TestAProfileIsForWhoCameByTheConnection(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.holds(w.org)
		c := w.connect(w.org)
		w.admitted(c)
		other := w.connect(w.join("Beta", "member"))
		second := w.connect(w.org)
		for want, by := range map[string]*sso.Connection{"access_denied": nil, "profile_not_allowed_outside_organization": other, "connection_invalid": second} {
			w.how, w.via = sessions.Password, sessions.Via{}
			if by != nil {
				w.comes(by, false)
			}
			done := w.signIn(w.get("/sso/authorize", w.standalone("connection", string(c.ID))), &w.org)
			if q := done.location.Query(); q.Get("error") != want || q.Get("code") != "" || q.Get("state") != "s" {
				t.Errorf("%s: %v", want, done.location)
			}
			if q := w.get("/sso/authorize", w.standalone("connection", string(c.ID), "prompt", "none")).location.Query(); q.Get("error") != "login_required" {
				t.Errorf("silently instead of %s: %v", want, q)
			}
		}
		w.comes(c, false)
		if q := w.get("/sso/authorize", w.standalone("connection", string(c.ID), "prompt", "none")).location.Query(); q.Get("code") == "" {
			t.Errorf("silently: %v", q)
		}
	})
}
