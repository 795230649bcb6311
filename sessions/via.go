package sessions

import "gatehouse/internal/id"

// Via is the connection that a sign-in by single sign-on came through. It
// counts as single sign-on for that connection's organization alone: another
// organization's identity provider vouches for nobody there. All empty for
// every other way in.
type Via struct {
	ConnectionID      *id.Connection
	SSOOrganizationID *id.Organization
	SSOGuest          bool // the organization does not hold the domain of the person's address
}

// For reports whether the sign-in counts as single sign-on for that organization.
func (v Via) For(org id.Organization) bool {
	return v.SSOOrganizationID != nil && *v.SSOOrganizationID == org
}
