// Package users owns people: their accounts, passwords, and how they belong to
// organizations.
//
// A person is global, one account for all of their organizations; a membership
// is an organization's row, reached in its transaction. Addresses are compared
// by a key (lower case, the domain in punycode) and shown as they were typed.
//
// Passwords.Check is the one way to try a password, in three beats:
//
//	load    the account, its hash, and whether a guess may be tried now
//	check   the hash, outside of any transaction, behind the hasher's gate
//	commit  the outcome, its audit entry, the counters, and whatever signing in
//	        makes (sessions, a finished attempt, tokens), in one transaction
//
// SSODates tells members of the day from which their organization requires
// single sign-on, and requires it when that has come.
//
// A membership that a directory manages (managed.go) is made and ended by its
// word, and has two roles, of which the higher counts.
//
// An unknown address costs the same work and gets the same answer as a wrong
// password. Ending a membership, a ban and a deletion end the sessions that
// rested on them.
package users
