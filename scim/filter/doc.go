// Package filter reads SCIM filters (RFC 7644 §3.4.2.2) and PATCH paths (§3.5.2),
// prints them, and says whether a resource matches. It is pure and fuzzed;
// scim/directory turns what it reads into SQL.
package filter
