package sso_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/sso"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/sso/trail"
)

func provider(t *testing.T) *oidctest.Provider {
	p := oidctest.New(t)
	p.Userinfo = oidctest.Claims{"sub": "subject-1", "groups": []string{"Crew"}}
	p.Token = func(c oidctest.Claims) oidctest.Claims {
		c["email"], c["given_name"], c["access_secret"] = "ines@halden.example", "Ines", "canary"
		return c
	}
	return p
}

// Whoever comes back from an OpenID provider is who it says, with the groups
// that are in userinfo alone.
func TestAnOpenIDAnswer(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := oidcWorld(t, d, provider(t))
		to, state := w.away(sso.For{LoginHint: "ines@halden.example", Prompt: "login", DomainHint: "halden.example"})
		for _, part := range []string{"code_challenge=", "nonce=", "state=" + state, "login_hint=ines%40halden.example", "prompt=login", "domain_hint=halden.example"} {
			if !strings.Contains(to.URL, part) {
				t.Errorf("%s lacks %s", to.URL, part)
			}
		}
		got, err := w.bring(w.agree(to))
		must(t, err)
		if got.Profile.Subject != "subject-1" || got.Profile.Email != "ines@halden.example" || got.Profile.FirstName != "Ines" || len(got.Profile.Groups) != 1 || !got.Profile.GroupsKnown || got.Profile.IDToken == "" {
			t.Errorf("profile %+v", got.Profile)
		}
		a := w.record(got.Record)
		if len(a.Steps) < 8 || a.Document == nil || strings.Contains(*a.Document, "canary") || !strings.Contains(*a.Document, "Crew") || strings.Contains(*a.Document, got.Profile.IDToken) {
			t.Errorf("record %+v", a)
		}
		_, err = w.take(to.Request, *got.Request.AttemptID)
		must(t, err)
	})
}

// O5, O6, O7: an answer that belongs to another browser, sign-in or provider
// signs nobody in, and no code goes to who did not issue it.
func TestOpenIDAnswersThatBelongNowhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b := provider(t), provider(t)
		w, other := oidcWorld(t, d, a), oidcWorld(t, d, b)
		to, _ := w.away(sso.For{})
		back := w.agree(to)
		thief := *w
		thief.cookie = "another browser's"
		got, err := thief.bring(back)
		w.refused(got, err, "sso_state_invalid")
		got, err = other.bring(back)
		other.refused(got, err, "sso_state_invalid")
		if forms, _ := b.Redeemed(); len(forms) != 0 {
			t.Error("a code of one provider was sent to another")
		}
		mixed := w.agree(to)
		mixed.Set("iss", b.URL)
		got, err = w.bring(mixed)
		if r := w.refused(got, err, "oidc_issuer_mismatch"); *r.Expected != a.URL || *r.Received != b.URL {
			t.Errorf("record %+v", r)
		}
		if forms, _ := a.Redeemed(); len(forms) != 0 {
			t.Error("a code that another provider claims was sent to ours")
		}
		got, err = w.bring(back)
		w.refused(got, err, "sso_state_invalid")
		back.Set("state", "")
		got, err = w.bring(back)
		w.refused(got, err, "sso_state_invalid")
		a.Token = func(c oidctest.Claims) oidctest.Claims { c["nonce"] = "of another sign-in"; return c }
		to, _ = w.away(sso.For{})
		got, err = w.bring(w.agree(to))
		if r := w.refused(got, err, "oidc_nonce_mismatch"); r.ID != to.Record || r.Steps[len(r.Steps)-1].Check != trail.Request {
			t.Errorf("record %+v", r)
		}
	})
}

// A provider that cannot be asked is told of with what it answered, in the
// record alone, and nobody is sent anywhere.
func TestProvidersThatCannotBeAsked(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		broken := provider(t)
		broken.Broken["/.well-known/openid-configuration"] = func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "text/html")
			rw.WriteHeader(http.StatusNotFound)
			_, _ = rw.Write([]byte("<h1>Nothing here</h1>"))
		}
		w := oidcWorld(t, d, broken)
		away, err := w.s.Begin(t.Context(), who, w.c.ID, sso.For{Bound: w.cookie})
		if away.URL != "" || away.Record == "" {
			t.Errorf("sent to %+v", away)
		}
		a := w.refused(&sso.Received{Record: away.Record, Reference: away.Reference}, err, "oidc_discovery_failed")
		if !strings.Contains(*a.Received, "Nothing here") || strings.Contains(err.Error(), "Nothing here") {
			t.Errorf("record %+v, error %v", a, err)
		}
		if n := len(w.logged("authentication.sso_failed")); n != 1 {
			t.Errorf("%d failures in the log", n)
		}
		refusing := provider(t)
		refusing.Broken["/token"] = func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(http.StatusUnauthorized)
			_, _ = rw.Write([]byte(`{"error":"invalid_client","error_description":"the secret has expired"}`))
		}
		w = oidcWorld(t, d, refusing)
		to, _ := w.away(sso.For{})
		got, err := w.bring(w.agree(to))
		if a := w.refused(got, err, "oidc_client_refused"); !strings.Contains(*a.Received, "the secret has expired") {
			t.Errorf("record %+v", a)
		}
	})
}
