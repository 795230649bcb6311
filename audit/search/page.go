package search

import (
	"context"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// list reads entries without needs. The newest are asked for in the newest
// partitions first; few lists go further back.
func list(tx db.OwnedScope, s db.AuditSearch) ([]Found, error) {
	recent, older := newest(s, tx.Now())
	rows, err := db.ListAudit(tx, recent)
	if err != nil || older == nil || len(rows) == s.Limit {
		return foundAll(rows), err
	}
	older.Limit -= len(rows)
	more, err := db.ListAudit(tx, *older)
	return foundAll(append(rows, more...)), err
}

// newest is the part of s in its newest two months, and the part before it; all
// of s, and nothing, where it begins with the oldest.
func newest(s db.AuditSearch, now time.Time) (recent db.AuditSearch, older *db.AuditSearch) {
	if !s.Newest {
		return s, nil
	}
	recent, rest, end := s, s, s.Before.UTC()
	if ahead := now.UTC().AddDate(0, 0, 1); end.After(ahead) { // nobody's clock is a day ahead
		recent.Months, end = true, ahead
		recent.Before = time.Date(end.Year(), end.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	}
	recent.Since = time.Date(end.Year(), end.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	rest.Before, rest.High = recent.Since, db.LowestEvent(recent.Since)
	if recent.Low = max(s.Low, rest.High); recent.Low > rest.Low {
		older = &rest
	}
	return recent, older
}

// looks is how many entries are looked at for those of some types before the
// index of terms is asked.
var looks = 300

// glance reads entries of some types. The first ones are looked at by their own
// columns, whether they have their numbers or not: what many entries have fills
// a page at once. The others are found as find does.
func (q Query) glance(tx db.OwnedScope, s db.AuditSearch) ([]Found, error) {
	first, rest := newest(q.byType(s), tx.Now())
	rows, err := db.ListAudit(tx, first)
	if err != nil || len(rows) == s.Limit {
		return foundAll(rows), err
	}
	edge, err := db.AuditEdge(tx, first)
	switch {
	case err != nil:
		return nil, err
	case edge == "" && rest == nil:
		return foundAll(rows), nil
	case edge == "":
		s.Before, s.High = rest.Before, rest.High
	case s.Newest:
		s.Before, s.High = id.Time(edge).Add(time.Millisecond), string(edge)
	default:
		s.Since, s.Low = id.Time(edge), string(edge)+"0"
	}
	s.Limit -= len(rows)
	more, err := find(tx, s)
	return append(foundAll(rows), more...), err
}

// byType is s by the columns of entries; of q there are only types.
func (q Query) byType(s db.AuditSearch) db.AuditSearch {
	s.Look, s.Types = looks, []string{}
	for _, kind := range q.Types {
		if family, all := cutFamily(kind); all {
			s.Families = append(s.Families, family)
		} else {
			s.Types = append(s.Types, kind)
		}
	}
	return s
}

// Newest is the first page of Find in one round trip or two, as columns have it,
// for whoever sees the organization own, or all where it is empty; false where that
// neither fills the page nor is all that there is, and Find has to tell. It is for
// what programs ask for again and again.
func Newest(ctx context.Context, d *db.DB, own id.Organization, q Query, page db.Page) (rows []db.FoundEntry, paging db.Paging, whole bool, err error) {
	if d.Dialect != db.Postgres || page.After+page.Before != "" || page.Order == db.Ascending || !q.onlyTypes() || !q.Since.IsZero() || !q.Before.IsZero() {
		return nil, db.Paging{}, false, nil
	}
	rows, paging, err = db.ListPageBy(page, nil, func(f db.FoundEntry) string { return string(f.ID) }, func(r db.Run) ([]db.FoundEntry, error) {
		s := q.search()
		s.Limit = r.Limit
		if len(q.Types) > 0 {
			s = q.byType(s)
		}
		recent, older := newest(s, d.Clock())
		rows, err := d.ReadAudit(ctx, own, recent)
		if whole = len(rows) == r.Limit; err == nil && !whole {
			whole, err = d.AuditEnds(ctx, own, recent, older)
		}
		return rows, err
	})
	return rows, paging, whole && err == nil, err
}
