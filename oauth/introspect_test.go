package oauth

import (
	"net/http"
	"net/url"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/sessions"
	"gatehouse/users"
)

func (w *world) introspect(token string, more ...string) answered {
	w.t.Helper()
	members := url.Values{"token": {token}, "client_id": {string(w.client.ID)}, "client_secret": {w.secret}}
	for i := 0; i+1 < len(more); i += 2 {
		members.Set(more[i], more[i+1])
	}
	return w.form("/oauth2/introspect", members)
}

// inactive holds an answer to RFC 7662 §2.2: of a token that is good for
// nothing nothing else is said.
func (w *world) inactive(a answered, what string) {
	w.t.Helper()
	if a.status != http.StatusOK || len(a.body) != 1 || a.body["active"] != false {
		w.t.Errorf("%s: %d %s", what, a.status, a.text)
	}
}

// O12: a resource server that asks must hear at once that an organization's
// sessions were ended, though the token itself has not expired.
func TestIntrospectionSeesWhatWasRevoked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.standard("openid offline_access")
		token := a.get("access_token")
		said := w.introspect(token)
		if said.status != http.StatusOK || said.body["active"] != true || said.get("sub") != string(w.user.ID) || said.get("client_id") != string(w.client.ID) ||
			said.get("org_id") != string(w.org) || said.get("iss") != w.server.URL || said.get("token_type") != "Bearer" || said.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %s", said.status, said.text)
		}
		w.inactive(w.introspect(a.get("refresh_token")), "a refresh token")
		w.inactive(w.introspect(token+"x"), "a forged token")
		w.write(func(tx *db.Tx) error {
			return tx.In(w.org, func(tx *db.OrgTx) error { return sessions.EndForOrganization(tx, sessions.Revoked) })
		})
		w.inactive(w.introspect(token), "revoked with its organization's")
	})
}

// O14: who has left an organization carries no claim of it, whoever is asked.
func TestALeftOrganizationIsInNoAnswer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.standard("openid").get("access_token")
		w.write(func(tx *db.Tx) error {
			return tx.In(w.org, func(tx *db.OrgTx) error {
				m, err := users.MembershipOf(tx, w.user.ID)
				if err != nil {
					return err
				}
				_, err = users.DeactivateMember(tx, m.ID)
				return err
			})
		})
		w.inactive(w.introspect(token), "a former member's")
		if info := w.userinfo(token); info.status != http.StatusUnauthorized {
			t.Errorf("userinfo: %d %s", info.status, info.text)
		}
	})
}

// What an application may hear of a person is for it alone, and for one that
// has proven who it is.
func TestWhoMayIntrospect(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.standard("openid").get("access_token")
		for what, a := range map[string]answered{
			"no secret":    w.introspect(token, "client_secret", ""),
			"wrong secret": w.introspect(token, "client_secret", "wrong"),
			"nobody":       w.introspect(token, "client_id", "client_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
			"no token":     w.introspect(""),
		} {
			if a.status != http.StatusBadRequest || a.get("error") == "" || a.body["active"] != nil {
				t.Errorf("%s: %d %s", what, a.status, a.text)
			}
		}
		w.write(func(tx *db.Tx) error {
			other, err := CreateClient(tx, NewClient{Name: "Other", RedirectURIs: []string{callback}})
			if err == nil {
				w.client = other
				_, w.secret, err = NewSecret(tx, other.ID, "test", nil)
			}
			return err
		})
		w.inactive(w.introspect(token), "another application's")
	})
}
