package oidc_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/sso/oidc"
	"gatehouse/sso/oidc/oidctest"
)

// Whoever posts tokens of keys that nobody has would have us ask a customer's
// provider for each of them, until that locks us out.
func TestUnknownKeysAreLookedForNowAndThen(t *testing.T) {
	p, rp := oidctest.New(t), party()
	var later time.Duration
	rp.Now = func() time.Time { return time.Now().Add(later) }
	logout := func(kid string) error {
		_, err := rp.VerifyLogout(t.Context(), clientOf(p), oidctest.Signed(jose.RS256, p.Key, claims{"iss": p.URL, "aud": oidctest.ClientID, "sub": "subject-1", "jti": "j1",
			"iat": rp.Now().Unix(), "exp": rp.Now().Add(time.Minute).Unix(), "events": claims{"http://schemas.openid.net/event/backchannel-logout": claims{}}}, map[string]any{"kid": kid}))
		return err
	}
	if err := logout("one"); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if err := logout("nobody's"); !errors.Is(err, oidc.ErrSignature) {
			t.Fatal(err)
		}
	}
	if n := p.Seen("/keys"); n != 2 {
		t.Errorf("asked %d times: once for its keys, and once for one that was new", n)
	}
	if err := logout("one"); err != nil {
		t.Errorf("a key that is known: %v", err)
	}
	p.Keys.Keys[0].KeyID = "two"
	later = 11 * time.Second
	if err := logout("two"); err != nil || p.Seen("/keys") != 3 {
		t.Errorf("a new key, later: %v after %d", err, p.Seen("/keys"))
	}
	p.Broken["/keys"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	later = 30 * time.Second
	for range 20 {
		if err := logout("nobody's"); !errors.Is(err, oidc.ErrDown) {
			t.Fatal(err)
		}
	}
	if err := logout("two"); err != nil || p.Seen("/keys") != 4 {
		t.Errorf("while it is down: %v after %d", err, p.Seen("/keys"))
	}
}
