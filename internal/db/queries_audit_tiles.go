package db

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// The links of entries that follow one another in one chain are one row of
// audit_tiles.

// What a tile has at most. A term of a tsvector has up to 255 places. Tiles of
// one time are looked for among those that begin less than tileSpan before it.
const (
	tileSize = 128
	tileSpan = time.Second
)

// hashSize is SHA-256's.
const hashSize = 32

// byTile puts entries into the order in which they are numbered: those that can
// share a tile stand together.
func byTile(entries []AuditEntry) {
	slices.SortStableFunc(entries, func(a, b AuditEntry) int {
		return cmp.Or(strings.Compare(ownerOf(&a), ownerOf(&b)), cmp.Compare(a.Retention, b.Retention), cmp.Compare(monthOf(&a), monthOf(&b)))
	})
}

func ownerOf(e *AuditEntry) string {
	if e.Organization == nil {
		return ""
	}
	return string(*e.Organization)
}

func monthOf(e *AuditEntry) int { return e.RecordedAt.Year()*12 + int(e.RecordedAt.Month()) }

// tile is some of a batch's entries with their links, and when the oldest and
// the newest of them were recorded.
type tile struct {
	entries     []AuditEntry
	links       []AuditLink
	first, last time.Time
}

// tilesOf parts a batch.
func tilesOf(entries []AuditEntry, links []AuditLink) []tile {
	var tiles []tile
	for i := range entries {
		if n := len(tiles); n == 0 || !tiles[n-1].takes(&entries[i], &links[i]) {
			at := entries[i].RecordedAt
			tiles = append(tiles, tile{entries[i:i], links[i:i], at, at})
		}
		t := &tiles[len(tiles)-1]
		t.entries, t.links = t.entries[:len(t.entries)+1], t.links[:len(t.links)+1]
		t.first, t.last = t.around(&entries[i])
	}
	return tiles
}

func (t *tile) takes(e *AuditEntry, l *AuditLink) bool {
	first, last := t.around(e)
	begin, end := &t.entries[0], &t.links[len(t.links)-1]
	return len(t.entries) < tileSize && last.Sub(first) < tileSpan && ownerOf(begin) == ownerOf(e) && begin.Retention == e.Retention && monthOf(begin) == monthOf(e) &&
		l.Position == end.Position+1 && l.Sequence == end.Sequence+1
}

// around is the time of the tile's entries and of one more.
func (t *tile) around(e *AuditEntry) (first, last time.Time) {
	first, last = t.first, t.last
	if e.RecordedAt.Before(first) {
		first = e.RecordedAt
	}
	if e.RecordedAt.After(last) {
		last = e.RecordedAt
	}
	return first, last
}

func (t *tile) events() []id.Event {
	list := make([]id.Event, len(t.entries))
	for i := range t.entries {
		list[i] = t.entries[i].ID
	}
	return list
}

func (t *tile) types() []string {
	list := make([]string, len(t.entries))
	for i := range t.entries {
		list[i] = t.entries[i].Type
	}
	return list
}

func (t *tile) hashes() []byte {
	all := make([]byte, 0, hashSize*len(t.links))
	for i := range t.links {
		all = append(all, t.links[i].Hash...)
	}
	return all
}

// terms are those of the tile's entries, with the places of the entries that
// have each.
func (t *tile) terms() iter.Seq2[string, []byte] {
	var order []string
	places := map[string][]byte{}
	for i := range t.links {
		for _, term := range t.links[i].Terms {
			at, known := places[term]
			if !known && fitTerm(term) {
				order = append(order, term)
			} else {
				at = append(at, ',')
			}
			places[term] = strconv.AppendInt(at, int64(i+1), 10)
		}
	}
	return func(yield func(string, []byte) bool) {
		for _, term := range order {
			if !yield(term, places[term]) {
				return
			}
		}
	}
}

// lexemes are the terms as a tsvector.
func (t *tile) lexemes() string {
	var b strings.Builder
	for term, places := range t.terms() {
		b.WriteByte('\'')
		_, _ = lexemeEscaper.WriteString(&b, term)
		b.WriteString("':")
		b.Write(places)
		b.WriteByte(' ')
	}
	return b.String()
}

// words are the terms as SQLite has them: none has a space in it.
func (t *tile) words() string {
	var b strings.Builder
	b.WriteByte(' ')
	for term, places := range t.terms() {
		b.WriteString(term + "=")
		b.Write(places)
		b.WriteByte(' ')
	}
	return b.String()
}

var lexemeEscaper = strings.NewReplacer(`\`, `\\`, `'`, `''`)

// fitTerm reports whether a term would not break the statement: one entry must
// not keep the others from their numbers.
func fitTerm(term string) bool {
	return term != "" && len(term) < 2000 && !strings.ContainsAny(term, " \x00")
}

func fitTerms(terms []string) []string {
	return slices.DeleteFunc(slices.Clone(terms), func(t string) bool { return !fitTerm(t) })
}

const insertTiles = `INSERT INTO audit_tiles (position, last_position, organization_id, sequence, last_sequence, recorded_at, last_recorded_at, retention, numbered_at, events, types, previous_hash, hashes, terms)
	SELECT t.position, t.position + t.entries - 1, t.organization_id, t.sequence, t.sequence + t.entries - 1, t.recorded_at, t.last_recorded_at, t.retention, $1, t.events::text[], t.types::text[], t.previous_hash, t.hashes, t.terms::tsvector
	FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::bigint[], $9::text[], $10::text[], $11::bytea[], $12::bytea[], $13::text[])
		AS t (entries, position, organization_id, sequence, recorded_at, last_recorded_at, retention, events, types, previous_hash, hashes, terms)`

// tileArguments are insertTiles' own.
func tileArguments(now time.Time, tiles []tile) []any {
	n := len(tiles)
	var (
		sizes, positions, sequences, retentions = make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
		organizations                           = make([]*string, n)
		first, last                             = make([]time.Time, n), make([]time.Time, n)
		events, types, terms                    = make([]string, n), make([]string, n), make([]string, n)
		previous, hashes                        = make([][]byte, n), make([][]byte, n)
	)
	for i := range tiles {
		t := &tiles[i]
		sizes[i], positions[i], sequences[i], retentions[i] = int64(len(t.entries)), t.links[0].Position, t.links[0].Sequence, t.entries[0].Retention
		organizations[i], first[i], last[i] = (*string)(t.entries[0].Organization), t.first, t.last
		events[i], types[i], terms[i] = arrayLiteral(t.events()), arrayLiteral(t.types()), t.lexemes()
		previous[i], hashes[i] = t.links[0].PreviousHash, t.hashes()
	}
	return []any{now, sizes, positions, organizations, sequences, first, last, retentions, events, types, previous, hashes, terms}
}
