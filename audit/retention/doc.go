// Package retention keeps entries of the audit log as long as they are to be
// kept, and no longer.
//
// For how many days an entry is kept is decided when it is written, by its
// organization's setting or the deployment's. On Postgres entries lie in a
// partition by month and, below it, by that number of days; what is older than
// that, from the end of its month, goes with its partition. Nobody who writes
// touches an old partition, so nobody waits while it is dropped; and whoever
// reads it is waited for by asking again, never by standing in the queue for a
// lock. On SQLite they go by their tiles, in small transactions, a day's worth at
// a time.
//
// Before entries go, each unbroken run of them is signed (audit.Expiry): a gap
// in a chain is one of those, or a loss.
package retention
