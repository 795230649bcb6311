package oidc

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	maxSkew    = 5 * time.Minute // between the provider's clock and ours
	maxAge     = time.Hour       // of an ID token that was just handed out
	maxSubject = 255             // OpenID Connect Core §2
)

// verify is every check of an ID token (OpenID Connect Core §3.1.3.7).
func (p *Party) verify(ctx context.Context, m *Metadata, c Client, r Request, t *Tokens) (*Profile, error) {
	if t.IDToken == "" {
		return nil, ErrToken
	}
	keys := &watched{keys: m.keys}
	v := oidc.NewVerifier(m.Issuer, keys, &oidc.Config{ClientID: c.ID, SupportedSigningAlgs: m.algorithms(), SkipIssuerCheck: c.AnyTenant, Now: p.now})
	token, err := v.Verify(ctx, t.IDToken)
	switch {
	case keys.down:
		return nil, ErrDown
	case err != nil:
		return nil, ErrToken
	}
	claims, err := readClaims(token.Claims)
	if err != nil {
		return nil, ErrToken
	}
	now := p.now()
	switch {
	case c.AnyTenant && (!m.issued(token.Issuer, true) || !claims.tenantMatches(m, token.Issuer)):
		return nil, ErrIssuer
	case token.Subject == "", len(token.Subject) > maxSubject:
		return nil, ErrSubject
	case claims.AuthorizedParty != "" && claims.AuthorizedParty != c.ID, claims.AuthorizedParty == "" && len(token.Audience) > 1:
		return nil, ErrParty
	case token.IssuedAt.Unix() <= 0, token.IssuedAt.After(now.Add(maxSkew)), token.IssuedAt.Before(now.Add(-maxAge)):
		return nil, ErrIssuedAt
	case !c.NoNonce && (token.Nonce == "" || subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(r.Nonce)) != 1):
		return nil, ErrNonce
	case token.AccessTokenHash != "" && token.VerifyAccessToken(t.AccessToken) != nil: // an algorithm without a hash fails too
		return nil, ErrTokenHash
	}
	return claims.profile(token.Issuer, token.Subject), nil
}

// keys are a provider's published keys, fetched when one is new and kept as
// long as its metadata.
type keys struct{ remote *oidc.RemoteKeySet }

// watched tells a provider whose keys cannot be fetched from a token that is
// wrong: the verifier flattens both into text.
type watched struct {
	*keys
	down bool
}

// VerifySignature is what the library calls.
func (w *watched) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := w.remote.VerifySignature(ctx, token)
	w.down = err != nil && strings.HasPrefix(err.Error(), "fetching keys")
	return payload, err
}
