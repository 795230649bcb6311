package sso

import (
	"regexp"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/guide"
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

// LoggedOutURL is where an OpenID provider sends who signed out there.
func LoggedOutURL(base string, c id.Connection) string {
	return base + "/sso/oidc/" + inURL(c) + "/logged-out"
}

// JWKSURL is where an OpenID provider reads our keys, for private_key_jwt.
func JWKSURL(base string, c id.Connection) string { return base + "/sso/oidc/" + inURL(c) + "/jwks" }

// Value is what a provider is told of a connection, by the guides' name for
// it; empty for one that is no address of the connection's.
func Value(base string, c id.Connection, name guide.Value) string {
	addresses := map[guide.Value]func(string, id.Connection) string{guide.ACSURL: ACSURL, guide.EntityID: EntityID, guide.MetadataURL: MetadataURL,
		guide.StartURL: StartURL, guide.LogoutURL: SLOURL, guide.RedirectURI: RedirectURI, guide.BackchannelID: BackchannelURL}
	if at, ok := addresses[name]; ok {
		return at(base, c)
	}
	if name == guide.ACSPattern {
		return "^" + regexp.QuoteMeta(ACSURL(base, c)) + "$"
	}
	return ""
}
