package dashboard_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/social"
)

const providerSecret = "canary-of-a-client-secret"

// A provider is set up, changed, switched off and deleted, and its secret is
// on no page afterwards.
func TestAProviderIsSetUp(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := empty(t, d)
		home := "/admin/settings/social"
		w.want(w.get("admin", home), http.StatusOK, "No providers yet")
		w.want(w.get("admin", home+"/new"), http.StatusOK, "Google", "OpenID Connect")
		w.want(w.get("admin", home+"/new?type=google"), http.StatusOK, "http://localhost:8080/sso/social/google/callback")
		w.want(w.post("admin", home+"/new", "type", "google", "client_id", "", "client_secret", providerSecret), http.StatusUnprocessableEntity, "Enter the client id")
		made := w.post("admin", home+"/new", "type", "google", "client_id", "id-1", "client_secret", providerSecret, "enabled", "on")
		if made.StatusCode != http.StatusSeeOther || made.Header.Get("Location") != home+"/google" {
			t.Fatalf("%d to %s: %s", made.StatusCode, made.Header.Get("Location"), strip(made.body))
		}
		w.want(w.post("admin", home+"/new", "type", "google", "client_id", "id-2", "client_secret", "x"), http.StatusUnprocessableEntity, "already")
		page := w.get("admin", home+"/google")
		w.want(page, http.StatusOK, "id-1", "sso/social/google/callback", "Leave this empty to keep it")
		if got := w.post("admin", home+"/google", "client_id", "id-3", "enabled", "on", "scopes", "one two"); got.StatusCode != http.StatusSeeOther {
			t.Errorf("%d %s", got.StatusCode, strip(got.body))
		}
		w.post("admin", home+"/google/switch")
		w.want(w.get("admin", home), http.StatusOK, "Off", "id-3")
		for _, path := range []string{home, home + "/google", home + "/google/delete", home + "/new?type=google"} {
			if strings.Contains(w.get("admin", path).body, providerSecret) {
				t.Errorf("%s shows the secret", path)
			}
		}
		w.do(d.Read(t.Context(), func(tx *db.Tx) error {
			p, err := social.Get(tx, nil, "google")
			if err == nil && (p.Enabled || strings.Contains(string(p.Sealed), providerSecret) || len(p.Options.Scopes) != 2) {
				t.Errorf("%+v", p)
			}
			return err
		}))
		w.post("admin", home+"/google/delete")
		w.want(w.get("admin", home+"/google"), http.StatusNotFound)
	})
}

// X5: a stored secret is not sent to an address that somebody typed later.
func TestAnotherIssuerNeedsTheSecretAgain(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	path := "/admin/settings/social/halden-id"
	w.want(w.post("admin", path, "name", "Halden ID", "client_id", "gatehouse", "issuer", "https://evil.example"), http.StatusUnprocessableEntity, "given for another address")
	w.want(w.post("admin", path, "name", "Halden ID", "client_id", "gatehouse", "issuer", "http://evil.example", "client_secret", "x"), http.StatusUnprocessableEntity, "https address")
	if got := w.post("admin", path, "name", "Halden ID", "client_id", "gatehouse", "issuer", "https://new.halden.example", "client_secret", "another"); got.StatusCode != http.StatusSeeOther {
		t.Errorf("%d %s", got.StatusCode, strip(got.body))
	}
}

// What cannot be is refused beside its field, and nothing is stored.
func TestProvidersThatCannotBe(t *testing.T) {
	w := empty(t, dbtest.SQLite(t))
	for words, form := range map[string][]string{
		"Choose one of the providers": {"type", "myspace", "client_id", "x", "client_secret", "x"},
		"A short name has":            {"type", "oidc", "slug", "google", "name", "x", "issuer", "https://x.example", "client_id", "x", "client_secret", "x"},
		"Enter the issuer":            {"type", "oidc", "slug", "halden-id", "client_id", "x", "client_secret", "x"},
		"A tenant is common":          {"type", "microsoft", "tenant", "evil.example/..", "client_id", "x", "client_secret", "x"},
		"A team id has":               {"type", "apple", "client_id", "x", "client_secret", "x"},
		"whole .p8 file":              {"type", "apple", "client_id", "x", "client_secret", "x", "team_id", "ABCDE12345", "key_id", "ABCDE12345"},
		"Scopes are words":            {"type", "slack", "client_id", "x", "client_secret", "x", "scopes", `"quoted"`},
		"Domains are names":           {"type", "oidc", "slug", "halden-id", "issuer", "https://x.example", "client_id", "x", "client_secret", "x", "domains", "*.example"},
		"Enter the client secret":     {"type", "gitlab", "client_id", "x"},
	} {
		got := w.post("admin", "/admin/settings/social/new", form...)
		if words == "Choose one of the providers" {
			w.want(got, http.StatusUnprocessableEntity, "Which one?")
			continue
		}
		w.want(got, http.StatusUnprocessableEntity, words)
	}
	w.want(w.get("admin", "/admin/settings/social"), http.StatusOK, "No providers yet")
}

// Testing a provider says what is wrong with it in place.
func TestAProviderIsTested(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	w.want(w.post("admin", "/admin/settings/social/halden-id/test"), http.StatusOK, "alert")
	w.want(w.post("admin", "/admin/settings/social/nobody/test"), http.StatusNotFound)
}
