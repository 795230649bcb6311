// Package apikeys owns the keys of the management API, and the answers that
// are kept so that a repeated request has no second effect.
//
// A key belongs to the deployment and sees every organization, or to one
// organization and sees that alone. Its value is shown once; the database has
// its SHA-256, by which it is found: there is nothing to compare, and so no
// time that tells how much of a guess was right.
//
// A key that is revoked is gone; the audit log keeps what it was.
//
// A MemberKey is something else: a member's key for the application's own API,
// which asks here what it is. It opens nothing of ours, and ends with the
// membership.
package apikeys
