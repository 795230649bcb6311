package oidc

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"gatehouse/internal/seal"
)

// Request is one sending of a browser to a provider. State, Nonce and
// Verifier are fresh; Hints are the application's wishes, by their names.
type Request struct {
	State, Nonce, Verifier string
	Scopes                 []string // beyond the client's own
	Hints                  map[string]string
}

// NewRequest is a request with fresh secrets.
func NewRequest() Request {
	return Request{State: seal.Token(seal.TokenBytes), Nonce: seal.Token(seal.TokenBytes), Verifier: seal.Token(seal.TokenBytes)}
}

// ours are the parameters that no hint may set: each decides who answers what
// to whom.
var ours = []string{"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce",
	"code_challenge", "code_challenge_method", "request", "request_uri", "client_assertion", "client_secret"}

// Authorize is the address that the browser is sent to (OpenID Connect Core
// §3.1.2.1, RFC 7636 §4.3).
func (p *Party) Authorize(ctx context.Context, c Client, r Request) (string, error) {
	m, err := p.Discover(ctx, c.Issuer, c.AnyTenant)
	if err != nil {
		return "", err
	}
	return AuthorizeAt(m.AuthorizationEndpoint, c, r)
}

// AuthorizeAt is Authorize where the endpoint is known: a provider of plain
// OAuth 2.0 publishes no metadata.
func AuthorizeAt(endpoint string, c Client, r Request) (string, error) {
	to, err := url.Parse(endpoint)
	if err != nil {
		return "", ErrMetadata
	}
	q := to.Query()
	for name, value := range r.Hints {
		if value != "" && !slices.Contains(ours, name) {
			q.Set(name, value)
		}
	}
	q.Set("client_id", c.ID)
	q.Set("redirect_uri", c.RedirectURI)
	q.Set("response_type", "code")
	q.Set("scope", strings.Join(union(c.Scopes, r.Scopes), " "))
	q.Set("state", r.State)
	if !c.NoNonce {
		q.Set("nonce", r.Nonce)
	}
	if !c.NoPKCE {
		q.Set("code_challenge", challenge(r.Verifier))
		q.Set("code_challenge_method", "S256")
	}
	if c.FormPost {
		q.Set("response_mode", "form_post")
	}
	to.RawQuery = q.Encode()
	return to.String(), nil
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}
