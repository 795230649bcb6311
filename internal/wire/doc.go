// Package wire holds the resources of the management API and of events as
// plain structs. The owning package fills them in; api sends them, audit
// stores them as they were at that moment, and export delivers those bytes.
//
// Customers' programs parse this JSON, so each struct has a golden file
// (testdata/), and a change there is a change of the contract. Members that
// may be absent are omitempty, those that may be null are pointers without
// it, and lists are Array, which is never null. Encode is the only encoder:
// it writes what JavaScript's JSON.stringify would, because receivers check
// signatures over a body that they have parsed and written again.
package wire
