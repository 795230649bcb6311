package social

import (
	"context"
	"strconv"
	"strings"

	"gatehouse/sso/oidc"
)

// githubCloud is the one that has its API under a host of its own.
const githubCloud = "https://github.com"

// github asks GitHub, which speaks plain OAuth 2.0: who came is the answer of
// its API to the access token, and the number there never changes, while
// logins are given to others.
func (s *Service) github(ctx context.Context, c oidc.Client, r oidc.Request, a oidc.Answer) (*oidc.Profile, error) {
	if a.Issuer != "" && a.Issuer != c.Issuer && a.Issuer != c.Issuer+"/login/oauth" {
		return nil, oidc.ErrIssuer
	}
	if err := a.Check(); err != nil {
		return nil, err
	}
	at := oidc.Endpoint{URL: c.Issuer + "/login/oauth/access_token", Methods: []string{"client_secret_post"}}
	t, err := s.Party.Exchange(ctx, at, c, r, a.Code)
	if err != nil {
		return nil, err
	}
	api := c.Issuer + "/api/v3"
	if c.Issuer == githubCloud {
		api = "https://api.github.com"
	}
	var who struct {
		ID     int64  `json:"id"`
		Name   string `json:"name"`
		Avatar string `json:"avatar_url"`
	}
	if err := s.Party.Get(ctx, api+"/user", t.AccessToken, &who); err != nil {
		return nil, err
	}
	if who.ID <= 0 {
		return nil, oidc.ErrSubject
	}
	p := &oidc.Profile{Issuer: c.Issuer, Subject: strconv.FormatInt(who.ID, 10), Name: who.Name, Picture: who.Avatar}
	first, last, found := strings.Cut(who.Name, " ")
	if found {
		p.GivenName, p.FamilyName = first, last
	}
	// The address in the profile is the public one, which nobody verified.
	var mails []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	if err := s.Party.Get(ctx, api+"/user/emails", t.AccessToken, &mails); err != nil {
		return nil, err
	}
	for _, m := range mails {
		if m.Primary {
			p.Email, p.EmailVerified = m.Email, m.Verified
		}
	}
	return p, nil
}
