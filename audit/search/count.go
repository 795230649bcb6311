package search

import (
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Bucket is how many entries there are of a span of time.
type Bucket struct {
	From, To time.Time // To is not in it
	Entries  int64
	About    bool // of a sample, because there are many
}

// Count is how many entries there are.
type Count struct {
	Entries int64
	About   bool // of a sample, because there are many
}

// Histogram is how many entries there are of each of at most n equal spans
// between q.Since (or 30 days before the end) and q.Before (or now). Spans of an
// hour and more are made of whole hours, so that the first and the last may
// reach beyond what was asked for: what is counted is between From and To.
func Histogram(tx db.OwnedScope, q Query, n int) ([]Bucket, error) {
	if q.Before.IsZero() {
		q.Before = tx.Now().Add(time.Second) // what is being recorded, too
	}
	if q.Since.IsZero() || !q.Since.Before(q.Before) {
		q.Since = q.Before.Add(-defaultSpan)
	}
	buckets, whole := spans(q.Since, q.Before, max(n, 1))
	q.Since, q.Before = buckets[0].From, buckets[len(buckets)-1].To
	return buckets, q.fill(tx, buckets, whole)
}

// Estimate is how many entries q asks for. Times within an hour are taken as
// whole hours where there are many.
func Estimate(tx db.OwnedScope, q Query) (Count, error) {
	whole := q.Since.Equal(q.Since.Truncate(time.Hour)) && q.Before.Equal(q.Before.Truncate(time.Hour))
	if q.Before.IsZero() {
		q.Before = hourUp(tx.Now().Add(time.Hour))
	}
	if q.Since.IsZero() {
		q.Since = time.Unix(0, 0)
	}
	one := []Bucket{{From: q.Since, To: q.Before}}
	err := q.fill(tx, one, whole)
	return Count{one[0].Entries, one[0].About}, err
}

const defaultSpan = 30 * 24 * time.Hour

// spans parts the time between two instants; whole says that they are of hours.
func spans(from, to time.Time, n int) (buckets []Bucket, whole bool) {
	from, to = from.UTC(), to.UTC()
	each := to.Sub(from) / time.Duration(n)
	if whole = each >= time.Hour; whole {
		from, to = from.Truncate(time.Hour), hourUp(to)
		each = hourSpan((to.Sub(from) + time.Duration(n) - 1) / time.Duration(n))
	}
	each = max(each, time.Millisecond)
	for at := from; at.Before(to) && len(buckets) < n; at = at.Add(each) {
		buckets = append(buckets, Bucket{From: at, To: at.Add(each)})
	}
	if last := &buckets[len(buckets)-1]; !whole || last.To.After(to) {
		last.To = to
	}
	return buckets, whole
}

func hourSpan(d time.Duration) time.Duration {
	return (d + time.Hour - 1).Truncate(time.Hour)
}

// fill counts q's entries by buckets, which span exactly q's time.
func (q Query) fill(tx db.OwnedScope, buckets []Bucket, whole bool) error {
	s := q.search()
	waiting, err := pending(tx, s)
	if err != nil {
		return err
	}
	if whole && q.onlyTypes() {
		err = q.fromHours(tx, s, buckets)
	} else {
		err = q.fromTerms(tx, s, buckets)
	}
	for _, e := range waiting {
		add(buckets, e.RecordedAt, 1)
	}
	return err
}

// onlyTypes reports whether q asks for nothing that rollups do not know.
func (q Query) onlyTypes() bool {
	return len(q.Actors)+len(q.Targets)+len(q.Addresses) == 0 && q.Reference == "" && len(textNeeds(q.Text)) == 0
}

func add(buckets []Bucket, at time.Time, n int64) {
	for i := range buckets {
		if b := &buckets[i]; !at.Before(b.From) && at.Before(b.To) {
			b.Entries += n
			return
		}
	}
}

// uncounted are read at most of the entries that rollups have not counted yet.
const uncounted = 20_000

// fromHours adds rollups, and what they have not counted yet.
func (q Query) fromHours(tx db.OwnedScope, s db.AuditSearch, buckets []Bucket) error {
	hours, err := db.ListAuditHours(tx, q.hours())
	if err != nil {
		return err
	}
	for _, h := range hours {
		add(buckets, h.Bucket, h.Entries)
	}
	counted, err := counted(tx, rolledUp)
	if err != nil {
		return err
	}
	head, err := audit.Head(tx)
	if err != nil || head <= counted {
		return err
	}
	rows, err := db.ListNumberedBrief(tx, q.Organization, counted, uncounted)
	for _, row := range rows {
		if q.hasType(row.Type) {
			add(buckets, id.Time(row.EventID), 1)
		}
	}
	return err
}

func (q Query) hasType(kind string) bool {
	for _, wanted := range q.Types {
		if family, all := cutFamily(wanted); kind == wanted || all && strings.HasPrefix(kind, family) {
			return true
		}
	}
	return len(q.Types) == 0
}

// fewEntries are counted one by one.
var fewEntries int64 = 30_000

// fromTerms counts by the terms of the entries.
func (q Query) fromTerms(tx db.OwnedScope, s db.AuditSearch, buckets []Bucket) error {
	few, err := q.few(tx)
	if err != nil {
		return err
	}
	edges := make([]time.Time, len(buckets))
	for i, b := range buckets {
		edges[i] = b.From
	}
	found, err := db.CountAudit(tx, s, edges, few || len(s.Needs) == 0)
	for _, f := range found {
		if f.Span >= 1 && int(f.Span) <= len(buckets) {
			buckets[f.Span-1].Entries += f.Entries
		}
		for i := range buckets {
			buckets[i].About = buckets[i].About || f.Sampled
		}
	}
	return err
}

// few reports whether there are few entries in q's organization and time, of
// whatever kind.
func (q Query) few(tx db.OwnedScope) (bool, error) {
	chain := audit.AllHead
	if org, ok := tx.(*db.OrgTx); ok {
		chain = id.AuditHead(org.Organization())
	} else if q.Organization != "" {
		chain = id.AuditHead(q.Organization)
	}
	head, err := audit.HeadOf(tx, chain)
	if err != nil || head.Sequence <= fewEntries {
		return true, err
	}
	if q.Since.Unix() <= 0 {
		return false, nil
	}
	counted := q
	counted.Types = nil
	n, err := db.SumAuditHours(tx, counted.hours())
	return n <= fewEntries, err
}
