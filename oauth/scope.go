package oauth

import (
	"slices"
	"strings"
)

// The scopes of the standard surface (OpenID Connect Core §5.4, §11).
const (
	scopeOpenID  = "openid"
	scopeProfile = "profile"
	scopeEmail   = "email"
	scopeOffline = "offline_access"
)

var knownScopes = []string{scopeOpenID, scopeProfile, scopeEmail, scopeOffline}

// scopes is what was granted, in the order of knownScopes.
type scopes []string

func (s scopes) has(scope string) bool { return slices.Contains(s, scope) }

func (s scopes) String() string { return strings.Join(s, " ") }

// parseScopes keeps what we know of a scope parameter; the rest is not granted
// and the answer says so by leaving it out (RFC 6749 §3.3).
func parseScopes(text string) scopes {
	asked := strings.Fields(text)
	granted := scopes{}
	for _, known := range knownScopes {
		if slices.Contains(asked, known) {
			granted = append(granted, known)
		}
	}
	return granted
}
