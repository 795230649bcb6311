// Package schema is what SCIM says of users and groups (RFC 7643), as data: which
// attributes there are, of which type, and what of a request is read, coerced,
// ignored or refused. It is pure: a document goes in, a Resource comes out.
package schema
