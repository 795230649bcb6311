package gates

import (
	"net/netip"

	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sessions"
)

// Facts are all that the decision depends on.
type Facts struct {
	Method        sessions.Method // the first step
	Via           sessions.Via    // the connection that it was, if it was one
	MailboxProven bool            // somebody vouches for the person's address, now or before
	Second        *sessions.Second
	Enrolled      []sessions.Second // what the person can take the second step with
	IP            netip.Addr        // the person's; the zero value where nobody knows it

	VerifyEmails bool // the deployment wants addresses proven
	SMS          bool // the deployment lets people enrol telephones

	Organization *Organization // the one to enter; nil while none is chosen
	Choices      []Choice      // those that the person could enter, where they may have to choose
	Choose       bool          // the sign-in needs an organization if the person has any
}

// Organization is the one that the sign-in leads into.
type Organization struct {
	ID         id.Organization
	Policy     wire.OrganizationPolicy
	Member     bool // or about to be one: invited, or by the domain of their address
	BreakGlass bool // the person is to get in when single sign-on is broken
	Operators  bool // the one that opens the dashboard
}

// Choice is an organization that a person may choose.
type Choice struct {
	ID   id.Organization
	Name string
}
