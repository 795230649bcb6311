// Package netguard is the HTTP client for addresses that tenants give us:
// webhook endpoints, metadata and discovery documents, logos. Whoever can
// make a server fetch an address of their choice can otherwise read cloud
// metadata and internal services with it.
//
// The address that counts is the one that is connected to, so the check sits
// in the dialer, behind the name's resolution: another spelling of 127.0.0.1,
// a name that resolves to it, one that resolves to it the second time, or a
// redirect there all end at the same test. Addresses are refused by default;
// ALLOW_PRIVATE_TARGETS makes exceptions.
//
// Redirects are off, answers are cut at 1 MB and requests at 5 seconds, no
// proxy is used, and no error repeats what the other side answered.
package netguard
