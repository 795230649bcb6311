// Package patch applies PATCH operations (RFC 7644 §3.5.2) to a resource, with
// what identity providers really send. It is pure and fuzzed: what comes out is
// a new resource, or a refusal and nothing.
package patch
