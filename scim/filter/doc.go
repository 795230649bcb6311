// Package filter reads filters and PATCH paths (RFC 7644 §3.4.2.2, §3.5.2) and
// says whether a resource fits one. It is pure, and fuzzed: whoever has a token
// writes filters, so length, comparisons and depth are bounded before all else.
//
// A filter is read (Parse) into nodes with the names as they were sent, and
// bound (Bind) to a type of resource: every attribute found, every value of its
// kind. What cannot be bound is refused whole, because the answer to half a
// filter is the whole directory. Match says what a bound filter means; the
// search of scim/directory, which puts it into SQL, is held against that.
//
// Beside the standard's grammar stands Entra's attr[…].sub op value.
package filter
