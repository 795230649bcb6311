package oauth

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/login"
	"gatehouse/sso"
)

// leadsTo is the connection that a sign-in goes to, "" where none was chosen,
// or the error that came back.
func (w *world) leadsTo(a answered) (connection, page string) {
	w.t.Helper()
	if e := a.location.Query().Get("error"); e != "" {
		if a.location.Query().Get("error_description") == "" || a.location.Query().Get("state") == "" || !strings.HasPrefix(a.location.String(), callback+"?") {
			w.t.Errorf("%v says too little", a.location)
		}
		return e, ""
	}
	attempt := id.Attempt(a.location.Query().Get("flow"))
	w.must(w.d.Read(w.t.Context(), func(tx *db.Tx) error {
		row, err := attemptRows.Get(tx, attempt)
		if err == nil && row.ConnectionID != nil {
			connection = string(*row.ConnectionID)
		}
		return err
	}))
	return connection, a.location.Path
}

// An application says by which connection people come, in the words of each
// endpoint; a mistake comes back to it, in a word that it knows.
func TestApplicationsChooseConnections(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.holds(w.org)
		one := w.connect(w.org)
		empty, several := w.join("Empty", "member"), w.join("Several", "member")
		w.connect(several)
		w.connect(several)
		off := w.connect(empty)
		w.write(func(tx *db.Tx) error {
			return tx.In(empty, func(tx *db.OrgTx) error {
				_, err := connectionRows.Update(tx, off.ID, db.Set{"state": sso.Inactive})
				return err
			})
		})
		nobody := string(id.New[id.Connection]())
		for _, c := range []struct {
			path string
			more []string
			want string
			page string
		}{
			{"/user_management/authorize", []string{"connection_id", string(one.ID)}, string(one.ID), "/login/sso"},
			{"/user_management/authorize", []string{"connection_id", string(one.ID), "organization_id", string(w.org)}, string(one.ID), "/login/sso"},
			{"/user_management/authorize", []string{"connection_id", string(one.ID), "organization_id", string(empty)}, "connection_invalid", ""},
			{"/user_management/authorize", []string{"connection_id", nobody}, "connection_invalid", ""},
			{"/user_management/authorize", []string{"connection_id", "conn-x"}, "connection_invalid", ""},
			{"/user_management/authorize", []string{"connection_id", string(off.ID)}, "connection_unlinked", ""},
			{"/user_management/authorize", []string{"organization_id", string(w.org)}, string(one.ID), "/login/sso"},
			{"/user_management/authorize", []string{"organization_id", string(empty)}, "organization_invalid", ""},
			{"/user_management/authorize", []string{"organization_id", string(several)}, "", "/login/sso"},
			{"/user_management/authorize", []string{"organization_id", string(w.org), "provider", "authkit"}, "", "/login"},
			{"/user_management/authorize", []string{"provider", "authkit", "domain_hint", "EXAMPLE.com."}, string(one.ID), "/login/sso"},
			{"/user_management/authorize", []string{"provider", "authkit", "domain_hint", "nobodys.example"}, "", "/login"},
			{"/user_management/authorize", []string{"provider", "authkit", "domain_hint", "example.com", "organization_id", string(empty)}, "", "/login"},
			{"/sso/authorize", []string{"connection", string(one.ID)}, string(one.ID), "/login/sso"},
			{"/sso/authorize", []string{"connection", nobody}, "connection_invalid", ""},
			{"/sso/authorize", []string{"connection", ""}, "connection_invalid", ""},
			{"/sso/authorize", []string{"connection", string(off.ID)}, "connection_unlinked", ""},
			{"/sso/authorize", []string{"organization", string(w.org)}, string(one.ID), "/login/sso"},
			{"/sso/authorize", []string{"organization", string(several)}, "", "/login/sso"},
			{"/sso/authorize", []string{"organization", string(empty)}, "organization_invalid", ""},
			{"/sso/authorize", []string{"organization", "org_x"}, "organization_invalid", ""},
			{"/sso/authorize", []string{"organization", string(id.New[id.Organization]())}, "organization_invalid", ""},
			{"/sso/authorize", []string{"domain", "example.com"}, string(one.ID), "/login/sso"},
			{"/sso/authorize", []string{"domain", "nobodys.example"}, "connection_domain_invalid", ""},
			{"/sso/authorize", []string{"provider", "GoogleOAuth"}, "connection_strategy_invalid", ""},
			{"/sso/authorize", nil, "invalid_connection_selector", ""},
			{"/sso/authorize", []string{"connection", string(one.ID), "organization", string(w.org)}, "ambiguous_connection_selector", ""},
			{"/sso/authorize", []string{"connection", string(one.ID), "provider_scopes", strings.Repeat("x ", 100)}, "invalid_request", ""},
		} {
			q := w.standalone(c.more...)
			if got, page := w.leadsTo(w.get(c.path, q)); got != c.want || page != c.page {
				t.Errorf("%s?%s leads to %q at %q, want %q at %q", c.path, q.Encode(), got, page, c.want, c.page)
			}
		}
		for _, q := range []url.Values{{"client_id": {string(w.client.ID)}, "redirect_uri": {"https://evil.example"}, "connection": {string(one.ID)}}, {"connection": {string(one.ID)}}} {
			if a := w.get("/sso/authorize", q); a.status != http.StatusBadRequest || a.location != nil {
				t.Errorf("%v: %d %v", q, a.status, a.location)
			}
		}
	})
}

// What the application wants passed on reaches the provider.
func TestWishesAreKeptForTheConnection(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.connect(w.org)
		a := w.get("/sso/authorize", w.standalone("connection", string(c.ID), "login_hint", "ada@example.com", "domain_hint", "example.com", "prompt", "login",
			"provider_scopes", "calendar", "provider_query_params[tenant]", "x"))
		var row *login.Attempt
		w.must(w.d.Read(t.Context(), func(tx *db.Tx) (err error) {
			row, err = attemptRows.Get(tx, id.Attempt(a.location.Query().Get("flow")))
			return err
		}))
		h := row.ProviderHints
		if h == nil || h.LoginHint != "ada@example.com" || h.DomainHint != "example.com" || h.Prompt != "login" || len(h.Scopes) != 1 || h.Query["tenant"] != "x" {
			t.Errorf("wishes %+v", h)
		}
	})
}
