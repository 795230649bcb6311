// Package id holds the typed identifiers of everything Gatehouse stores.
//
// An identifier is a prefix and a ULID in upper-case Crockford base 32
// ("user_01J…"): it sorts by time of making, so keyset paging by id is paging
// by age. Each kind has a Go type of its own, so that a user's id cannot be
// passed where an organization's is wanted.
//
// The prefixes live in one table (kinds.go) and are part of the wire format.
package id
