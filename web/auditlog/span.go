package auditlog

import (
	"time"

	"gatehouse/web/ui"
)

// period is a time to look at that ends now, and how wide its columns are.
type period struct {
	lasts, each time.Duration
	label       string
}

// The period of an address that names none, and the longest one: what is kept
// longer is found by naming its time.
const (
	usual = "30d"
	year  = "1y"
)

// periods are those of an address.
var periods = map[string]period{
	"1h":  {time.Hour, 2 * time.Minute, "the last hour"},
	"24h": {24 * time.Hour, 30 * time.Minute, "the last 24 hours"},
	"7d":  {7 * 24 * time.Hour, 4 * time.Hour, "the last 7 days"},
	usual: {30 * 24 * time.Hour, 24 * time.Hour, "the last 30 days"},
	year:  {364 * 24 * time.Hour, 7 * 24 * time.Hour, "the last year"},
}

var periodOrder = []string{"1h", "24h", "7d", usual, year}

// period is the one that counts: somebody who has a reference or an id looks
// for one entry, whenever it was.
func (a Asked) period() string {
	switch {
	case a.Period != "":
		return a.Period
	case a.Reference != "" || a.Target != "" || looksLikeKey(a.Text):
		return year
	}
	return usual
}

func looksLikeKey(text string) bool {
	at := -1
	for i, r := range text {
		switch {
		case r == '_' || r == '-':
			at = i
		case r == ' ' || r == '@':
			return false
		}
	}
	return at > 0 && len(text)-at > 4 && len(text) > 11
}

// span is the time that is looked at, in columns of one width.
type span struct {
	since, before time.Time
	each          time.Duration
	columns       int
}

// mostColumns is how many a custom time is divided into, at most.
const mostColumns = 48

// span is the time that the address asks for. Its columns begin at round
// times; the last one is not over yet.
func (a Asked) span(now time.Time) span {
	if a.custom() {
		return customSpan(a.Since, a.Until, now)
	}
	p := periods[a.period()]
	before := now.Truncate(p.each).Add(p.each)
	n := int(p.lasts / p.each)
	return span{before.Add(-time.Duration(n) * p.each), before, p.each, n}
}

// widths are how wide a column may be, so that it begins at a round time.
var widths = []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute,
	30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour}

func customSpan(since, until, now time.Time) span {
	if until.IsZero() {
		until = now.Add(time.Second)
	}
	if since.IsZero() || !since.Before(until) {
		since = until.Add(-periods[usual].lasts)
	}
	lasts := until.Sub(since)
	for _, each := range widths {
		if n := int((lasts + each - 1) / each); n <= mostColumns {
			return span{since, since.Add(time.Duration(n) * each), each, n}
		}
	}
	return span{since, until, lasts / mostColumns, mostColumns}
}

// axis are the words below the columns.
func (s span) axis() []string {
	return ui.AxisOf(s.columns+1, 5, func(i int) string { return ui.AxisTime(s.since.Add(time.Duration(i)*s.each), s.each) })
}

// name is what to call the column that begins then.
func (s span) name(from time.Time) string {
	switch {
	case s.each < time.Minute:
		return from.Format("2 Jan, 15:04:05")
	case s.each < 24*time.Hour:
		return from.Format("2 Jan, 15:04")
	}
	return from.Format("2 Jan")
}

// spanWords say which time it is.
func spanWords(since, before time.Time) string {
	const exact = "2 Jan 2006, 15:04:05"
	if since.Equal(since.Truncate(time.Minute)) && before.Equal(before.Truncate(time.Minute)) {
		if since.Truncate(24 * time.Hour).Equal(before.Add(-time.Minute).Truncate(24 * time.Hour)) {
			return since.Format("2 Jan 2006, 15:04") + "–" + before.Format("15:04")
		}
		return since.Format("2 Jan 2006, 15:04") + " – " + before.Format("2 Jan 2006, 15:04")
	}
	return since.Format(exact) + " – " + before.Format(exact)
}
