// Package browser is how Gatehouse talks to browsers, and what it believes of
// a request before any handler sees it: cookies, security headers, cross-site
// posts, canonical paths, the client's address, bounded bodies, parameters
// that are there once.
//
// internal/app hangs it on every route in this order:
//
//	Pre:    CanonicalPath            no //admin, /%2e/, ;x
//	all:    Headers, LimitBody       nosniff, HSTS; 413
//	pages:  Pages                    CSP, no-store, no framing …
//	all:    CrossSite                guards the page prefixes alone
//
// Handlers read input through Query, Form and JSON, and cookies through a Jar.
package browser
