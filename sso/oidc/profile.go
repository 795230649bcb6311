package oidc

import (
	"context"
	"encoding/json"
	"strings"
)

// Profile is who a provider says the person is. Issuer and Subject are the
// key; everything else can change or be another's tomorrow.
type Profile struct {
	Issuer        string
	Subject       string
	Email         string
	EmailVerified bool
	DomainProven  bool // Microsoft's xms_edov: the tenant proved that the address's domain is its own
	GivenName     string
	FamilyName    string
	Name          string
	Picture       string
}

// claims are the members of an ID token or of userinfo that matter here.
type claims struct {
	Subject         string `json:"sub"`
	AuthorizedParty string `json:"azp"`
	TenantID        string `json:"tid"`
	Email           string `json:"email"`
	EmailVerified   truth  `json:"email_verified"`
	DomainProven    truth  `json:"xms_edov"`
	GivenName       string `json:"given_name"`
	FamilyName      string `json:"family_name"`
	Name            string `json:"name"`
	Picture         string `json:"picture"`
}

// truth is a boolean that some providers write as a string (Apple) or as a
// number (Microsoft). Whatever else stands there is no.
type truth bool

// UnmarshalJSON reads true, "true" and 1.
func (t *truth) UnmarshalJSON(text []byte) error {
	switch strings.ToLower(strings.Trim(string(text), `"`)) {
	case "true", "1":
		*t = true
	default:
		*t = false
	}
	return nil
}

func readClaims(into func(any) error) (*claims, error) {
	c := &claims{}
	return c, into(c)
}

// tenantMatches reports whether the tenant in the issuer is the token's own.
func (c *claims) tenantMatches(m *Metadata, issuer string) bool {
	return c.TenantID != "" && strings.Replace(m.Issuer, tenantMark, c.TenantID, 1) == issuer
}

func (c *claims) profile(issuer, subject string) *Profile {
	return &Profile{Issuer: issuer, Subject: subject, Email: c.Email, EmailVerified: bool(c.EmailVerified), DomainProven: bool(c.DomainProven),
		GivenName: c.GivenName, FamilyName: c.FamilyName, Name: c.Name, Picture: c.Picture}
}

// withUserinfo adds what the ID token did not say. Userinfo is not signed and
// not bound to this sign-in; its subject must be the token's, or it could be
// another person's (OpenID Connect Core §5.3.4).
func (p *Party) withUserinfo(ctx context.Context, m *Metadata, known *Profile, accessToken string) (*Profile, error) {
	var raw json.RawMessage
	if err := p.Get(ctx, m.UserinfoEndpoint, accessToken, &raw); err != nil {
		return nil, err
	}
	said, err := readClaims(func(c any) error { return json.Unmarshal(raw, c) })
	if err != nil {
		return nil, ErrDown
	}
	if said.Subject != known.Subject {
		return nil, ErrUserinfo
	}
	all := said.profile(known.Issuer, known.Subject)
	for _, m := range []struct{ into, from *string }{{&all.GivenName, &known.GivenName}, {&all.FamilyName, &known.FamilyName}, {&all.Name, &known.Name}, {&all.Picture, &known.Picture}} {
		if *m.from != "" {
			*m.into = *m.from
		}
	}
	all.DomainProven = known.DomainProven // Microsoft's claim of the token alone
	return all, nil
}
