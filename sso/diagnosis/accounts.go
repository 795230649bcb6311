package diagnosis

import "gatehouse/sso/guide"

// people are refusals of whoever came, after all about the answer was right.
var people = map[string]entry{
	"email_domain_not_owned": {code: "DOMAIN-MISMATCH", title: "@{domain} isn’t one of your domains",
		explain: "The sign-in is right, and its address is of a domain that your organization hasn’t verified. Whoever runs a provider could else sign in as anybody.",
		who:     Here, page: Domains, fix: "Verify the domain, or allow guests under *Choose who can use it*.", compare: true},
	"email_missing": {code: "ATTR-EMAIL", title: "No email address in the response",
		explain: "The sign-in is right, and none of its attributes is known to hold the person’s address.",
		who:     AtProvider, at: guide.Claims, fix: "Under *{field}*, send the person’s address as `email`. Or choose here which attribute holds it.", page: Mapping, compare: true},
	"subject_missing": {code: "SAML-NAMEID", title: "The response doesn’t say who signed in",
		explain: "The sign-in is right, and nothing in it tells people apart.",
		who:     AtProvider, at: guide.Claims, fix: "Under *{field}*, send something that stays the same for each person."},
	"subject_attribute_missing": {code: "ATTR-ID", title: "The attribute that tells people apart is missing",
		explain: "This connection knows people by an attribute that the response doesn’t have, or has more than once.",
		who:     Here, page: Mapping, fix: "Choose another attribute for *Stable ID*, or leave it empty: the Name ID is used then.", compare: true},
	"saml_name_id_transient": {code: "SAML-NAMEID", title: "{Provider} gives people a new name each time",
		explain: "The Name ID is *transient*, and no other attribute tells people apart.",
		who:     AtProvider, at: guide.NameID, fix: "Set *{field}* to the person’s email address or a persistent ID, save, and test again.", compare: true},
	"identity_conflict": {code: "ACCOUNT-TAKEN", title: "Somebody else signs in to that account",
		explain: "Another person at {provider} had this address before, and the account here is theirs.",
		who:     Here, fix: "If the address was given to somebody new, remove the old member first.", compare: true},
	"organization_invalid": {code: "ACCOUNT-OPERATOR", title: "Nobody comes in here by single sign-on",
		explain: "This organization runs {app} itself.", who: Operator, fix: form},
	"membership_required": {code: "ACCOUNT-MEMBER", title: "The person isn’t a member yet",
		explain: "The sign-in is right, and this connection doesn’t make members of people whom nobody invited.",
		who:     Here, page: Access, fix: "Invite the person, or let whoever signs in become a member."},
	"membership_inactive": {code: "ACCOUNT-INACTIVE", title: "The person’s membership was ended",
		explain: "The sign-in is right, and somebody here deactivated the person.",
		who:     Here, fix: "Reactivate the member, if that was a mistake."},
	"identity_move_not_approved": {code: "ACCOUNT-MOVE", title: "The person is known by another connection",
		explain: "They signed in by another connection of your organization before. Moving people to this one needs an owner’s approval.",
		who:     Here, page: Move, fix: "An owner of your organization approves it in this portal, on the connection’s page under *Move people from another provider*."},
	"account_is_operator": {code: "ACCOUNT-OPERATOR", title: "That account can’t be reached from here",
		explain: "An account that runs {app} itself never signs in by a customer’s provider.",
		who:     Person, fix: "Test with another person."},
}
