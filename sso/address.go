package sso

import (
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// In addresses a connection's id has a hyphen: Okta takes no underscore in an
// ACS URL (reference/idp-quirks.md).
func inURL(c id.Connection) string { return strings.Replace(string(c), "_", "-", 1) }

// ParseParam is the connection that a part of an address names, in either
// spelling, or db.ErrNotFound.
func ParseParam(text string) (id.Connection, error) {
	if rest, ok := strings.CutPrefix(text, "conn-"); ok {
		text = id.Connection("").Prefix() + rest
	}
	c, err := id.Parse[id.Connection](text)
	if err != nil {
		return "", db.ErrNotFound
	}
	return c, nil
}

// EntityID is what Gatehouse is called at a connection's provider: the address
// of its metadata there.
func EntityID(base string, c id.Connection) string { return MetadataURL(base, c) }

// MetadataURL is where our metadata for a connection is.
func MetadataURL(base string, c id.Connection) string {
	return base + "/sso/saml/" + inURL(c) + "/metadata"
}

// ACSURL is where a SAML provider sends its responses.
func ACSURL(base string, c id.Connection) string { return base + "/sso/saml/" + inURL(c) + "/acs" }

// SLOURL is where a SAML provider sends logout messages.
func SLOURL(base string, c id.Connection) string { return base + "/sso/saml/" + inURL(c) + "/slo" }

// StartURL begins a sign-in at a connection: for tiles and bookmarks.
func StartURL(base string, c id.Connection) string { return base + "/sso/start/" + inURL(c) }

// RedirectURI is where an OpenID provider sends its answers.
func RedirectURI(base string, c id.Connection) string {
	return base + "/sso/oidc/" + inURL(c) + "/callback"
}

// BackchannelURL is where an OpenID provider says that somebody signed out.
func BackchannelURL(base string, c id.Connection) string {
	return base + "/sso/oidc/" + inURL(c) + "/backchannel-logout"
}

// JWKSURL is where an OpenID provider reads our keys, for private_key_jwt.
func JWKSURL(base string, c id.Connection) string { return base + "/sso/oidc/" + inURL(c) + "/jwks" }
