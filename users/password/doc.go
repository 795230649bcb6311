// Package password hashes, verifies and judges passwords. It knows no tables
// and no requests: users stores what it returns, login and api call it
// between their transactions, never inside one.
//
//   - Hasher hashes and verifies. Every derivation passes its gate, which
//     bounds memory and processors, keeps sources fair to one another and
//     answers ErrBusy rather than queue for long (gate.go).
//   - Import turns a hash of another system into the string to store, or says
//     why not. Verify takes any such string and, when the password was right,
//     hands back the argon2id hash to store in its place.
//   - Assess judges a new password: length, common passwords, words about the
//     person, patterns. Leaks asks the range API whether it is in a breach.
//
// A stored string describes itself ("$argon2id$…", "$2b$…", "$scrypt$…"), so
// there is one column and no type beside it.
//
// What a person types is normalised to NFC with every kind of space as U+0020
// (RFC 8265 §4.2.2, the OpaqueString profile): the same password typed on a
// phone and on a desktop is the same bytes. NFKC, which NIST SP 800-63B also
// allows, would make different passwords equal ("①" and "1"). Imported hashes
// see the bytes as typed, because that is what their system hashed.
//
// Unknown person, wrong password and wrong password against an imported hash
// take the same time as seen from outside: each failing answer costs one
// derivation at today's parameters, and then waits, without holding the gate,
// for as long as the slowest kind of stored hash in use takes (pace.go).
package password
