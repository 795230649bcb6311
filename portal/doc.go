// Package portal is who may be in the self-serve portal of an organization:
// links, which open it once and for a while, and the sessions behind them. An
// admin by role comes in with their own sign-in instead of a link.
//
// Its pages are in web/portal.
package portal
