package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// accessClaims are an access token's (reference/wire-api.md 2.6). Empty ones
// are left out: SDKs keep the token in a cookie. The standard surface adds
// aud and scope (RFC 9068 §2.2).
type accessClaims struct {
	Issuer       string          `json:"iss"`
	Subject      id.User         `json:"sub"`
	Audience     string          `json:"aud,omitempty"`
	Session      id.Session      `json:"sid"`
	TokenID      string          `json:"jti"`
	IssuedAt     int64           `json:"iat"`
	Expires      int64           `json:"exp"`
	Organization id.Organization `json:"org_id,omitempty"`
	Role         string          `json:"role,omitempty"`
	Roles        []string        `json:"roles,omitempty"`
	Impersonator *actClaim       `json:"act,omitempty"`
	Client       id.Client       `json:"client_id"`
	AuthTime     int64           `json:"auth_time"`
	Scope        string          `json:"scope,omitempty"`
	authClaims
}

type actClaim struct {
	Subject string `json:"sub"`
}

// idClaims are an ID token's (OpenID Connect Core §2), with the claims of the
// scopes that were granted.
type idClaims struct {
	Issuer       string          `json:"iss"`
	Subject      id.User         `json:"sub"`
	Audience     id.Client       `json:"aud"`
	Expires      int64           `json:"exp"`
	IssuedAt     int64           `json:"iat"`
	AuthTime     int64           `json:"auth_time"`
	Nonce        string          `json:"nonce,omitempty"`
	AccessHash   string          `json:"at_hash,omitempty"`
	Session      id.Session      `json:"sid"`
	Organization id.Organization `json:"org_id,omitempty"`
	authClaims
	personClaims
}

// idTokenLifetime is how long a relying party may take to look at an ID token.
const idTokenLifetime = time.Hour

// personClaims are the standard claims of the scopes profile and email
// (OpenID Connect Core §5.1, §5.4).
type personClaims struct {
	Name          string `json:"name,omitempty"`
	GivenName     string `json:"given_name,omitempty"`
	FamilyName    string `json:"family_name,omitempty"`
	Picture       string `json:"picture,omitempty"`
	Locale        string `json:"locale,omitempty"`
	UpdatedAt     int64  `json:"updated_at,omitempty"`
	Email         string `json:"email,omitempty"`
	EmailVerified *bool  `json:"email_verified,omitempty"`
}

func claimsOf(u wire.User, scope scopes) personClaims {
	var c personClaims
	if scope.has(scopeProfile) {
		c.GivenName, c.FamilyName = value(u.FirstName), value(u.LastName)
		c.Name, c.Picture, c.Locale = fullName(u), value(u.ProfilePictureURL), value(u.Locale)
		c.UpdatedAt = u.UpdatedAt.Unix()
	}
	if scope.has(scopeEmail) {
		c.Email, c.EmailVerified = u.Email, &u.EmailVerified
	}
	return c
}

func fullName(u wire.User) string {
	if u.Name != nil && *u.Name != "" {
		return *u.Name
	}
	first, last := value(u.FirstName), value(u.LastName)
	if first != "" && last != "" {
		return first + " " + last
	}
	return first + last
}

// accessHash is at_hash: the left half of the access token's hash. Both
// algorithms hash with SHA-256 (OpenID Connect Core §3.1.3.6).
func accessHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:sha256.Size/2])
}
