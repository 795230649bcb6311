// Package auditlog is the audit log as people read it: search, filters as
// chips, a histogram that is also the filter by time, a list, and one entry
// with the state of its chain. The dashboard shows it over everything, over one
// organization and about one person; the portal shows an organization its own.
//
// The page is its address: Asked is what an address says, and every link on
// the page is an address with something more or less. A Place says where the
// log is shown, and whose it is; whose rows can be seen at all is the
// transaction's business, never this package's.
package auditlog
