package db

import (
	"sync"

	"gatehouse/internal/id"
)

// fresh are entries that this process has just sent to Postgres. Where it numbers
// them, too, it need not ask for them again: it takes what it wrote once the
// database says that it waits for numbers. What is not here is read; what never
// came to wait, because its transaction failed, makes room for others.
type fresh struct {
	mu      sync.Mutex
	entries map[id.Event]*AuditEntry
	ring    [freshEntries]id.Event
	next    int
	bytes   int
}

// How much is kept, at most.
const (
	freshEntries = 4096
	freshBytes   = 8 << 20
)

// keep adds an entry that is about to be written: its times are the database's.
func (f *fresh) keep(organization *id.Organization, source string, r *AuditRow) {
	size := len(r.Data) + len(r.Targets)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.entries == nil {
		f.entries = make(map[id.Event]*AuditEntry, freshEntries)
	}
	if f.drop(f.ring[f.next]); f.bytes+size > freshBytes { // another process numbers: these are of no use any more
		clear(f.entries)
		f.bytes = 0
	}
	f.entries[r.ID] = &AuditEntry{ID: r.ID, Organization: organization, Type: r.Type, Source: source, OccurredAt: r.OccurredAt, RecordedAt: r.RecordedAt,
		ActorKind: r.ActorKind, ActorID: r.ActorID, ActorName: r.ActorName, Targets: r.Targets, IPAddress: r.IPAddress, UserAgent: r.UserAgent, RequestID: r.RequestID, Reference: r.Reference, Data: r.Data}
	f.ring[f.next], f.next, f.bytes = r.ID, (f.next+1)%freshEntries, f.bytes+size
}

func (f *fresh) drop(event id.Event) {
	if e := f.entries[event]; e != nil {
		delete(f.entries, event)
		f.bytes -= len(e.Data) + len(e.Targets)
	}
}

// take adds the entries of a row that waits to list, and forgets them; false
// where it has not all of them.
func (f *fresh) take(p *pending, list []AuditEntry) ([]AuditEntry, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, event := range p.events {
		if f.entries[event] == nil {
			return list, false
		}
	}
	for _, event := range p.events {
		e := *f.entries[event]
		e.Retention = p.retention
		f.drop(event)
		list = append(list, e)
	}
	return list, true
}
