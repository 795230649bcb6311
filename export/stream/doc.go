// Package stream sends the audit log to destinations (export/sink): every
// entry at least once, in the order of their numbers, without gaps.
//
//	cursor → entries behind it (audit.Feed) → destination takes them → cursor moves
//
// The cursor moves when the destination has a batch, and only from where it
// stood when the batch was read: a process that dies in between leaves it, and
// the next one sends the batch again. One process at a time works on a stream,
// by a lease that it renews; whoever lost it writes nothing. A receiver tells
// repeats by the entries' ids.
//
// A destination that fails is asked again, ever more seldom; entries wait for
// it in the log, where they are anyway, as long as the log keeps them.
package stream
