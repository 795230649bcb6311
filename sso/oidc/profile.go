package oidc

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"strings"

	"gatehouse/sso/trail"
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

	Claims     map[string]any // all that the token says, and what userinfo adds
	IDToken    string         // as it came, for the provider's end_session_endpoint
	Incomplete bool           // userinfo could not be asked

	accessToken string // for at_hash
}

// claims are the members of an ID token or of userinfo that matter here.
type claims struct {
	Subject         string  `json:"sub"`
	AuthorizedParty string  `json:"azp"`
	TenantID        string  `json:"tid"`
	NotBefore       instant `json:"nbf"`
	Email           string  `json:"email"`
	EmailVerified   truth   `json:"email_verified"`
	DomainProven    truth   `json:"xms_edov"`
	GivenName       string  `json:"given_name"`
	FamilyName      string  `json:"family_name"`
	Name            string  `json:"name"`
	Picture         string  `json:"picture"`
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

// instant is a NumericDate; some providers write fractions.
type instant float64

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
		return nil, trail.Refuse(ErrDown, trail.Attributes, "", "")
	}
	if said.Subject != known.Subject {
		return nil, trail.Refuse(ErrUserinfo, trail.Subject, known.Subject, said.Subject)
	}
	all := *known
	if all.Email == "" { // the address and what is said about it come from one place
		all.Email, all.EmailVerified = said.Email, bool(said.EmailVerified)
	}
	for _, m := range []struct {
		into *string
		said string
	}{{&all.GivenName, said.GivenName}, {&all.FamilyName, said.FamilyName}, {&all.Name, said.Name}, {&all.Picture, said.Picture}} {
		if *m.into == "" {
			*m.into = m.said
		}
	}
	return &all, all.merge(raw)
}

// members are what a token or userinfo says. Numbers stay as they were written:
// two employees whose numbers have seventeen digits are one to a float.
func members(raw json.RawMessage) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	out := map[string]any{}
	return out, d.Decode(&out)
}

// merge adds the members that the token does not have.
func (p *Profile) merge(raw json.RawMessage) error {
	more, err := members(raw)
	if err != nil {
		return trail.Refuse(ErrDown, trail.Attributes, "", "")
	}
	_, hasEmail := p.Claims["email"]
	merged := maps.Clone(p.Claims)
	for name, value := range more {
		if _, there := merged[name]; !there && !(hasEmail && name == "email_verified") {
			merged[name] = value
		}
	}
	p.Claims = merged
	return nil
}
