package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"gatehouse/internal/problem"
	"gatehouse/sso/trail"
)

const (
	maxSkew    = 5 * time.Minute // between the provider's clock and ours
	maxAge     = time.Hour       // of an ID token that was just handed out
	maxSubject = 255             // OpenID Connect Core §2
)

// verify is every check of an ID token (OpenID Connect Core §3.1.3.7).
func (p *Party) verify(ctx context.Context, m *Metadata, c Client, r Request, t *Tokens, notes *trail.Trail) (*Profile, error) {
	token, said, err := p.open(ctx, m, t.IDToken)
	if err != nil {
		return nil, err
	}
	notes.Pass(trail.Signature, "")
	now := p.now()
	checks := slices.Concat(said.addressed(m, c, token), said.timely(now, token), said.answers(c, r, t, token))
	if err := pass(notes, checks); err != nil {
		return nil, err
	}
	profile := said.profile(token.Issuer, token.Subject)
	profile.IDToken, profile.accessToken = t.IDToken, t.AccessToken
	var raw json.RawMessage
	if err := token.Claims(&raw); err != nil {
		return nil, err
	}
	profile.Claims, err = members(raw)
	return profile, err
}

// open checks the signature, and reads what it covers. Everything that the
// token says is checked by the caller, one by one, so that an admin can be
// told which of it is wrong.
func (p *Party) open(ctx context.Context, m *Metadata, raw string) (*oidc.IDToken, *claims, error) {
	if raw == "" {
		return nil, nil, trail.Refuse(ErrToken, trail.Structure, "id_token", "")
	}
	keys := &watched{keys: m.keys}
	v := oidc.NewVerifier(m.Issuer, keys, &oidc.Config{SupportedSigningAlgs: m.algorithms(), SkipIssuerCheck: true, SkipClientIDCheck: true, SkipExpiryCheck: true, Now: p.now})
	token, err := v.Verify(ctx, raw)
	switch {
	case keys.down:
		return nil, nil, trail.Refuse(ErrDown, trail.Discovery, "", m.KeysURI)
	case err != nil && strings.HasPrefix(err.Error(), "failed to verify signature"):
		return nil, nil, trail.Refuse(ErrSignature, trail.Signature, "", m.KeysURI)
	case err != nil:
		return nil, nil, trail.Refuse(ErrToken, trail.Signature, strings.Join(m.algorithms(), ", "), "")
	}
	said, err := readClaims(token.Claims)
	if err != nil {
		return nil, nil, trail.Refuse(ErrToken, trail.Structure, "", "")
	}
	return token, said, nil
}

// check is one thing that a token can be wrong about.
type check struct {
	name               string
	ok                 bool
	refusal            *problem.Error
	expected, received string
}

// pass notes the checks that hold, up to the first that does not.
func pass(notes *trail.Trail, checks []check) error {
	for n, c := range checks {
		if !c.ok {
			return trail.Refuse(c.refusal, c.name, c.expected, c.received)
		}
		if n+1 == len(checks) || checks[n+1].name != c.name {
			notes.Pass(c.name, "")
		}
	}
	return nil
}

// addressed are the checks of who speaks, and to whom.
func (s *claims) addressed(m *Metadata, c Client, token *oidc.IDToken) []check {
	return []check{
		{trail.Issuer, m.issued(token.Issuer, c.AnyTenant) && (!c.AnyTenant || s.tenantMatches(m, token.Issuer)), ErrIssuer, m.Issuer, token.Issuer},
		{trail.Audience, slices.Contains(token.Audience, c.ID), ErrAudience, c.ID, strings.Join(token.Audience, ", ")},
		{trail.Audience, s.AuthorizedParty == c.ID || s.AuthorizedParty == "" && len(token.Audience) == 1, ErrParty, c.ID, s.AuthorizedParty},
	}
}

// timely are the checks of the clock. An expiry is not stretched: whoever
// hands out a token sets it minutes ahead.
func (s *claims) timely(now time.Time, token *oidc.IDToken) []check {
	return []check{
		{trail.Time, now.Before(token.Expiry), ErrExpired, stamp(now), stamp(token.Expiry)},
		{trail.Time, s.NotBefore == 0 || !time.Unix(int64(s.NotBefore), 0).After(now.Add(maxSkew)), ErrExpired, stamp(now), stamp(time.Unix(int64(s.NotBefore), 0))},
		{trail.Time, token.IssuedAt.Unix() > 0 && !token.IssuedAt.After(now.Add(maxSkew)) && !token.IssuedAt.Before(now.Add(-maxAge)), ErrIssuedAt, stamp(now), stamp(token.IssuedAt)},
	}
}

// answers are the checks that the token is about this very sign-in.
func (s *claims) answers(c Client, r Request, t *Tokens, token *oidc.IDToken) []check {
	return []check{
		{trail.Request, c.NoNonce || token.Nonce != "" && subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(r.Nonce)) == 1, ErrNonce, "", ""},
		// An algorithm without a hash fails too (SECURITY.md O4).
		{trail.Request, token.AccessTokenHash == "" || token.VerifyAccessToken(t.AccessToken) == nil, ErrTokenHash, "", ""},
		{trail.Subject, token.Subject != "" && len(token.Subject) <= maxSubject, ErrSubject, "sub", ""},
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

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
