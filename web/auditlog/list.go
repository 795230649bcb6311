package auditlog

import (
	"strings"
	"time"

	"gatehouse/audit/search"
	"gatehouse/web/ui"
)

// here is the list's address with one parameter changed.
func (l *Log) here(pairs ...string) string { return l.Asked.with(l.Path, pairs...) }

// Note is what stands below the page's title.
func (l *Log) Note() string {
	note := "Every change and sign-in, newest first."
	if l.Kept != "" {
		note += " Kept for " + l.Kept + "."
	}
	return note
}

// periodLinks choose the time that is looked at.
func (l *Log) periodLinks() ui.ButtonGroupProps {
	group := ui.ButtonGroupProps{Label: "Period"}
	for _, name := range periodOrder {
		label := strings.TrimRight(name, "hdy") + " " + name[len(name)-1:]
		current := !l.Asked.custom() && l.Asked.period() == name
		group.Items = append(group.Items, ui.Choice{Label: label, Href: l.here("period", name, "since", "", "until", ""), Current: current})
	}
	group.Items = append(group.Items, ui.Choice{Label: "Custom…", Href: l.here("filter", "1"), Current: l.Asked.custom()})
	return group
}

// kept are the filters that the search form has no field for.
func (l *Log) kept() []ui.Hidden {
	var fields []ui.Hidden
	values := l.Asked.Values()
	for _, name := range []string{"type", "result", "actor", "target", "address", "reference", "organization", "period", "since", "until", "live"} {
		if value := values.Get(name); value != "" {
			fields = append(fields, ui.Hidden{Name: name, Value: value})
		}
	}
	return fields
}

// chips are the filters that are on.
func (l *Log) chips() []ui.ChipProps {
	var chips []ui.ChipProps
	add := func(field, value string, names ...string) {
		if value == "" {
			return
		}
		var less []string
		for _, name := range names {
			less = append(less, name, "")
		}
		chips = append(chips, ui.ChipProps{Field: field, Value: value, Remove: ui.Link{Label: "Remove filter " + field, Href: l.here(less...)}})
	}
	if l.Asked.custom() {
		add("Time", spanWords(l.span.since, l.span.before), "since", "until")
	}
	add("Result", l.Asked.Result, "result")
	add("Action", l.Asked.Type, "type")
	add("Who", l.actor, "actor")
	add("Target", l.Asked.Target, "target")
	add("Address", l.Asked.Address, "address")
	add("Reference", l.Asked.Reference, "reference")
	if l.Asked.Organization != "" && !l.Alone {
		name := l.Asked.Organization
		for org, link := range l.orgs {
			if string(org) == name {
				name = link.Label
			}
		}
		add("Organization", name, "organization")
	}
	return chips
}

func (l *Log) clear() ui.Link {
	if !l.Asked.Filtered() && !l.Asked.custom() {
		return ui.Link{}
	}
	return ui.Link{Label: "Clear all", Href: l.Path}
}

// bars are the columns; each leads to its own time, as long as that is worth
// looking at more closely.
func (l *Log) bars() ui.BarsProps {
	p := ui.BarsProps{Label: l.finding(), Axis: l.span.axis(), Table: ui.TableWords{Open: "View as table", Name: "From", Value: "Events", Bad: "Of them failed"}}
	for _, c := range l.columns {
		b := ui.Bar{Value: c.Entries, Bad: c.Failed, Open: c.To.After(l.Now), Name: l.span.name(c.From)}
		b.Title = b.Name + ": " + about(c.Entries, c.About, "event", "events") + ", " + ui.Group(c.Failed, "en") + " failed"
		if l.span.each > time.Second && c.Entries > 0 {
			b.Href = l.here("period", "", "since", stamp(c.From), "until", stamp(c.To))
		}
		p.Bars = append(p.Bars, b)
	}
	return p
}

// table is the columns as a table: those in which something happened.
func (l *Log) table() ui.BarsProps {
	p := l.bars()
	all := p.Bars
	p.Bars = nil
	for _, b := range all {
		if b.Value > 0 {
			p.Bars = append(p.Bars, b)
		}
	}
	return p
}

// finding is the histogram in a sentence.
func (l *Log) finding() string {
	n, sampled := l.total()
	words := about(n, sampled, "event", "events") + " between " + l.span.since.Format("2 Jan 2006, 15:04") + " and " + l.span.before.Format("2 Jan 2006, 15:04") + " UTC"
	most, failed := -1, int64(0)
	for i, c := range l.columns {
		failed += c.Failed
		if most < 0 || c.Entries > l.columns[most].Entries {
			most = i
		}
	}
	if n > 0 {
		words += ", " + ui.Group(failed, "en") + " of them failed; most at " + l.columns[most].From.UTC().Format("2 Jan, 15:04")
	}
	return words + "."
}

func about(n int64, sampled bool, one, many string) string {
	if sampled {
		return "about " + count(n, one, many)
	}
	return count(n, one, many)
}

// pager is Newer and Older.
func (l *Log) pager() ui.PagerProps {
	n, sampled := l.total()
	text := count(int64(len(l.Rows)), "event", "events")
	if !l.Asked.paged() || n > int64(len(l.Rows)) {
		text = ui.Group(int64(len(l.Rows)), "en") + " of " + about(max(n, int64(len(l.Rows))), sampled, "event", "events")
	}
	p := ui.PagerProps{Text: text}
	if l.paging.Before != "" {
		p.Newer.Href = l.here("before", l.paging.Before)
	}
	if l.paging.After != "" {
		p.Older.Href = l.here("after", l.paging.After)
	}
	return p
}

// page is what keeps the place in the list while an entry is opened.
func (l *Log) page() []string { return []string{"after", l.Asked.After, "before", l.Asked.Before} }

// href opens an entry beside the list.
func (l *Log) href(e *search.Found) string { return l.here(append(l.page(), "event", string(e.ID))...) }

// close is the list without the entry.
func (l *Log) closed() string { return l.here(l.page()...) }

// LiveHref switches whether the list keeps itself up to date.
func (l *Log) liveHref() string {
	if l.Asked.Live {
		return l.here("live", "")
	}
	return l.here("live", "1")
}

// exportHref is where what the log shows is made a file; whose log it is goes
// with it.
func (l *Log) exportHref() string {
	a := l.Asked
	if l.Organization != "" {
		a.Organization = string(l.Organization)
	}
	if l.Person != "" && a.Target != string(l.Person) {
		a.Actor = string(l.Person)
	}
	a.Live = false
	return a.with(l.Exports)
}

// Every is after how many seconds a live list asks again.
const Every = 10

// part is the address of the list alone, for a script that keeps it up to date.
func (l *Log) part() string { return l.here("part", "list") }

// Facts are what a live list tells of: nothing changed where they are the same.
func (l *Log) Facts() []any {
	var ids []string
	for i := range l.Rows {
		ids = append(ids, string(l.Rows[i].ID))
	}
	n, sampled := l.total()
	return []any{ids, n, sampled, l.span.since}
}

// Refresh keeps a live list up to date where there is no script.
func (l *Log) Refresh() ui.Refresh {
	if !l.Asked.Live || l.Asked.paged() || l.Open != nil {
		return ui.Refresh{}
	}
	return ui.Refresh{Seconds: 3 * Every, URL: l.here(), NoScript: true}
}

func (l *Log) live() bool { return l.Asked.Live && !l.Asked.paged() && l.Open == nil }
