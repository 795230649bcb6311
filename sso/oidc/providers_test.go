package oidc_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"gatehouse/sso/oidc"
	"gatehouse/sso/oidc/oidctest"
)

// What an ID token does not say, userinfo does, if it is about the same person.
func TestUserinfoFillsIn(t *testing.T) {
	p := oidctest.New(t)
	p.Userinfo = claims{"sub": "subject-1", "email": "ines@halden.example", "email_verified": true, "given_name": "Other", "xms_edov": true}
	p.Token = func(c claims) claims { c["given_name"] = "Ines"; return c }
	got, err := signIn(t, party(), p)
	if err != nil || got.Email != "ines@halden.example" || !got.EmailVerified || got.GivenName != "Ines" || got.DomainProven {
		t.Errorf("%+v, %v", got, err)
	}
}

// An address counts as verified only where the provider says yes in one of
// the spellings that providers use.
func TestVerifiedInEachSpelling(t *testing.T) {
	for _, c := range []struct {
		said any
		want bool
	}{{true, true}, {"true", true}, {"TRUE", true}, {1, true}, {"1", true}, {false, false}, {"false", false}, {0, false}, {nil, false}, {"yes", false}, {[]string{"true"}, false}, {claims{"x": true}, false}} {
		p := oidctest.New(t)
		p.Token = func(t claims) claims { t["email"], t["email_verified"] = "a@b.example", c.said; return t }
		if got, err := signIn(t, party(), p); err != nil || got.EmailVerified != c.want {
			t.Errorf("%v: %+v, %v", c.said, got, err)
		}
	}
}

const (
	tenant = "11111111-2222-3333-4444-555555555555"
	other  = "99999999-2222-3333-4444-555555555555"
)

// A provider of many tenants: each token names its own, and nothing else.
func TestManyTenants(t *testing.T) {
	anyTenant := func(c *oidc.Client) { c.AnyTenant = true }
	for name, c := range map[string]struct {
		iss, tid string
		want     error
	}{
		"its tenant":           {"/" + tenant + "/v2.0", tenant, nil},
		"another's id":         {"/" + tenant + "/v2.0", other, oidc.ErrIssuer},
		"no tenant":            {"/" + tenant + "/v2.0", "", oidc.ErrIssuer},
		"the mark itself":      {"/{tenantid}/v2.0", "{tenantid}", oidc.ErrIssuer},
		"a path":               {"/" + tenant + "/../x/v2.0", tenant + "/../x", oidc.ErrIssuer},
		"another's altogether": {"", tenant, oidc.ErrIssuer},
	} {
		p := oidctest.New(t)
		p.Metadata = claims{"issuer": p.URL + "/{tenantid}/v2.0"}
		p.Token = func(t claims) claims {
			t["iss"], t["tid"] = p.URL+c.iss, c.tid
			return t
		}
		if got, err := signIn(t, party(), p, anyTenant); !errors.Is(err, c.want) || err == nil && got.Issuer != p.URL+c.iss {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	p := oidctest.New(t)
	if _, err := signIn(t, party(), p, anyTenant); !errors.Is(err, oidc.ErrMetadata) {
		t.Errorf("one tenant's metadata as everybody's: %v", err)
	}
}

// Providers that know neither challenge nor nonce are not sent any.
func TestProvidersWithoutChallengeAndNonce(t *testing.T) {
	p := oidctest.New(t)
	p.Token = func(c claims) claims { delete(c, "nonce"); return c }
	if _, err := signIn(t, party(), p, func(c *oidc.Client) { c.NoPKCE, c.NoNonce = true, true }); err != nil {
		t.Fatal(err)
	}
	if forms, _ := p.Redeemed(); forms[0].Has("code_verifier") {
		t.Error("a verifier was sent")
	}
}

// The secret goes where the provider takes it, and a key instead of one signs
// what cannot be used twice or elsewhere.
func TestHowTheClientProvesItself(t *testing.T) {
	key := oidctest.ECKey(t)
	for name, c := range map[string]struct {
		by   oidc.Authenticate
		want func(form url.Values) bool
	}{
		"in the form": {oidc.Secret(oidctest.ClientID, oidctest.ClientSecret), func(f url.Values) bool { return f.Get("client_secret") == oidctest.ClientSecret }},
		"by a key": {oidc.PrivateKeyJWT(oidctest.ClientID, oidc.Key{Private: key, ID: "k", Algorithm: "ES256"}), func(f url.Values) bool {
			c := readSigned(t, f.Get("client_assertion"), key.Public())
			return c.Issuer == oidctest.ClientID && c.Subject == oidctest.ClientID && c.ID != "" && len(c.Audience) == 1 && strings.HasSuffix(c.Audience[0], "/token")
		}},
		"by a signed secret": {oidc.SignedSecret(oidctest.ClientID, "TEAM", "https://appleid.apple.com", oidc.Key{Private: key, ID: "k", Algorithm: "ES256"}), func(f url.Values) bool {
			c := readSigned(t, f.Get("client_secret"), key.Public())
			return c.Issuer == "TEAM" && c.Subject == oidctest.ClientID && c.Audience[0] == "https://appleid.apple.com" && time.Until(c.Expiry.Time()) < 10*time.Minute
		}},
	} {
		p := oidctest.New(t)
		p.Metadata = claims{"token_endpoint_auth_methods_supported": []string{"client_secret_post"}}
		if _, err := signIn(t, party(), p, func(client *oidc.Client) { client.Authenticate = c.by }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if forms, _ := p.Redeemed(); !c.want(forms[0]) {
			t.Errorf("%s: sent %v", name, forms[0])
		}
	}
}

func readSigned(t *testing.T, token string, key any) jwt.Claims {
	t.Helper()
	var c jwt.Claims
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	if err == nil {
		err = parsed.Claims(key, &c)
	}
	if err != nil || parsed.Headers[0].KeyID != "k" {
		t.Fatalf("%q: %v", token, err)
	}
	return c
}
