// Package invitations is how people come into organizations: by an invitation
// that was mailed to them, or because they have an address of a domain that the
// organization has verified. It owns invitations.
//
// An invitation is for one address, and perhaps for one organization and role.
// Its token only finds it. It proves nothing: links are forwarded, and the
// management API reads tokens back. Whoever accepts proves the mailbox, by this
// sign-in or an earlier one.
//
// Admission is one pair of functions, for every way to sign in:
//
//	e, err := provision.Foresee(tx, u, org, invitation)  // before the gates: reads
//	verdict, org, err := gates.Check(tx, gates.Subject{…, Organization: e.Organization, Joins: e.Joins, Proves: e.Proves})
//	// … what the gates ask; perhaps in several requests …
//	err = provision.Admit(tx, u, org, invitation)        // once they are open: writes
//
// Foresee says whether the person is about to become a member, so that the
// organization's policy is asked before they are one. Admit uses the invitation
// up and makes the membership, in the transaction that makes the session; it
// trusts nothing that Foresee found, and where there is nothing to do it does
// nothing, so callers need not ask. Both answer ErrInvalid where the invitation
// works no longer and ErrOtherAddress where it is somebody else's.
//
// Whoever signs people in calls the pair of scim/provision, which asks the
// organization's directories as well and then these.
//
// An invitation is worth what its inviter is worth now: once they left, lost
// the role that they gave, or were banned, it is void.
package invitations
