package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/oauth"
)

const verifier = "a-verifier-of-forty-three-characters-or-more-0"

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// standard asks the standard token endpoint.
func standard(s *Server, form url.Values) Answer {
	return s.raw(http.MethodPost, "/oauth2/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// A code that leaked is worth nothing to anybody but the application that it
// was sent to, and their tries do not spend it.
func TestAStolenCodeIsWorthNothing(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		other, secret := application(s, oauth.NewClient{Name: "Other", RedirectURIs: []string{"https://other.example/callback"}})
		spa, _ := application(s, oauth.NewClient{Name: "Page", Type: oauth.SPA, RedirectURIs: []string{"https://spa.example/callback"}})
		stolen := code(t, s, "mara@fieldnote.example", "code_challenge", challenge(), "code_challenge_method", "S256")
		base := map[string]any{"grant_type": "authorization_code", "code": stolen, "code_verifier": verifier}
		for name, change := range map[string]map[string]any{
			"another application":         {"client_id": string(other), "client_secret": secret},
			"a public application":        {"client_id": string(spa), "client_secret": ""},
			"another's secret":            {"client_secret": secret},
			"no verifier":                 {"code_verifier": ""},
			"a wrong verifier":            {"code_verifier": verifier + "1"},
			"the challenge as verifier":   {"code_verifier": challenge()},
			"a code in another spelling":  {"code": stolen + "="},
			"another deployment's client": {"client_id": "client_01J00000000000000000000000"},
		} {
			asked := map[string]any{}
			for _, m := range []map[string]any{base, change} {
				for k, v := range m {
					asked[k] = v
				}
			}
			if a := s.Tokens(asked); a.Status != http.StatusBadRequest || a.Text("access_token") != "" {
				t.Errorf("%s: %d %s", name, a.Status, a.Raw)
			}
		}
		form := url.Values{"grant_type": {"authorization_code"}, "client_id": {Client}, "code": {stolen}, "code_verifier": {verifier}, "redirect_uri": {Callback}}
		if a := standard(s, form); a.Status == http.StatusOK {
			t.Errorf("the other surface: %s", a.Raw)
		}
		if a := s.Tokens(base); a.Status != http.StatusOK {
			t.Errorf("the thief's tries spent it: %d %s", a.Status, a.Raw)
		}
	})
}

// A code that comes back has been stolen from one of two: what it gave ends.
func TestACodeThatComesBackEndsWhatItGave(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := signUp(t, s, s.Browser(), "mara@fieldnote.example")
		asked := map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")}
		first := s.Tokens(asked)
		if again := s.Tokens(asked); again.Status != http.StatusBadRequest || again.Text("error") != "invalid_grant" {
			t.Errorf("again: %d %s", again.Status, again.Raw)
		}
		if a := s.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": first.Text("refresh_token")}); a.Status != http.StatusBadRequest {
			t.Errorf("the first one's tokens live: %d %s", a.Status, a.Raw)
		}
		s.All(func(tx *db.AllTx) error {
			found, err := audit.List(tx, audit.Filter{Types: []string{"grant.code_reused"}})
			if err == nil && len(found) != 1 {
				t.Errorf("%d entries", len(found))
			}
			return err
		})
	})
}

// A refresh token belongs to the application and the surface that got it.
func TestAStolenRefreshTokenIsWorthNothingElsewhere(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := signUp(t, s, s.Browser(), "mara@fieldnote.example")
		token := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")}).Text("refresh_token")
		other, secret := application(s, oauth.NewClient{Name: "Other", RedirectURIs: []string{"https://other.example/callback"}})
		if a := s.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": token, "client_id": string(other), "client_secret": secret}); a.Status != http.StatusBadRequest {
			t.Errorf("another application: %d %s", a.Status, a.Raw)
		}
		form := url.Values{"grant_type": {"refresh_token"}, "client_id": {string(other)}, "client_secret": {secret}, "refresh_token": {token}}
		if a := standard(s, form); a.Status == http.StatusOK {
			t.Errorf("another application, the other surface: %s", a.Raw)
		}
		for _, bent := range []string{token + "=", token[:len(token)-1], "B" + token[1:], ""} {
			if a := s.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": bent}); a.Status != http.StatusBadRequest {
				t.Errorf("%q: %d %s", bent, a.Status, a.Raw)
			}
		}
		if a := s.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": token}); a.Status != http.StatusOK {
			t.Errorf("the thief's tries ended it: %d %s", a.Status, a.Raw)
		}
	})
}

// A pending token is half a sign-in: it is used once, by the application that
// got it, for an organization of the person's, which the operators' is not.
func TestAPendingTokenIsForOneStep(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		orgs := join(t, s, "mara@fieldnote.example", "Halden Marine", "Nordby Kraft")
		foreign := join(t, s, "", "Elsewhere")[0]
		other, secret := application(s, oauth.NewClient{Name: "Other", RedirectURIs: []string{"https://other.example/callback"}})
		token := s.Tokens(map[string]any{"grant_type": "password", "email": "mara@fieldnote.example", "password": Password}).Text("pending_authentication_token")
		choose := func(more map[string]any) Answer {
			asked := map[string]any{"grant_type": "urn:workos:oauth:grant-type:organization-selection", "pending_authentication_token": token, "organization_id": string(orgs[0])}
			for k, v := range more {
				asked[k] = v
			}
			return s.Tokens(asked)
		}
		for name, more := range map[string]map[string]any{
			"another application": {"client_id": string(other), "client_secret": secret}, "no secret": {"client_secret": ""},
			"another organization": {"organization_id": string(foreign)}, "the operators'": {"organization_id": string(system(s))},
			"as a code":          {"grant_type": "authorization_code", "code": token},
			"as a refresh token": {"grant_type": "refresh_token", "refresh_token": token},
		} {
			if a := choose(more); a.Status != http.StatusBadRequest {
				t.Errorf("%s: %d %s", name, a.Status, a.Raw)
			}
		}
		if a := choose(nil); a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Raw)
		}
		if a := choose(nil); a.Status != http.StatusBadRequest || a.Text("code") != "invalid_pending_authentication_token" {
			t.Errorf("again: %d %s", a.Status, a.Raw)
		}
	})
}

// An application that gets a token for the operators' organization could take
// its roles for its own.
func TestNoApplicationEntersTheOperatorsOrganization(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b, own := operator(t, s), string(system(s))
		p := b.Step(http.MethodGet, s.AuthorizeURL("organization_id", own), nil)
		if p.URL.Query().Get("error") != "organization_invalid" {
			t.Errorf("authorize: %d to %s", p.Status, p.URL)
		}
		p = b.Get(s.AuthorizeURL())
		a := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
		if a.Status != http.StatusOK || a.Text("organization_id") != "" || claim(t, a.Text("access_token"), "org_id") != "" {
			t.Fatalf("%d %s", a.Status, a.Raw)
		}
		a = s.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": a.Text("refresh_token"), "organization_id": own})
		if a.Status != http.StatusBadRequest || a.Text("error") != "organization_membership_not_found" {
			t.Errorf("refresh: %d %s", a.Status, a.Raw)
		}
	})
}

// Whoever cannot prove to be the application could put anybody's address into
// a session and into the log.
func TestOnlyAProvenApplicationSaysWhereSomebodyIs(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		for _, proven := range []bool{false, true} {
			stolen := code(t, s, "mara@fieldnote.example", "code_challenge", challenge(), "code_challenge_method", "S256")
			asked := map[string]any{"grant_type": "authorization_code", "code": stolen, "code_verifier": verifier, "ip_address": "198.51.100.66", "user_agent": "made-up/1.0"}
			if !proven {
				asked["client_secret"] = ""
			}
			if a := s.Tokens(asked); a.Status != http.StatusOK {
				t.Fatalf("%d %s", a.Status, a.Raw)
			}
			list := s.Call(http.MethodGet, "/user_management/users/"+string(userID(s, "mara@fieldnote.example"))+"/sessions?limit=1", APIKey, nil)
			newest := list.Body["data"].([]any)[0].(map[string]any)
			if said := newest["ip_address"] == "198.51.100.66" && newest["user_agent"] == "made-up/1.0"; said != proven {
				t.Errorf("proven %v: %v", proven, newest)
			}
		}
	})
}
