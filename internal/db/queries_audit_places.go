package db

import (
	"slices"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// link is what the sequencer says of an entry.
type link struct {
	position, sequence int64
	previous, hash     []byte
}

// place is an entry's link, and with it where the entry is.
type place struct {
	link
	retention    int64
	organization *id.Organization
	event        id.Event
	kind         string
	first, last  time.Time // the entry was recorded between them
	terms        []string  // where the statement asks for them
	torn         bool      // its tile does not hold what it says
}

// places are those of the tile, in their order.
func (t *tileRow) places() []place {
	events := t.events
	// One that begins too early would be looked for nowhere.
	early := t.newest.Before(t.first) || t.newest.Sub(t.first) >= tileSpan
	torn := early || len(events) == 0 || len(t.types) != len(events) || len(t.hashes) != hashSize*len(events) ||
		t.lastPosition-t.position != int64(len(events)-1) || t.lastSequence-t.sequence != int64(len(events)-1)
	if len(events) == 0 {
		events = []string{""}
	}
	list := make([]place, len(events))
	for i, event := range events {
		p := &list[i]
		p.link = t.link(i)
		p.retention, p.organization, p.event, p.first, p.last, p.torn = t.retention, t.organization, id.Event(event), t.first, t.newest, torn
		if i < len(t.types) {
			p.kind = t.types[i]
		}
	}
	return list
}

// link is that of the tile's entry i, from 0; without a hash where the tile has
// none for it.
func (t *tileRow) link(i int) link {
	hash := func(i int) []byte {
		if end := hashSize * (i + 1); end <= len(t.hashes) {
			return t.hashes[end-hashSize : end : end]
		}
		return nil
	}
	l := link{position: t.position + int64(i), sequence: t.sequence + int64(i), previous: t.previous, hash: hash(i)}
	if i > 0 {
		l.previous = hash(i - 1)
	}
	return l
}

// number is the one that q goes by.
func (p *place) number(q NumberedQuery) int64 {
	if q.Sequences {
		return p.sequence
	}
	return p.position
}

// fits reports whether the entry is one of q's, of a tile that has some.
func (q NumberedQuery) fits() func(*place) bool {
	names, families := q.kinds()
	low, high := "", ""
	if !q.Since.IsZero() {
		low = LowestEvent(q.Since)
	}
	if !q.Before.IsZero() {
		high = LowestEvent(q.Before)
	}
	ofKind := func(kind string) bool {
		return len(q.Types) == 0 || slices.Contains(names, kind) || slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(kind, f) })
	}
	return func(p *place) bool {
		n := p.number(q)
		return n > q.After && (q.Until <= 0 || n <= q.Until) && string(p.event) >= low && (high == "" || string(p.event) < high) && ofKind(p.kind)
	}
}

// stretchOfTiles is what one statement gave.
type stretchOfTiles struct {
	places []place // those of q's
	tiles  int
	edge   int64 // the number that the last tile ends with, in q's direction
}

// Tiles are few where a log is busy, and as many as entries where it is quiet.
const firstTiles, mostTiles = 16, 1024

// along runs fn with the places of q's entries, some at a time and in q's order,
// until fn wants no more or as many as q's limit have counted. fn says how many
// of those that it was given count.
func (r *logReader) along(tx OwnedScope, q NumberedQuery, fn func([]place) (counted int, more bool, err error)) error {
	asked, tiles, entries := max(1, min(q.Limit/firstTiles, firstTiles)), 0, 0
	for q.Limit > 0 {
		s, err := r.tiles(tx, q, asked)
		if err != nil {
			return err
		}
		tiles, entries = tiles+s.tiles, entries+len(s.places)
		cut := len(s.places) > q.Limit
		if cut {
			s.places = s.places[:q.Limit]
			s.edge = s.places[q.Limit-1].number(q)
		}
		counted, more := 0, true
		if len(s.places) > 0 {
			counted, more, err = fn(s.places)
		}
		if err != nil || !more || !cut && s.tiles < asked {
			return err
		}
		q.Limit -= counted
		if q.Newest {
			q.Until = s.edge - 1
		} else {
			q.After = s.edge
		}
		if q.Newest && q.Until <= max(q.After, 0) {
			return nil
		}
		asked = min(q.Limit*tiles/max(entries, 1)+1, 8*asked, mostTiles)
	}
	return nil
}

func (r *logReader) tiles(tx OwnedScope, q NumberedQuery, limit int) (s stretchOfTiles, err error) {
	where, args := q.where(tx)
	text := "SELECT " + tileColumns + " FROM audit_tiles t WHERE " + where + " ORDER BY " + q.order() + " LIMIT ?"
	fits := q.fits()
	err = r.eachTile(text, append(args, limit), func(t *tileRow) bool {
		s.tiles++
		list := t.places()
		if q.Newest {
			slices.Reverse(list)
		}
		for i := range list {
			if fits(&list[i]) {
				s.places = append(s.places, list[i])
			}
		}
		s.edge = q.edge(t)
		return true
	})
	return s, err
}

// edge is the number that a tile ends with, in q's direction.
func (q NumberedQuery) edge(t *tileRow) int64 {
	first, last := t.position, t.lastPosition
	if q.Sequences {
		first, last = t.sequence, t.lastSequence
	}
	if q.Newest {
		return first
	}
	return last
}

// inTile is how a database has a tile's entries one by one, as u: an event, its
// type, and its place from 0.
type inTile struct{ u, event, kind, place, least, greatest string }

var inTiles = map[Dialect]inTile{
	Postgres: {"LATERAL unnest(t.events, t.types) WITH ORDINALITY u (event, type, n)", "u.event", "u.type", "u.n - 1", "least", "greatest"},
	SQLite:   {"json_each(t.events) u", "u.value", "t.types ->> u.key", "u.key", "min", "max"},
}

// count counts what q's tiles hold: of those that lie within its bounds as a
// whole only their numbers are read.
func (q NumberedQuery) count(tx OwnedScope) (string, []any) {
	where, args := q.where(tx)
	each, in := inTiles[tx.base().db.Dialect], q.columns()
	if len(q.Types) == 0 && q.Since.IsZero() && q.Before.IsZero() {
		until := q.Until
		if until <= 0 {
			until = 1<<63 - 1
		}
		return "SELECT CAST(coalesce(sum(" + each.least + "(" + in.last + ", ?) - " + each.greatest + "(" + in.first + ", ?) + 1), 0) AS bigint) FROM audit_tiles t WHERE " + where, append([]any{until, q.After + 1}, args...)
	}
	add := func(condition string, values ...any) {
		where, args = where+" AND "+condition, append(args, values...)
	}
	add(in.first+" + "+each.place+" > ?", q.After)
	if q.Until > 0 {
		add(in.first+" + "+each.place+" <= ?", q.Until)
	}
	if !q.Since.IsZero() {
		add(each.event+" >= ?", LowestEvent(q.Since))
	}
	if !q.Before.IsZero() {
		add(each.event+" < ?", LowestEvent(q.Before))
	}
	if len(q.Types) > 0 {
		names, families := q.kinds()
		one := "EXISTS (SELECT 1 FROM " + listed[tx.base().db.Dialect] + " WHERE "
		add("("+one+"l.value = "+each.kind+") OR "+one+"substr("+each.kind+", 1, length(l.value)) = l.value))", listOf(tx.base(), names), listOf(tx.base(), families))
	}
	return "SELECT count(*) FROM audit_tiles t CROSS JOIN " + each.u + " WHERE " + where, args
}
