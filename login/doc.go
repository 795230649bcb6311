// Package login is the hosted login: it finds out who sits at the browser.
//
// Whoever needs a person (oauth for an application, the dashboard for an
// operator) starts an attempt, a row, and sends the browser to its path. The
// browser holds nothing but the attempt's secret, in a cookie of that attempt
// alone, so that several tabs sign in beside one another. When it is done the
// browser goes to the attempt's return path, which was stored and never comes
// from a request; there Outcome says who it is.
//
//	/login → /login/password  ┐
//	/login/signup → …/details ┼→ /login/organizations → return path
//	/sso/start/{connection}   ┘
//
// No step knows the next: each stores what it found and returns to the
// dispatcher (dispatch.go), which decides from the stored attempt. That is the
// only place to read to know what comes next.
//
// A sign-in is one transaction: the audit entry, the browser session under a
// new id, the end of the one before it, and the attempt's completion.
package login
