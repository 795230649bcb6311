// Package sessions owns who is signed in where.
//
//	browser session   the person's own: one for each browser, found by the cookie's secret
//	  └ session       one for each application that signed in there: the wire's session_…, the token's sid
//
// A session has its own current organization, so a switch in one application
// moves no other. Ending a browser session ends all below it; ending one
// session leaves the rest. Some sessions have no browser session: an
// application that signed somebody in by its own form.
//
// A session that came by an organization's identity provider knows whose that
// was (Via): it is single sign-on for that organization and no other.
//
// Nothing here is deleted by time alone: a session that has ended stays until
// a sweep, so that its entry in lists and its end reason can be read. Every
// refresh of a token asks Renew, so an ended session ends its tokens.
package sessions
