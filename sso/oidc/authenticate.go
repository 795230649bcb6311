package oidc

import (
	"crypto"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"gatehouse/internal/seal"
)

// Authenticate proves the client to a token endpoint: in the form or in the
// headers. endpoint is where it goes, methods what the provider takes.
type Authenticate func(now time.Time, endpoint string, methods []string, form url.Values, header http.Header) error

// Secret sends the client's secret as the provider wants it: in the form
// where it says so, else by Basic, which is the default (Discovery §3).
func Secret(client, secret string) Authenticate {
	return func(now time.Time, endpoint string, methods []string, form url.Values, header http.Header) error {
		if slices.Contains(methods, "client_secret_post") && !slices.Contains(methods, "client_secret_basic") {
			return SecretPost(client, secret)(now, endpoint, methods, form, header)
		}
		return SecretBasic(client, secret)(now, endpoint, methods, form, header)
	}
}

// SecretPost is client_secret_post (OpenID Connect Core §9).
func SecretPost(client, secret string) Authenticate {
	return func(_ time.Time, _ string, _ []string, form url.Values, _ http.Header) error {
		form.Set("client_id", client)
		form.Set("client_secret", secret)
		return nil
	}
}

// SecretBasic is client_secret_basic. Both halves are form-encoded first (RFC
// 6749 §2.3.1), which matters for secrets with a colon or a plus.
func SecretBasic(client, secret string) Authenticate {
	return func(_ time.Time, _ string, _ []string, _ url.Values, header http.Header) error {
		r := http.Request{Header: header}
		r.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(secret))
		return nil
	}
}

// assertionLifetime is how long what we sign about ourselves is good for.
const assertionLifetime = 5 * time.Minute

// Key signs what a client says about itself.
type Key struct {
	Private   crypto.Signer
	ID        string
	Algorithm string // ES256, RS256 …
}

// PrivateKeyJWT is private_key_jwt (OpenID Connect Core §9, RFC 7523 §3).
func PrivateKeyJWT(client string, key Key) Authenticate {
	return func(now time.Time, endpoint string, _ []string, form url.Values, _ http.Header) error {
		signed, err := key.sign(jwt.Claims{Issuer: client, Subject: client, Audience: jwt.Audience{endpoint}, ID: seal.Token(16),
			IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(assertionLifetime))})
		if err != nil {
			return err
		}
		form.Set("client_id", client)
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", signed)
		return nil
	}
}

// SignedSecret is Apple's: the secret is a token that the team signs, fresh
// for each request, for audience.
func SignedSecret(client, team, audience string, key Key) Authenticate {
	return func(now time.Time, endpoint string, methods []string, form url.Values, header http.Header) error {
		signed, err := key.sign(jwt.Claims{Issuer: team, Subject: client, Audience: jwt.Audience{audience},
			IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(assertionLifetime))})
		if err != nil {
			return err
		}
		return SecretPost(client, signed)(now, endpoint, methods, form, header)
	}
}

func (k Key) sign(claims jwt.Claims) (string, error) {
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader(jose.HeaderKey("kid"), k.ID)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(k.Algorithm), Key: k.Private}, options)
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}
