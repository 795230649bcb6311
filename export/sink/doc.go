// Package sink is how each kind of log destination is spoken to. It knows
// nothing of streams, cursors or databases: it is given a batch of entries in
// order, and says that the destination has them, or why not.
//
//	s, err := kind.Open(settings, dial)
//	err = s.Send(ctx, batch) // nil: the destination has taken all of it
//
// A batch may come again: after a crash between the destination's answer and
// the cursor's move. Each entry has an id by which a receiver knows it again,
// and kinds that can (Elasticsearch, object stores) write it under that name.
//
// Everything that connects does so through Dial, and so through
// internal/netguard: the addresses are organizations' words.
package sink
