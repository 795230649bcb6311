// Package views keeps ways of looking at the audit log: a name for the filters
// of an address, somebody's own or shared by everybody who sees that log (the
// team in the dashboard, an organization's admins in its portal).
//
// A view holds no entries and opens nothing: it is a link with a name, and
// whoever follows it sees what they may see anyway. "The last 7 days" stays
// that; only a time that was chosen exactly is kept exactly.
//
// Somebody's own view is not found by anybody else. It goes with its person,
// and with its organization.
package views
