package db

import (
	"slices"
	"sync"
	"time"

	"gatehouse/internal/id"
)

// links are remembered of entries that pages showed, as a transparency log's
// mirror keeps tiles: an entry gets its number once, and a row of audit_tiles is
// never changed. Who may see an entry is not decided here: it was read under row
// security just before, and one that is not kept any longer is not read. A failover
// may lose a tile that was committed, and its entries get numbers anew: all is
// forgotten after a while. `audit verify`, exports and feeds read tiles.
type links struct {
	mu    sync.Mutex
	of    map[id.Event]*link
	since time.Time
}

// How many are remembered, of some 200 bytes each, and for how long.
const (
	maxLinks = 8192
	linksFor = time.Minute
)

// give puts the links that are remembered into list, and says where those
// entries stand that have none.
func (m *links) give(list []FoundEntry) map[id.Event]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(0)
	var rest map[id.Event]int
	for i := range list {
		if l := m.of[list[i].ID]; l != nil {
			list[i].takes(l)
			continue
		}
		if rest == nil {
			rest = make(map[id.Event]int, len(list)-i)
		}
		rest[list[i].ID] = i
	}
	return rest
}

// keep remembers those of rest that have a link now.
func (m *links) keep(list []FoundEntry, rest map[id.Event]int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(len(rest))
	for event, i := range rest {
		if f := &list[i]; f.Position != nil {
			hashes := slices.Concat(f.PreviousHash, f.Hash) // the tile has those of others, too
			n := len(f.PreviousHash)
			m.of[event] = &link{position: *f.Position, sequence: *f.Sequence, previous: hashes[:n:n], hash: hashes[n:]}
		}
	}
}

// forget makes room for so many.
func (m *links) forget(more int) {
	if now := time.Now(); m.of == nil || len(m.of)+more > maxLinks || now.Sub(m.since) > linksFor {
		m.of, m.since = map[id.Event]*link{}, now
	}
}
