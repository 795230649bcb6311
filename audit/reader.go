package audit

import (
	"gatehouse/audit/chain"
	"gatehouse/internal/db"
)

// Placed is a record of the chain with its position in the log.
type Placed struct {
	chain.Record
	Position int64
	row      *db.AuditEntry
}

// Event is the entry as pages and filters know it.
func (p *Placed) Event() Event { return EventOfRow(p.row) }

// PlacedOfRow is a numbered entry as its columns have it.
func PlacedOfRow(row *db.NumberedEntry) Placed {
	p := Placed{Position: row.Position, row: &row.AuditEntry, Record: chain.Record{Sequence: row.Sequence, Entry: chain.Entry{
		ID: string(row.ID), Type: row.Type, Source: row.Source, OccurredAt: row.OccurredAt, RecordedAt: row.RecordedAt, Retention: row.Retention,
		ActorKind: row.ActorKind, ActorID: row.ActorID, ActorName: row.ActorName, Targets: row.Targets, IPAddress: row.IPAddress, UserAgent: row.UserAgent,
		RequestID: row.RequestID, Reference: row.Reference, Data: row.Data}}}
	if row.Organization != nil {
		p.Organization = string(*row.Organization)
	}
	// A hash of another length was not written by this program: the zero hash
	// fits nothing, and verification says so.
	p.PreviousHash, _ = chain.HashOf(row.PreviousHash)
	p.Hash, _ = chain.HashOf(row.Hash)
	return p
}

// EachRecord runs fn with the records of Feed as they are read, until it
// returns false. What fn is given is the next one's when it has returned; fn must
// not use the transaction.
func EachRecord(tx db.OwnedScope, q FeedQuery, fn func(*Placed) bool) error {
	var p Placed // one for all: rows are many
	return db.EachNumbered(tx, q.query(), func(n *db.NumberedEntry) bool {
		p = PlacedOfRow(n)
		return fn(&p)
	})
}

// Reader makes lines of the log, piece by piece: a piece is as long as it may
// be, however small or large entries are, and no transaction stays open between
// two of them.
type Reader struct {
	Query FeedQuery // After moves on
	// Line appends what becomes of an entry, or nothing.
	Line func([]byte, *Placed) []byte
	// Bytes is how long a piece is, and one entry more.
	Bytes int

	read, made int // of the last piece
}

// How many entries a piece reads at most: few as long as nobody knows how large
// they are.
const (
	firstPiece = 1000
	mostPiece  = 5000
)

// Next appends the next piece to b, of at most so many entries; read is how
// many that were. At the end of the log it says so.
func (r *Reader) Next(tx db.OwnedScope, b []byte, most int) (piece []byte, read int, end bool, err error) {
	q, begin := r.Query, len(b)
	q.Limit = min(most, r.size(begin))
	err = EachRecord(tx, q, func(p *Placed) bool {
		b = r.Line(b, p)
		read, r.Query.After = read+1, p.Position
		return len(b) < r.Bytes
	})
	full := len(b) >= r.Bytes
	r.read, r.made = read, len(b)-begin
	return b, read, read < q.Limit && !full, err
}

// size is how many entries fit behind what a piece has already, if they are
// like those before.
func (r *Reader) size(begin int) int {
	if r.read == 0 {
		return firstPiece
	}
	fit := 1 + (r.Bytes-begin)/max(r.made/r.read, 1)
	return max(1, min(fit, 4*r.read, mostPiece))
}
