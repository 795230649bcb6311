package sso

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso/oidc"
	"gatehouse/sso/trail"
)

// fromOIDC is the profile that an ID token, and userinfo, tell of.
func (m AttributeMap) fromOIDC(c *Connection, from *oidc.Profile) (*Profile, *trail.Refusal) {
	all := attributes{byName: map[string][]string{}}
	all.flatten("", from.Claims, maxDepth)
	known := oidcNames
	if c.Type == entraOIDC {
		known.email = entraEmail
	}
	p := &Profile{ConnectionID: c.ID, NameID: from.Subject, SessionIndex: all.first([]string{"sid"}), IDToken: from.IDToken}
	all.fill(p, m, known)
	if p.GroupsKnown = !overage(from.Claims, or(m.Groups, known.groups)); !p.GroupsKnown || from.Incomplete {
		p.Groups, p.GroupsKnown = nil, false
	}
	p.EmailUnverified = p.Email != "" && p.Email == strings.TrimSpace(from.Email) && (denied(from.Claims["email_verified"]) || denied(from.Claims["xms_edov"]))
	for _, ours := range []string{"iss", "aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "s_hash", "jti", "azp", "auth_time", "sid", "uti", "rh", "aio"} {
		delete(p.Raw, ours) // about the token, not about the person
	}
	var r *trail.Refusal
	p.Subject, r = oidcSubject(m, c, all, from)
	return p, r
}

const entraOIDC Type = "EntraIdOIDC"

// oidcSubject is what tells people apart: what the admin chose, else sub.
// Entra's sub is another for each application, and would be a stranger's after
// the registration there was made anew; oid is the person's, in the one tenant
// that the issuer names.
func oidcSubject(m AttributeMap, c *Connection, all attributes, from *oidc.Profile) (string, *trail.Refusal) {
	if len(m.IDPID) > 0 {
		return subject(all, m.IDPID)
	}
	if _, there := all.byName["oid"]; there && c.Type == entraOIDC {
		return subject(all, []string{"oid"})
	}
	return checkSubject(from.Subject, "sub")
}

// maxDepth is how deep claims are looked into: realm_access.roles is two.
const maxDepth = 4

// flatten reads claims as lists of texts. Those inside of an object are named
// by their path, unless a claim has that name itself.
func (a attributes) flatten(prefix string, claims map[string]any, depth int) {
	for name, value := range claims {
		switch v := value.(type) {
		case map[string]any:
			if depth > 1 && !strings.HasPrefix(name, "_claim_") {
				a.flatten(prefix+name+".", v, depth-1)
			}
		case []any:
			list := make([]string, 0, len(v))
			for _, e := range v {
				if s, ok := scalar(e); ok {
					list = append(list, s)
				}
			}
			a.put(prefix, name, list)
		default:
			if s, ok := scalar(v); ok {
				a.put(prefix, name, []string{s})
			}
		}
	}
}

func (a attributes) put(prefix, name string, values []string) {
	if _, there := a.byName[prefix+name]; there && prefix != "" {
		return
	}
	a.byName[prefix+name] = values
}

func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

// overage reports whether the provider says that somebody is in more groups
// than it lists (Entra: distributed claims, OpenID Connect Core §5.6.2). The
// link leads to an interface that we are no client of.
func overage(claims map[string]any, groups []string) bool {
	elsewhere, _ := claims["_claim_names"].(map[string]any)
	return slices.ContainsFunc(groups, func(name string) bool { return elsewhere[name] != nil }) || claims["hasgroups"] == true
}

// denied is a claim that is there and says no.
func denied(claim any) bool {
	s, said := scalar(claim)
	return said && (strings.EqualFold(s, "false") || s == "0")
}
