package sequence

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// How many entries a transaction numbers, and how long the loop waits while
// there is nothing to do. SQLite's one writer is wanted elsewhere.
const (
	postgresBatch = 2000
	sqliteBatch   = 250
	firstBatch    = 200     // grows while batches are full
	largeBatch    = 8 << 20 // bytes: shrinks where one has more
	pause         = 200 * time.Millisecond
)

// Sequencer numbers entries. Several may run on one database.
type Sequencer struct {
	DB  *db.DB
	Log *slog.Logger

	missing []id.Event // told of already
	limit   int        // of the next batch; 0: the first one
}

// Run numbers what commits until ctx ends.
func (s *Sequencer) Run(ctx context.Context) error {
	for {
		asked := s.next()
		n, err := s.Once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if n >= asked {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// next is how many entries the next batch has at most.
func (s *Sequencer) next() int {
	if s.limit == 0 {
		s.limit = min(firstBatch, s.batch())
	}
	return s.limit
}

func (s *Sequencer) batch() int {
	if s.DB.Dialect == db.SQLite {
		return sqliteBatch
	}
	return postgresBatch
}

// Once numbers one batch and says how many entries that were: none where
// another sequencer is at it.
func (s *Sequencer) Once(ctx context.Context) (int, error) {
	done, err := s.once(ctx)
	return done.Entries, err
}

func (s *Sequencer) once(ctx context.Context) (db.AuditNumbered, error) {
	size, asked := 0, s.next()
	measured := func(entries []db.AuditEntry, heads []db.AuditHead) (db.AuditNumbers, error) {
		for i := range entries {
			size += len(entries[i].Data) + len(entries[i].Targets)
		}
		return number(entries, heads)
	}
	done, err := s.DB.NumberAudit(ctx, db.AuditBatch{Limit: asked, Except: s.missing, Chains: chains, Number: measured})
	if err != nil {
		return db.AuditNumbered{}, fmt.Errorf("numbering the audit log: %w", err)
	}
	switch {
	case size > largeBatch: // many large entries are more than a process should hold
		s.limit = max(done.Entries/4, 1)
	case done.Entries >= asked:
		s.limit = min(2*asked, s.batch())
	}
	for _, event := range done.Missing {
		s.missing = append(s.missing, event)
		s.Log.ErrorContext(ctx, "an audit entry is gone that waited for its number: somebody with more rights than the server's removed it", "event", event)
	}
	return done, nil
}

// chains are the heads that the entries move.
func chains(entries []db.AuditEntry) []string {
	list, seen := []string{string(audit.AllHead)}, map[id.AuditHead]bool{}
	for i := range entries {
		if head := audit.HeadID(entries[i].Organization); !seen[head] {
			seen[head] = true
			list = append(list, string(head))
		}
	}
	return list
}

var errHash = errors.New("a chain's head has no hash that another could follow")

// number links each entry to the one before it in its chain.
func number(entries []db.AuditEntry, heads []db.AuditHead) (db.AuditNumbers, error) {
	stand := map[string]*db.AuditHead{}
	for _, name := range chains(entries) {
		stand[name] = &db.AuditHead{ID: name, Hash: chain.Zero[:]}
	}
	for _, h := range heads {
		*stand[h.ID] = h
	}
	all := stand[string(audit.AllHead)]
	all.Hash = []byte{}
	var vocabulary audit.Vocabulary
	numbers := db.AuditNumbers{Links: make([]db.AuditLink, len(entries))}
	for i := range entries {
		event := audit.EventOfRow(&entries[i])
		head := stand[string(audit.HeadID(event.OrganizationID))]
		previous, err := chain.HashOf(head.Hash)
		if err != nil {
			return numbers, fmt.Errorf("%w: %s", errHash, head.ID)
		}
		record := chain.Next(audit.ChainEntry(&event, entries[i].Targets), head.Sequence, previous)
		all.Sequence++
		head.Sequence, head.Hash = record.Sequence, record.Hash[:]
		numbers.Links[i] = db.AuditLink{Position: all.Sequence, Sequence: record.Sequence, PreviousHash: previous[:], Hash: head.Hash, Terms: vocabulary.Terms(&event)}
	}
	for _, name := range chains(entries) {
		numbers.Heads = append(numbers.Heads, *stand[name])
	}
	return numbers, nil
}
