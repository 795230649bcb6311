// Package chain is the canonical form of an audit entry, its hash in the
// chain, signed heads, and their verification, with or without a database.
//
// Each organization's entries are one chain, the deployment's own are another:
//
//	digest(n) = SHA-256(canonical form of entry n)
//	hash(n)   = SHA-256(tag ‖ hash(n-1) ‖ n ‖ organization ‖ digest(n))
//
// so whoever holds hash(n) holds all that came before: no entry up to n can be
// altered, removed, inserted or moved and still lead there. A checkpoint is
// hash(n) under an Ed25519 signature (RFC 8032). What was written after the last
// checkpoint can be rewritten by somebody who owns the database, and by nobody
// else; checkpoints are made every hour, with each export and when asked for,
// and are worth most where the database's owner cannot reach them.
//
// Entries leave as Record lines (exports, streams), from which VerifyFile
// computes everything again. The package is pure: no database, no clock.
package chain
