// Package patch applies PATCH operations (RFC 7644 §3.5.2) to a resource, with
// what identity providers really send. It is pure and fuzzed: what comes out is
// a new resource, or a refusal and nothing.
//
// Read makes operations of a body, User and Group apply them in their order.
// A group's members are not in its resource: what becomes of them comes out as
// a list of changes (Members), which scim/directory makes row by row, so that
// a group of fifty thousand is never loaded.
//
// A path names one attribute and is strict; the keys of a value without a path
// are read like the body of a PUT, in which anything may stand.
package patch
