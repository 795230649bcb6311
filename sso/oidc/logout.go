package oidc

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/sso/trail"
)

// EndSession is where a browser goes to end its session at the provider
// (RP-Initiated Logout 1.0 §2), or ErrNoLogout. returnTo must be registered
// there; idToken is the one that the person signed in by.
func (p *Party) EndSession(ctx context.Context, c Client, idToken, returnTo, state string) (string, error) {
	m, err := p.Discover(ctx, c.Issuer, c.AnyTenant)
	if err != nil {
		return "", err
	}
	to, err := url.Parse(m.EndSessionEndpoint)
	if err != nil || m.EndSessionEndpoint == "" {
		return "", ErrNoLogout
	}
	q := to.Query()
	q.Set("client_id", c.ID)
	for name, value := range map[string]string{"id_token_hint": idToken, "post_logout_redirect_uri": returnTo, "state": state} {
		if value != "" {
			q.Set(name, value)
		}
	}
	to.RawQuery = q.Encode()
	return to.String(), nil
}

// LogoutToken says whose sessions a provider has ended: those of Subject, or
// the one that SessionID names.
type LogoutToken struct {
	ID                 string // jti: counts once
	Subject, SessionID string
	Until              time.Time // when the ID may be forgotten
}

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// maxLogoutAge is how old a logout token may be that names no end.
const maxLogoutAge = 10 * time.Minute

// VerifyLogout is every check of a logout token (Back-Channel Logout 1.0
// §2.6). That its ID was not used before is the caller's.
func (p *Party) VerifyLogout(ctx context.Context, c Client, raw string) (*LogoutToken, error) {
	m, err := p.Discover(ctx, c.Issuer, c.AnyTenant)
	if err != nil {
		return nil, err
	}
	token, said, err := p.open(ctx, m, raw)
	if err != nil {
		return nil, err
	}
	if err := pass(&trail.Trail{}, said.addressed(m, c, token)); err != nil {
		return nil, err
	}
	var out struct {
		ID        string                     `json:"jti"`
		SessionID string                     `json:"sid"`
		Nonce     *string                    `json:"nonce"`
		Events    map[string]json.RawMessage `json:"events"`
	}
	if err := token.Claims(&out); err != nil {
		return nil, trail.Refuse(ErrToken, trail.Structure, "", "")
	}
	now, until := p.now(), token.Expiry
	if token.Expiry.Unix() <= 0 {
		until = token.IssuedAt.Add(maxLogoutAge)
	} else if latest := token.IssuedAt.Add(maxAge); until.After(latest) { // its ID is not remembered for a year
		until = latest
	}
	_, isLogout := out.Events[logoutEvent]
	err = pass(&trail.Trail{}, []check{
		{trail.Time, now.Before(until.Add(maxSkew)), ErrExpired, stamp(now), stamp(until)},
		{trail.Time, token.IssuedAt.Unix() > 0 && !token.IssuedAt.After(now.Add(maxSkew)), ErrIssuedAt, stamp(now), stamp(token.IssuedAt)},
		// An ID token is no logout token, whoever sends it here.
		{trail.Structure, isLogout && out.Nonce == nil && out.ID != "", ErrToken, logoutEvent, strings.Join(names(out.Events), ", ")},
		{trail.Subject, token.Subject != "" || out.SessionID != "", ErrSubject, "sub or sid", ""},
	})
	if err != nil {
		return nil, err
	}
	return &LogoutToken{ID: out.ID, Subject: token.Subject, SessionID: out.SessionID, Until: until.Add(maxSkew)}, nil
}

func names(events map[string]json.RawMessage) []string {
	all := make([]string, 0, len(events))
	for name := range events {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
