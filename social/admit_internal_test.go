package social

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/actor"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/netguard"
	"gatehouse/sso/oidc"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/users"
)

// place is a service that finds a type at a test's provider.
func place(t *testing.T, d *db.DB, kind Type, at string) *Service {
	t.Helper()
	guard := netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	return &Service{DB: d, Party: &oidc.Party{HTTP: guard.Client(netguard.Options{})}, Base: "http://localhost", places: map[Type]string{kind: at},
		Environment: Environment{kind: {ClientID: oidctest.ClientID, Secret: config.NewSecret(oidctest.ClientSecret)}}}
}

// walk sends a browser away and redeems what it brings back.
func walk(t *testing.T, s *Service, kind Type, code func(url.Values) string) (*Arrival, error) {
	t.Helper()
	to, err := s.Begin(t.Context(), actor.System("test"), string(kind), For{Bound: "cookie"}, Hints{})
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	var r *Request
	err = s.DB.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error {
		if r, err = Find(tx, tx.Now(), string(kind), u.Query().Get("state")); err != nil {
			return err
		}
		return r.Consume(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.Redeem(t.Context(), r, Answer{Answer: oidc.Answer{Code: code(u.Query())}})
}

const (
	tenantOfHalden = "11111111-2222-3333-4444-555555555555"
	tenantOfEve    = "99999999-2222-3333-4444-555555555555"
)

// O1: whoever administers a tenant of Microsoft's can write any address into
// a profile. It is nobody's account here unless the tenant proved the domain,
// and the same subject in another tenant is somebody else.
func TestAForeignTenantsAddressIsNobodys(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := oidctest.New(t)
		p.Metadata = oidctest.Claims{"issuer": p.URL + "/{tenantid}/v2.0"}
		s := place(t, d, Microsoft, p.URL)
		says := oidctest.Claims{}
		p.Token = func(c oidctest.Claims) oidctest.Claims {
			for name, value := range says {
				c[name] = value
			}
			return c
		}
		arrive := func(tenant string, proven any) *Arrival {
			t.Helper()
			says = oidctest.Claims{"iss": p.URL + "/" + tenant + "/v2.0", "tid": tenant, "email": "ines@halden.example", "email_verified": true, "xms_edov": proven}
			a, err := walk(t, s, Microsoft, p.Code)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		admit := func(a *Arrival) (out Admitted) {
			t.Helper()
			if err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) (err error) { out, err = Admit(tx, *a); return err }); err != nil {
				t.Fatal(err)
			}
			return out
		}
		var victim *users.User
		if err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) (err error) {
			victim, err = users.Create(tx, users.New{Email: "ines@halden.example", EmailVerified: true})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, proven := range []any{nil, false, "false", 0, "no"} {
			if out := admit(arrive(tenantOfEve, proven)); !out.MustShow || out.User != nil {
				t.Errorf("xms_edov %v: %+v", proven, out)
			}
		}
		own := admit(arrive(tenantOfHalden, true))
		if own.User == nil || own.User.ID != victim.ID {
			t.Errorf("the tenant that proved its domain: %+v", own)
		}
		if out := admit(arrive(tenantOfEve, false)); out.User != nil {
			t.Error("the same subject of another tenant is the victim")
		}
		if out := admit(arrive(tenantOfHalden, false)); out.User == nil || out.User.ID != victim.ID {
			t.Error("the linked account is not found by its tenant and subject")
		}
	})
}

// GitHub's public address proves nothing: the primary of the verified ones
// counts, and the number is who it is.
func TestGitHubsProfile(t *testing.T) {
	d := dbtest.SQLite(t)
	verified, login := true, "ines"
	mux := http.NewServeMux()
	mux.HandleFunc("/login/oauth/access_token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.PostForm.Get("client_secret") != oidctest.ClientSecret || r.PostForm.Get("code_verifier") == "" || r.PostForm.Get("code") != "right" {
			oidctest.JSON(w, oidctest.Claims{"error": "bad_verification_code"})
			return
		}
		oidctest.JSON(w, oidctest.Claims{"access_token": "at", "token_type": "bearer"})
	})
	mux.HandleFunc("/api/v3/user", func(w http.ResponseWriter, r *http.Request) {
		oidctest.JSON(w, oidctest.Claims{"id": 4711, "login": login, "name": "Ines Halvorsen", "email": "public@evil.example"})
	})
	mux.HandleFunc("/api/v3/user/emails", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode([]oidctest.Claims{{"email": "old@halden.example", "verified": true}, {"email": "ines@halden.example", "primary": true, "verified": verified}})
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	s := place(t, d, GitHub, server.URL)
	right := func(url.Values) string { return "right" }
	a, err := walk(t, s, GitHub, right)
	if err != nil || a.Issuer != server.URL || a.Subject != "4711" || a.Email != "ines@halden.example" || !a.Vouched || a.FirstName != "Ines" || a.LastName != "Halvorsen" {
		t.Errorf("%+v, %v", a, err)
	}
	verified, login = false, "renamed"
	if a, err = walk(t, s, GitHub, right); err != nil || a.Vouched || a.Subject != "4711" {
		t.Errorf("unverified: %+v, %v", a, err)
	}
	if _, err = walk(t, s, GitHub, func(url.Values) string { return "wrong" }); !errors.Is(err, oidc.ErrCode) {
		t.Errorf("a refused code with status 200: %v", err)
	}
}

// LinkedIn returns no nonce and fails on a verifier; Apple's answers come by a
// form. What each is sent follows.
func TestWhereProvidersLeaveTheStandard(t *testing.T) {
	d := dbtest.SQLite(t)
	for kind, want := range map[Type]struct{ challenge, nonce, form bool }{Google: {true, true, false}, LinkedIn: {false, false, false}, Apple: {true, true, true}, Slack: {true, true, false}} {
		p := oidctest.New(t)
		to, err := place(t, d, kind, p.URL).Begin(t.Context(), actor.System("test"), string(kind), For{Bound: "cookie"}, Hints{Prompt: "login"})
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(to)
		q := u.Query()
		if q.Has("code_challenge") != want.challenge || q.Has("nonce") != want.nonce || (q.Get("response_mode") == "form_post") != want.form || !strings.Contains(q.Get("scope"), "openid") {
			t.Errorf("%s is sent %v", kind, q)
		}
		if kind == Google && q.Get("prompt") != "select_account" {
			t.Errorf("Google is sent prompt=%s, which it does not know", q.Get("prompt"))
		}
	}
}
