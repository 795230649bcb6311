// Package audit is the log of what happened: one row for each mutation and
// each sign-in outcome, written in the transaction that it tells of.
//
//	return audit.Record(tx, audit.MembershipCreated{Membership: m.Wire()})
//
// Each kind of entry is a Go struct in catalog_*.go: the page to open to learn
// what can happen here. Its JSON is a golden file (testdata), because customers
// parse it. Entries hold ids, words and resources as they were at that moment
// (internal/wire), never a secret.
//
// Recording takes no lock and counts nothing. An entry waits in audit_pending,
// put there by a trigger whatever way it came in, until a sequencer numbers
// and chains committed entries. On Postgres the server's role may insert and
// read entries, never change them.
package audit
