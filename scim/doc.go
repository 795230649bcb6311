// Package scim serves /scim/v2/{directory}: the endpoints that identity
// providers push to (RFC 7644). It decodes, calls scim/provision in one
// transaction, and encodes; every request is recorded with what became of it.
package scim
