// Package sequence numbers and chains committed entries, as a transparency log
// integrates its leaves, and signs where the chains stand.
//
// Whoever records an entry takes no lock and no number: a trigger notes that it
// waits. A loop, in every server and every worker, of which one at a time holds
// an advisory lock, takes what has committed, in batches: the position over the
// whole deployment, the sequence and the hash within the organization. So
// writers never wait for one another, numbers have no gaps, and an entry that
// commits late comes late, but comes: nobody who follows the numbers misses it.
//
// A batch is numbered chain by chain, so that entries which follow one another
// there lie in one row of audit_tiles, up to 128 of them: their numbers are
// counted from the first one's, their hashes stand one behind the other, and
// each term has the places of the entries that have it.
package sequence
