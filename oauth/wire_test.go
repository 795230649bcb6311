package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

func decode(t testing.TB, part string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func countEvents(t testing.TB, tx *db.AllTx, kind string) int {
	t.Helper()
	list, err := audit.List(tx, audit.Filter{Types: []string{kind}})
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// The whole main job: browser, code, user and tokens, refresh, key set, sign-out.
func TestWireSignIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		done := w.signIn(w.get("/user_management/authorize", w.wireQuery("screen_hint", "sign-up", "login_hint", "ada@example.com")), &w.org)
		if got := done.location.Query().Get("state"); got != "s t&a=te" || done.location.Query().Has("iss") {
			t.Errorf("state came back as %q: %v", got, done.location)
		}
		if !strings.HasPrefix(done.location.String(), callback+"?") || done.header.Get("Cache-Control") != "no-store" {
			t.Errorf("resume: %v %v", done.location, done.header)
		}
		a := w.authenticate(map[string]string{"grant_type": "authorization_code", "code": done.location.Query().Get("code"),
			"client_secret": w.apiKey, "ip_address": "203.0.113.9", "user_agent": "Browser/1"}, "Authorization", "Bearer "+w.apiKey)
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
			t.Fatalf("%d %s", a.status, a.text)
		}
		if a.get("organization_id") != string(w.org) || a.get("authentication_method") != "Password" || len(a.get("refresh_token")) > 64 {
			t.Errorf("%s", a.text)
		}
		c := claims(t, a.get("access_token"))
		want := map[string]any{"iss": w.server.URL + "/user_management/" + string(w.client.ID), "sub": string(w.user.ID), "org_id": string(w.org), "role": "admin", "client_id": string(w.client.ID)}
		for name, v := range want {
			if c[name] != v {
				t.Errorf("%s is %v, want %v", name, c[name], v)
			}
		}
		if c["exp"].(float64)-c["iat"].(float64) != 300 || len(c["jti"].(string)) != 26 || c["aud"] != nil {
			t.Errorf("claims %v", c)
		}
		if !verifiesAt(t, w, "/sso/jwks/"+string(w.client.ID), a.get("access_token")) {
			t.Error("the access token does not verify with the key set")
		}
		w.checkSession(id.Session(c["sid"].(string)), "203.0.113.9", "Browser/1")
		fresh := w.authenticate(map[string]string{"grant_type": "refresh_token", "refresh_token": a.get("refresh_token")})
		if fresh.status != http.StatusOK || fresh.get("refresh_token") == a.get("refresh_token") {
			t.Fatalf("refresh: %d %s", fresh.status, fresh.text)
		}
		if claims(t, fresh.get("access_token"))["sid"] != c["sid"] || fresh.get("authentication_method") != "Password" {
			t.Error("a refresh changed the session")
		}
		out := w.get("/user_management/sessions/logout", url.Values{"session_id": {c["sid"].(string)}, "return_to": {"https://app.example.com/bye?x=1"}})
		if out.status != http.StatusFound || out.location.String() != "https://app.example.com/bye?x=1" || !strings.Contains(out.header.Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("sign-out: %d %v %v", out.status, out.location, out.header)
		}
		late := w.authenticate(map[string]string{"grant_type": "refresh_token", "refresh_token": fresh.get("refresh_token")})
		if late.status != http.StatusBadRequest || late.get("error") != "invalid_grant" {
			t.Errorf("refresh after signing out: %d %s", late.status, late.text)
		}
	})
}

// An unregistered address must never be redirected to, on sign-out either.
func TestSignOutReturnsOnlyToTheApplication(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{LogoutURIs: []string{"https://www.example.com/bye"}})
		session := claims(t, w.session().get("access_token"))["sid"].(string)
		for asked, want := range map[string]string{
			"https://www.example.com/bye": "https://www.example.com/bye", "https://www.example.com/other": "https://www.example.com/bye",
			"https://evil.example/": "https://www.example.com/bye", "": "https://www.example.com/bye", "javascript:alert(1)": "https://www.example.com/bye",
			"https://app.example.com/any": "https://app.example.com/any", "https://app.example.com.evil.io/": "https://www.example.com/bye",
			`https://app.example.com\@evil.io/`: "https://www.example.com/bye", "//evil.example": "https://www.example.com/bye",
		} {
			out := w.get("/user_management/sessions/logout", url.Values{"session_id": {session}, "return_to": {asked}})
			if out.status != http.StatusFound || out.location.String() != want {
				t.Errorf("%q: %d %v", asked, out.status, out.location)
			}
		}
		if out := w.get("/user_management/sessions/logout", nil); out.status != http.StatusUnprocessableEntity {
			t.Errorf("no session: %d", out.status)
		}
		unknown := w.get("/user_management/sessions/logout", url.Values{"session_id": {string(id.New[id.Session]())}})
		if unknown.status != http.StatusFound || unknown.location.Path != signedOutPath {
			t.Errorf("unknown session: %d %v", unknown.status, unknown.location)
		}
	})
}

// O9: a code twice gives nothing, and takes back what it gave.
func TestCodeReuseEndsTheSession(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		redeem := map[string]string{"grant_type": "authorization_code", "code": w.code(), "client_secret": w.secret}
		first := w.authenticate(redeem)
		second := w.authenticate(redeem)
		if first.status != http.StatusOK || second.status != http.StatusBadRequest || second.get("error") != "invalid_grant" {
			t.Fatalf("%d then %d %s", first.status, second.status, second.text)
		}
		a := w.authenticate(map[string]string{"grant_type": "refresh_token", "refresh_token": first.get("refresh_token")})
		if a.get("error") != "invalid_grant" {
			t.Errorf("the first's refresh token still works: %d %s", a.status, a.text)
		}
		w.authenticate(redeem)
		if n := w.events("grant.code_reused"); n != 1 {
			t.Errorf("%d entries", n)
		}
	})
}

// Two that come at the same moment must not both win.
func TestParallelRedemptionsGiveOneSession(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		code := w.code()
		status := make(chan int)
		for range 8 {
			go func() {
				status <- w.authenticate(map[string]string{"grant_type": "authorization_code", "code": code, "client_secret": w.secret}).status
			}()
		}
		won := 0
		for range 8 {
			if <-status == http.StatusOK {
				won++
			}
		}
		if won != 1 || w.events("session.created") != 1 {
			t.Errorf("%d redemptions of one code succeeded, %d sessions", won, w.events("session.created"))
		}
	})
}

// O9: with a challenge the verifier is needed, even beside a secret; and a
// mistake does not spend the code.
func TestPKCE(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{Type: SPA})
		code := w.code("code_challenge", challengeOf(verifier), "code_challenge_method", "S256")
		plain := w.code("code_challenge", challengeOf(verifier), "code_challenge_method", "S256")
		for name, bad := range map[string]map[string]string{
			"no verifier":            {"code": code},
			"no verifier, a key":     {"code": code, "client_secret": w.apiKey},
			"another verifier":       {"code": code, "code_verifier": strings.Repeat("a", 43)},
			"the challenge itself":   {"code": plain, "code_verifier": challengeOf(verifier)},
			"too short":              {"code": code, "code_verifier": "abc"},
			"with forbidden letters": {"code": code, "code_verifier": strings.Repeat("ä", 30)},
		} {
			bad["grant_type"] = "authorization_code"
			if a := w.authenticate(bad); a.status != http.StatusBadRequest || a.get("error") != "invalid_grant" {
				t.Errorf("%s: %d %s", name, a.status, a.text)
			}
		}
		good := w.authenticate(map[string]string{"grant_type": "authorization_code", "code": code, "code_verifier": verifier}, "Authorization", "Bearer ")
		if good.status != http.StatusOK {
			t.Errorf("%d %s", good.status, good.text)
		}
		web := w.get("/user_management/authorize", w.wireQuery())
		if web.location == nil || web.location.Query().Get("error") != "invalid_request" || web.location.Query().Get("state") != "s t&a=te" {
			t.Errorf("a public client without PKCE: %d %v", web.status, web.location)
		}
	})
}

// A code of one client, or of one surface, is nothing to another.
func TestCodesBelongToTheirClient(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		var other *Client
		w.write(func(tx *db.Tx) (err error) {
			other, err = CreateClient(tx, NewClient{Name: "Other", RedirectURIs: []string{callback}})
			return err
		})
		code := w.code()
		a := w.authenticate(map[string]string{"grant_type": "authorization_code", "code": code, "client_id": string(other.ID), "client_secret": w.apiKey})
		if a.get("error") != "invalid_grant" {
			t.Errorf("another client: %d %s", a.status, a.text)
		}
		a = w.form("/oauth2/token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "client_id": {string(w.client.ID)}, "client_secret": {w.secret}})
		if a.get("error") != "invalid_grant" {
			t.Errorf("the other surface: %d %s", a.status, a.text)
		}
		a = w.authenticate(map[string]string{"grant_type": "authorization_code", "code": code, "client_secret": w.secret, "code_verifier": verifier})
		if a.get("code") != "code_challenge_not_found" {
			t.Errorf("a verifier without challenge: %d %s", a.status, a.text)
		}
		a = w.authenticate(map[string]string{"grant_type": "authorization_code", "code": code})
		if a.get("error") != "invalid_request" {
			t.Errorf("neither secret nor verifier: %d %s", a.status, a.text)
		}
		if a = w.authenticate(map[string]string{"grant_type": "authorization_code", "code": code, "client_secret": w.secret}); a.status != http.StatusOK {
			t.Errorf("its own: %d %s", a.status, a.text)
		}
	})
}

// Login CSRF: a link to somebody else's finished sign-in must give nothing.
func TestResumeBelongsToTheBrowser(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		started := w.get("/user_management/authorize", w.wireQuery())
		early := w.get(resumePath+string(w.newestRequest()), nil)
		if early.status != http.StatusBadRequest || early.location != nil {
			t.Errorf("before the sign-in: %d %v", early.status, early.location)
		}
		path, secret := w.complete(started, &w.org)
		own := w.http.Jar
		for _, foreign := range []string{"", "guess"} {
			w.http.Jar = emptyJar(t)
			w.cookie(foreign)
			if a := w.get(path, nil); a.status != http.StatusBadRequest || a.location != nil {
				t.Errorf("a browser with cookie %q: %d %v", foreign, a.status, a.location)
			}
		}
		w.http.Jar = own
		w.cookie(secret)
		if a := w.get(path, nil); a.status != http.StatusFound || a.location.Query().Get("code") == "" {
			t.Fatalf("its own browser: %d %s", a.status, a.text)
		}
		if a := w.get(path, nil); a.status != http.StatusBadRequest || a.location != nil {
			t.Errorf("a second time: %d %v", a.status, a.location)
		}
	})
}
