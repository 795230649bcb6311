package saml

import (
	"strings"

	"gatehouse/sso/trail"
)

// checkIssuers: the connection is named by the address that was posted to, and
// the issuer must then be its provider. Issuers are not unique among
// organizations, so nothing is looked up by one.
func (v *verification) checkIssuers() (string, *trail.Refusal) {
	for _, n := range []*node{v.response, v.assertion} {
		issuer := n.only(assertionNS, "Issuer")
		if issuer == nil && n == v.response {
			continue // SAML Core §3.2.2 lets it be silent
		}
		if got := issuer.word(); got != v.IdPEntityID {
			return "", refuse(ErrIssuer, trail.Issuer, v.IdPEntityID, got)
		}
	}
	v.result.Issuer = v.IdPEntityID
	return "", nil
}

// knownConditions are those that we can keep (SAML Core §2.5.1). OneTimeUse we
// keep for every assertion; ProxyRestriction binds those who issue assertions
// in their turn.
var knownConditions = map[string]bool{"AudienceRestriction": true, "OneTimeUse": true, "ProxyRestriction": true}

// checkAudience: every restriction must name us among its audiences. A
// condition that nobody understands makes the assertion invalid.
func (v *verification) checkAudience() (string, *trail.Refusal) {
	conditions := v.assertion.only(assertionNS, "Conditions")
	if conditions == nil {
		return "", refuse(ErrNoConditions, trail.Audience, v.EntityID, "no conditions")
	}
	for _, c := range conditions.children {
		if n := c.element; n != nil && (n.space != assertionNS || !knownConditions[n.local]) {
			return "", refuse(ErrCondition, trail.Audience, "AudienceRestriction, OneTimeUse or ProxyRestriction", n.local)
		}
	}
	restrictions := conditions.elements(assertionNS, "AudienceRestriction")
	if len(restrictions) == 0 {
		return "", refuse(ErrNoAudience, trail.Audience, v.EntityID, "no audience")
	}
	for _, r := range restrictions {
		var audiences []string
		named := false
		for _, a := range r.elements(assertionNS, "Audience") {
			audiences = append(audiences, a.word())
			named = named || a.word() == v.EntityID
		}
		if !named {
			return "", refuse(ErrAudience, trail.Audience, v.EntityID, strings.Join(audiences, ", "))
		}
	}
	return "", nil
}
