package auditlog

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/audit/search"
	"gatehouse/web/ui"
)

var now = time.Date(2026, 11, 22, 12, 23, 8, 114e6, time.UTC)

// A link that somebody is sent must show them what the sender saw.
func TestTheWholeStateIsInTheAddress(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		"q=ines%40halden.example", "result=failed&type=authentication.%2A", "actor=user_1&target=conn_1&address=81.166.20.4&reference=GH-7K2M-94QX&organization=org_1",
		"period=7d&live=1", "since=2026-11-22T12%3A00%3A00Z&until=2026-11-22T12%3A15%3A00Z",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if got := Parse(values).Values().Encode(); got != values.Encode() {
			t.Errorf("%s became %s", query, got)
		}
	}
}

// What no page writes into an address must not become a filter, or a fault.
func TestNonsenseInTheAddressIsNotThere(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"q=%00", "q=%ff", "result=whatever", "period=9y", "since=tomorrow", "since=2026-11-22&until=2026-11-21", "q=" + string(make([]byte, 300))} {
		values, err := url.ParseQuery(query)
		if err != nil {
			continue
		}
		if got := Parse(values).Values(); len(got) != 0 {
			t.Errorf("%s became %v", query, got)
		}
	}
	if a := Parse(url.Values{"event": {"event_'x"}}); !a.Unknown || a.Event != "" && a.Event.Prefix() == "" {
		t.Errorf("%+v", a)
	}
}

// A reference is read out over the telephone: whichever way it is typed, it is
// found, however long ago it was.
func TestAReferenceIsSearchedFarBack(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"GH-7K2M-94QX", "gh-7k2m-94qx", "7k2m94qx", "event_01JD3W7Q2ZK01JD3W7Q2ZK01", "conn_01JD3W7Q2ZK"} {
		a := Parse(url.Values{"q": {typed}})
		if a.period() != year {
			t.Errorf("%s is looked for in %s", typed, a.period())
		}
	}
	for _, typed := range []string{"ines halvorsen", "ines@halden.example", "halden", ""} {
		if a := Parse(url.Values{"q": {typed}}); a.period() != usual {
			t.Errorf("%s is looked for in %s", typed, a.period())
		}
	}
}

// The figures of a column are those of the list that it leads to: its time
// must be the same, and no entry may fall between two columns.
func TestColumnsMeet(t *testing.T) {
	t.Parallel()
	for _, query := range []url.Values{{}, {"period": {"1h"}}, {"period": {"24h"}}, {"period": {"7d"}}, {"period": {"1y"}}, {"since": {"2026-11-22T12:00:00Z"}, "until": {"2026-11-22T12:00:07Z"}},
		{"since": {"2026-11-01"}}, {"until": {"2026-11-01"}}, {"since": {"2010-01-01"}, "until": {"2026-01-01"}}, {"since": {"2027-01-01"}}} {
		s := Parse(query).span(now)
		if s.columns < 1 || s.columns > 52 || s.each < time.Second || !s.since.Before(s.before) {
			t.Errorf("%v: %+v", query, s)
		}
		if whole := s.since.Add(time.Duration(s.columns) * s.each); s.before.Sub(whole).Abs() > time.Second {
			t.Errorf("%v: columns end at %v, not %v", query, whole, s.before)
		}
	}
}

// One who asks for failures of one family must not see another's.
func TestResultAndActionAreBothAskedFor(t *testing.T) {
	t.Parallel()
	ask := func(query string) []string {
		values, _ := url.ParseQuery(query)
		return (&Log{Asked: Parse(values)}).types()
	}
	if got := ask("result=failed&type=authentication.sso_failed"); len(got) != 1 {
		t.Error(got)
	}
	if got := ask("result=failed&type=user.created"); got == nil || len(got) != 0 {
		t.Error(got)
	}
	if got := ask("result=failed&type=authentication.*"); len(got) < 5 {
		t.Error(got)
	}
	if got := ask("type=app.anything"); len(got) != 1 {
		t.Error(got)
	}
	if got := failuresAmong([]string{"user.*"}); len(got) != 0 {
		t.Error(got)
	}
}

// The page says how much there is in one figure, and the histogram in another
// place: they must agree.
func TestTheFiguresAgree(t *testing.T) {
	t.Parallel()
	l := &Log{Place: Place{Path: "/log", Now: now}, Asked: Parse(url.Values{"period": {"1h"}}), Rows: make([]search.Found, 3)}
	l.span = l.Asked.span(now)
	for i := range l.span.columns {
		from := l.span.since.Add(time.Duration(i) * l.span.each)
		l.columns = append(l.columns, Column{From: from, To: from.Add(l.span.each), Entries: int64(i % 2)})
	}
	sum := int64(0)
	for _, b := range l.bars().Bars {
		sum += b.Value
	}
	if got := l.pager().Text; got != "3 of "+ui.Group(sum, "en")+" events" {
		t.Error(got)
	}
	if n := len(l.table().Bars); int64(n) != sum {
		t.Errorf("%d rows in the table", n)
	}
}
