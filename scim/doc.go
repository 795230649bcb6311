// Package scim serves /scim/v2/{directory}: the endpoints that identity
// providers push to (RFC 7644). It decodes, calls scim/provision in one
// transaction, and encodes; every request that a token lets in is recorded with
// what became of it.
//
// A request runs through four things, in this order:
//
//   - authenticate.go: the token before everything else. Without a valid one
//     every path is answered alike.
//   - turns.go: a directory waits for itself, and for no other one.
//   - users.go, groups.go, lists.go, bulk.go: one file for what can be asked.
//     Whatever changes something goes through change.go, which runs the
//     transaction, again where another one was in its way.
//     A group's members are written while they are read (group_read.go), and no
//     change of a group echoes more than two hundred.
//   - record.go, recorder.go, redact.go, reason.go: what is kept of it. A change
//     is recorded in its own transaction, everything else soon after.
//
// Errors are problem.Error with SCIM's words (schema.Err…); internal/app writes
// them in SCIM's shape.
package scim
