package db

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// NumberedEntry is an entry of the log with its numbers and its link.
type NumberedEntry struct {
	AuditEntry
	Position     int64
	Sequence     int64
	PreviousHash []byte
	Hash         []byte
}

// NumberedQuery says which entries of the numbered log to list.
type NumberedQuery struct {
	After, Until  int64           // positions: after, up to and with; Until 0 is no bound
	Sequences     bool            // After and Until are of the one organization's sequence
	Types         []string        // names, or families such as user.*
	Organization  id.Organization // in an *AllTx: one organization's
	Deployment    bool            // in an *AllTx: the deployment's own
	Since, Before time.Time       // when it was recorded
	Limit         int
	Newest        bool // from the end
}

// numbered are the columns that a query's bounds are compared with: of a tile's
// first entry and of its last.
type numbered struct{ first, last string }

func (q NumberedQuery) columns() numbered {
	if q.Sequences {
		return numbered{"t.sequence", "t.last_sequence"}
	}
	return numbered{"t.position", "t.last_position"}
}

// where is the condition that an entry in a tile may be one of q's.
func (q NumberedQuery) where(tx OwnedScope) (string, []any) {
	c := q.columns()
	where, args := mine(tx, "t")
	add := func(condition string, values ...any) {
		where += " AND " + condition
		args = append(args, values...)
	}
	add(c.last+" > ?", q.After)
	if q.Until > 0 {
		add(c.first+" <= ?", q.Until)
		add(c.last+" < ?", min(q.Until, 1<<62)+tileSize) // which an index has, too
	}
	if q.Organization != "" {
		add("t.organization_id = ?", q.Organization)
	}
	if q.Deployment {
		add("t.organization_id IS NULL")
	}
	if !q.Since.IsZero() {
		add("t.last_recorded_at >= ?", q.Since.UTC())
	}
	if !q.Before.IsZero() {
		add("t.recorded_at < ?", q.Before.UTC())
	}
	if len(q.Types) > 0 {
		condition, values := q.named(tx.base())
		add(condition, values...)
	}
	return where, args
}

// kinds are q's types: names, and the beginnings of families such as user.*.
func (q NumberedQuery) kinds() (names, families []string) {
	for _, name := range q.Types {
		if family, is := strings.CutSuffix(name, "*"); is {
			families = append(families, family)
		} else {
			names = append(names, name)
		}
	}
	return names, families
}

// named is the condition on types.
func (q NumberedQuery) named(tx *Tx) (string, []any) {
	names, families := q.kinds()
	values := []any{listOf(tx, names)}
	condition, family := "EXISTS (SELECT 1 FROM json_each(t.types) k JOIN json_each(?) l ON l.value = k.value)", "EXISTS (SELECT 1 FROM json_each(t.types) k WHERE k.value LIKE ? ESCAPE '!')"
	if tx.db.Dialect == Postgres {
		condition, family = "t.types && CAST(? AS text[])", "EXISTS (SELECT 1 FROM unnest(t.types) k WHERE k LIKE ? ESCAPE '!')"
	}
	for _, f := range families {
		condition, values = condition+" OR "+family, append(values, likeEscaper.Replace(f)+"%")
	}
	return "(" + condition + ")", values
}

// order is that of tiles, which do not overlap in their numbers.
func (q NumberedQuery) order() string {
	last := q.columns().last
	if q.Newest {
		return last + " DESC"
	}
	return last
}

// EachNumbered runs fn with numbered entries in the order of their numbers, as
// they are read, until it returns false. It is scoped by the organization of the
// link; an entry is looked up by the id that the link gives it, and left out
// where somebody took it: the chain tells of it. Fewer than were asked for are all
// there are. fn may keep a copy of what it is given, which is the next one's when it
// has returned; it must not use the transaction.
func EachNumbered(tx OwnedScope, q NumberedQuery, fn func(*NumberedEntry) bool) error {
	err := tx.base().alongIndexes(func(r *logReader) error {
		return r.along(tx, q, func(places []place) (int, bool, error) {
			o := inOrder{places: places, held: map[int]*AuditEntry{}, fn: fn}
			err := r.each(places, q.stretch(tx.base(), places), o.take)
			if err == nil {
				o.rest()
			}
			return o.given, !o.over, err // those that somebody took do not count
		})
	})
	if err != nil {
		return fmt.Errorf("reading the log: %w", translate(err))
	}
	return nil
}

// ListNumbered lists what EachNumbered runs along.
func ListNumbered(tx OwnedScope, q NumberedQuery) ([]NumberedEntry, error) {
	list := []NumberedEntry{}
	err := EachNumbered(tx, q, func(n *NumberedEntry) bool {
		list = append(list, *n)
		return true
	})
	return list, err
}

// CountNumbered is how many numbered entries there are.
func CountNumbered(tx OwnedScope, q NumberedQuery) (n int64, err error) {
	text, args := q.count(tx)
	err = tx.base().session().Raw(text, args...).Scan(&n).Error
	return n, translate(err)
}

// NumberedBrief is what there is of a numbered entry without reading it.
type NumberedBrief struct {
	Position     int64
	Organization *id.Organization
	Type         string
	EventID      id.Event
}

// ListNumberedBrief lists numbered entries after a position, in their order. It
// is scoped by the organization of the link.
func ListNumberedBrief(tx OwnedScope, organization id.Organization, after int64, limit int) (list []NumberedBrief, err error) {
	q := NumberedQuery{After: after, Organization: organization, Limit: limit}
	err = tx.base().alongIndexes(func(r *logReader) error {
		return r.along(tx, q, func(places []place) (int, bool, error) {
			for _, p := range places {
				list = append(list, NumberedBrief{p.position, p.organization, p.kind, p.event})
			}
			return len(places), true, nil
		})
	})
	return list, translate(err)
}

// PositionOf is where an entry stands in the numbered log, or ErrNotFound:
// absent, not numbered yet, or another organization's.
func PositionOf(tx OwnedScope, event id.Event) (int64, error) {
	d, made := tx.base().db.Dialect, id.Time(event)
	in := inTiles[d]
	where, more := mine(tx, "t")
	var found []int64
	err := tx.base().session().Raw("SELECT t.position + "+in.place+" FROM audit_tiles t CROSS JOIN "+in.u+" WHERE "+in.event+" = ? AND t.recorded_at > ? AND t.recorded_at <= ? AND t.last_recorded_at >= ? AND "+where,
		append([]any{event, made.Add(-tileSpan), made, made}, more...)...).Scan(&found).Error
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return 0, translate(err)
	}
	return found[0], nil
}
