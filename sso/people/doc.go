// Package people decides whose account an identity provider's profile is: the
// same connection and subject, else an address whose domain the organization
// has verified, else, where guests are let in, whoever proves the mailbox in
// that very sign-in; and nothing else (SECURITY.md O1–O3). It also keeps what single
// logout needs to find the sessions that a provider wants ended.
//
// Where the organization has directories they are asked first (directory.go):
// whom one has switched off is refused, whom one waits for comes in by it, and
// of a member whom one manages role and names are not the assertion's.
package people
