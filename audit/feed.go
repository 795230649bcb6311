package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gatehouse/audit/chain"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// FeedQuery says which numbered entries to read. Positions have no gaps and
// never change, and an entry that committed late has a later one: whoever
// remembers the last position that they read misses nothing.
type FeedQuery struct {
	After         int64           // positions after this one
	Until         int64           // up to and with this one; 0: to the end
	Types         []string        // names, or families such as user.*
	Organization  id.Organization // in an *db.AllTx: one organization's
	Since, Before time.Time       // when it was recorded
	Limit         int             // 0: DefaultFeed
	Newest        bool            // newest first: from the end back
}

// DefaultFeed is how many entries Feed reads where nobody says.
const DefaultFeed = 500

func (q FeedQuery) query() db.NumberedQuery {
	if q.Limit <= 0 {
		q.Limit = DefaultFeed
	}
	return db.NumberedQuery{After: q.After, Until: q.Until, Types: q.Types, Organization: q.Organization, Since: q.Since, Before: q.Before, Limit: q.Limit, Newest: q.Newest}
}

// Feed is the numbered entries in the order of their positions: in an
// *db.OrgTx the organization's, in an *db.AllTx all. Everything that follows
// the log reads it, with a cursor of its own.
func Feed(tx db.OwnedScope, q FeedQuery) ([]Numbered, error) {
	return numbered(db.ListNumbered(tx, q.query()))
}

// Tally is how many entries Feed would give without its limit.
func Tally(tx db.OwnedScope, q FeedQuery) (int64, error) { return db.CountNumbered(tx, q.query()) }

var heads = db.GlobalTable[ChainHead, id.AuditHead]{}

// Head is the last position there is; 0 before the first. It costs one row, so
// ask it before Feed where there is mostly nothing new.
func Head(tx db.AnyScope) (int64, error) {
	head, err := HeadOf(tx, AllHead)
	return head.Sequence, err
}

// HeadOf is where a chain stands; the zero one before its first entry.
func HeadOf(tx db.AnyScope, chain id.AuditHead) (ChainHead, error) {
	head, err := heads.Get(tx, chain)
	if errors.Is(err, db.ErrNotFound) {
		return ChainHead{ID: chain}, nil
	}
	if err != nil {
		return ChainHead{}, fmt.Errorf("reading the head of a chain: %w", err)
	}
	return *head, nil
}

// Heads are where all chains stand, AllHead among them.
func Heads(tx db.AnyScope) ([]ChainHead, error) { return heads.List(tx, db.Query{}) }

// HeadID is the chain of an organization, or of the deployment's own entries
// where org is nil.
func HeadID(org *id.Organization) id.AuditHead {
	if org == nil || *org == "" {
		return OwnHead
	}
	return id.AuditHead(*org)
}

func numbered(rows []db.NumberedEntry, err error) ([]Numbered, error) {
	if err != nil {
		return nil, err
	}
	list := make([]Numbered, len(rows))
	for i := range rows {
		list[i] = OfRow(&rows[i])
	}
	return list, nil
}

// OfRow is a numbered entry as its columns have it. What is no JSON in them was
// not written by this program: it is left out, and the chain tells of it.
func OfRow(row *db.NumberedEntry) Numbered {
	return Numbered{Event: EventOfRow(&row.AuditEntry), Position: row.Position, Sequence: row.Sequence,
		PreviousHash: row.PreviousHash, Hash: row.Hash, targets: row.Targets}
}

// EventOfRow is an entry as its columns have it.
func EventOfRow(row *db.AuditEntry) Event {
	e := Event{ID: row.ID, Type: row.Type, Source: Source(row.Source), OccurredAt: row.OccurredAt, RecordedAt: row.RecordedAt, Retention: row.Retention,
		ActorKind: row.ActorKind, ActorID: row.ActorID, ActorName: row.ActorName, IPAddress: row.IPAddress, UserAgent: row.UserAgent,
		RequestID: row.RequestID, Reference: row.Reference, Data: row.Data}
	e.OrganizationID = row.Organization
	_ = json.Unmarshal(row.Targets, &e.Targets)
	return e
}

// ChainRecord is the entry as exports and streams carry it: whoever has the
// lines can compute the chain again, without the database.
func ChainRecord(n Numbered) chain.Record {
	r := chain.Record{Entry: ChainEntry(&n.Event, n.targets), Sequence: n.Sequence}
	// A hash of another length was not written by this program: the zero hash
	// fits nothing, and verification says so.
	r.PreviousHash, _ = chain.HashOf(n.PreviousHash)
	r.Hash, _ = chain.HashOf(n.Hash)
	return r
}

// ChainEntry is the entry in the chain's terms. targets are the bytes of its
// column, where they are known.
func ChainEntry(e *Event, targets []byte) chain.Entry {
	if targets == nil {
		targets, _ = json.Marshal(e.Targets) // texts always can be
	}
	entry := chain.Entry{ID: string(e.ID), Type: e.Type, Source: string(e.Source), OccurredAt: e.OccurredAt, RecordedAt: e.RecordedAt, Retention: e.Retention,
		ActorKind: e.ActorKind, ActorID: e.ActorID, ActorName: e.ActorName, Targets: targets, IPAddress: e.IPAddress, UserAgent: e.UserAgent,
		RequestID: e.RequestID, Reference: e.Reference, Data: e.Data}
	if e.OrganizationID != nil {
		entry.Organization = string(*e.OrganizationID)
	}
	return entry
}
