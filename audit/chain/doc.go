// Package chain is the canonical form of an audit entry, its hash in the chain, signed heads, and their verification, with or without a database. It is pure.
package chain
