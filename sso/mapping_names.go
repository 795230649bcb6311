package sso

// names are those that providers use for each field, the most telling first
// (reference/idp-quirks.md).
type names struct{ email, firstName, lastName, display, stable, groups []string }

var samlNames = names{
	email: []string{"email", "mail", "Email", "emailAddress", "User.Email", "LoginUser.Email",
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "urn:oid:0.9.2342.19200300.100.1.3"},
	firstName: []string{"firstName", "givenName", "User.FirstName", "LoginUser.FirstName",
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "urn:oid:2.5.4.42"},
	lastName: []string{"lastName", "sn", "surname", "User.LastName", "LoginUser.LastName",
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "urn:oid:2.5.4.4"},
	display: []string{"displayName", "name", "http://schemas.microsoft.com/identity/claims/displayname", "urn:oid:2.16.840.1.113730.3.1.241"},
	stable: []string{"http://schemas.microsoft.com/identity/claims/objectidentifier",
		"urn:oasis:names:tc:SAML:attribute:subject-id", "urn:oasis:names:tc:SAML:attribute:pairwise-id"},
	groups: []string{"groups", "memberOf", "LoginUser.GroupNames", "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
		"http://schemas.xmlsoap.org/claims/Group", "Role", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role", "urn:oid:1.3.6.1.4.1.5923.1.5.1.1"},
}

// samlGroupsLink is sent in place of the groups of somebody who is in more than
// Entra lists.
const samlGroupsLink = "http://schemas.microsoft.com/claims/groups.link"

var oidcNames = names{
	email:     []string{"email"},
	firstName: []string{"given_name"},
	lastName:  []string{"family_name"},
	display:   []string{"name"},
	groups:    []string{"groups", "roles"},
}

// entraEmail is where Entra has an address of somebody without a mailbox: the
// sign-in name, whose domain its tenant has proven.
var entraEmail = []string{"email", "preferred_username", "upn"}
