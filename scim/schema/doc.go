// Package schema is what SCIM says of users and groups (RFC 7643), as data: which
// attributes there are, of which type, and what of a request is read, coerced,
// ignored or refused. It is pure: a document goes in, a Resource comes out.
//
// Decode reads a body, strictly and within bounds. Type.Normalize makes a
// Resource of it: known names in their own spelling, "True" a boolean, what is
// read-only or secret left out, and null, "" and [] the same as absent. What
// nobody knows is kept as it was sent.
//
// Fold is the one key by which texts compare without case: here, in columns,
// and in gatehouse_fold on Postgres. Selection and Project are attributes and
// excludedAttributes; documents.go is what discovery answers.
package schema
