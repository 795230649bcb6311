package dashboard

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/audit/search"
	"gatehouse/internal/db"
	"gatehouse/web/ui"
)

// method is a way of signing in: the type of entry that tells of it, less its
// end, and what people call it and its failure.
type method struct{ kind, name, failure string }

// methods are the ways that prove a person first. A second step is counted
// where it fails: whoever takes it was counted before.
var methods = []method{
	{"authentication.password", "Password", "Wrong password"},
	{"authentication.sso", "SSO", "Refused by a connection"},
	{"authentication.magic_auth", "Emailed code", "Code wrong or expired"},
	{"authentication.passkey", "Passkey", "Passkey refused"},
	{"authentication.oauth", "Google, Microsoft and others", "Refused by a provider"},
}

const secondFailed = "authentication.mfa_failed"

// overviewPeriods are the times that the figures are of.
var overviewPeriods = []struct {
	name        string
	lasts, each time.Duration
	words       string
}{
	{"24h", 24 * time.Hour, time.Hour, "24 hours"},
	{"7d", 7 * 24 * time.Hour, 6 * time.Hour, "7 days"},
	{"30d", 30 * 24 * time.Hour, 24 * time.Hour, "30 days"},
	{"90d", 90 * 24 * time.Hour, 3 * 24 * time.Hour, "90 days"},
}

const usualPeriod = 2 // 30 days

// signIns are the figures of one period, and of the one before it.
type signIns struct {
	period              int // of overviewPeriods
	since, now          time.Time
	succeeded, failed   int64
	before, beforeBad   int64
	columns             []signInColumn
	ok, bad             map[string]int64 // by method's kind
	secondFailed, total int64
}

type signInColumn struct {
	from              time.Time
	succeeded, failed int64
}

func periodOf(name string) int {
	for i, p := range overviewPeriods {
		if p.name == name {
			return i
		}
	}
	return usualPeriod
}

// load reads the counts that the worker keeps by hour.
func (s *signIns) load(tx *db.AllTx) error {
	p := overviewPeriods[s.period]
	end := s.now.Truncate(p.each).Add(p.each)
	s.since = end.Add(-p.lasts)
	types := []string{secondFailed}
	for _, m := range methods {
		types = append(types, m.kind+"_succeeded", m.kind+"_failed")
	}
	hours, err := search.ByHour(tx, search.Query{Types: types, Since: s.since.Add(-p.lasts), Before: end})
	if err != nil {
		return err
	}
	s.ok, s.bad = map[string]int64{}, map[string]int64{}
	for at := s.since; at.Before(end); at = at.Add(p.each) {
		s.columns = append(s.columns, signInColumn{from: at})
	}
	for _, h := range hours {
		s.add(h, p.each)
	}
	s.total = s.succeeded + s.failed
	return nil
}

func (s *signIns) add(h search.Hour, each time.Duration) {
	kind, good := strings.CutSuffix(h.Type, "_succeeded")
	kind = strings.TrimSuffix(kind, "_failed")
	if h.From.Before(s.since) {
		if good {
			s.before += h.Entries
		} else {
			s.beforeBad += h.Entries
		}
		return
	}
	column := &s.columns[min(int(h.From.Sub(s.since)/each), len(s.columns)-1)]
	switch {
	case good:
		s.succeeded += h.Entries
		column.succeeded += h.Entries
		s.ok[kind] += h.Entries
	default:
		s.failed += h.Entries
		column.failed += h.Entries
		if h.Type == secondFailed {
			s.secondFailed += h.Entries
		} else {
			s.bad[kind] += h.Entries
		}
	}
}

func (s *signIns) periods() ui.ButtonGroupProps {
	group := ui.ButtonGroupProps{Label: "Period"}
	for i, p := range overviewPeriods {
		label := strings.TrimRight(p.name, "hd") + " " + p.name[len(p.name)-1:]
		href := "/admin?period=" + p.name
		if i == usualPeriod {
			href = "/admin"
		}
		group.Items = append(group.Items, ui.Choice{Label: label, Href: href, Current: i == s.period})
	}
	return group
}

// words are the period's: "30 days".
func (s *signIns) words() string { return overviewPeriods[s.period].words }

// logHref is the log of a type in this period.
func (s *signIns) logHref(kind string) string {
	return with(logHome, url.Values{"period": {s.logPeriod()}}, "type", kind)
}

// failedHref is the log of what failed in this period.
func (s *signIns) failedHref() string {
	return with(logHome, url.Values{"period": {s.logPeriod()}, "result": {"failed"}}, "type", "authentication.*")
}

// logPeriod is the log's own period that holds this one.
func (s *signIns) logPeriod() string {
	if name := overviewPeriods[s.period].name; name != "90d" {
		return name
	}
	return "1y"
}

// bars are the columns, each leading to its time in the log.
func (s *signIns) bars() ui.BarsProps {
	each := overviewPeriods[s.period].each
	p := ui.BarsProps{Label: s.finding(), Table: ui.TableWords{Open: "View as table", Name: "From", Value: "Succeeded", Bad: "Failed"}}
	for _, c := range s.columns {
		b := ui.Bar{Name: columnName(c.from, each), Value: c.succeeded, Bad: c.failed, Open: c.from.Add(each).After(s.now)}
		b.Title = b.Name + ": " + figure(c.succeeded) + " succeeded, " + figure(c.failed) + " failed"
		if c.succeeded+c.failed > 0 {
			b.Href = logHome + "?type=authentication.%2A&since=" + c.from.Format(time.RFC3339) + "&until=" + c.from.Add(each).Format(time.RFC3339)
		}
		p.Bars = append(p.Bars, b)
	}
	p.Axis = ui.AxisOf(len(s.columns), 5, func(i int) string { return ui.AxisTime(s.columns[i].from, each) })
	return p
}

// table is the columns as a table: those in which somebody signed in, or tried.
func (s *signIns) table() ui.BarsProps {
	p := s.bars()
	p.Bars = slices.DeleteFunc(p.Bars, func(b ui.Bar) bool { return b.Value+b.Bad == 0 })
	return p
}

func columnName(from time.Time, each time.Duration) string {
	if each < 24*time.Hour {
		return from.Format("2 Jan, 15:04")
	}
	return from.Format("2 Jan")
}

// finding is the chart in a sentence.
func (s *signIns) finding() string {
	words := figure(s.succeeded) + " sign-ins succeeded and " + figure(s.failed) + " failed in " + s.words()
	worst := -1
	for i, c := range s.columns {
		if c.failed > 0 && (worst < 0 || c.failed > s.columns[worst].failed) {
			worst = i
		}
	}
	if worst >= 0 {
		words += "; most failed at " + columnName(s.columns[worst].from, overviewPeriods[s.period].each)
	}
	return words + "."
}

// rate is how many of a hundred succeeded; false where nobody tried.
func rate(succeeded, failed int64) (float64, bool) {
	if succeeded+failed == 0 {
		return 0, false
	}
	return 100 * float64(succeeded) / float64(succeeded+failed), true
}

// change is how much more or less something is than before, in per cent.
func change(now, before int64) ui.DeltaProps {
	if before == 0 || now == before {
		return ui.DeltaProps{}
	}
	return arrow(100*float64(now-before)/float64(before), "%")
}

// arrow is a difference; at most three digits, and up is good.
func arrow(by float64, unit string) ui.DeltaProps {
	sign, tone := "↑ ", ui.OK
	if by < 0 {
		sign, tone = "↓ ", ui.Bad
	}
	digits := 1
	if math.Abs(by) >= 99.95 {
		digits = 0
	}
	text := strconv.FormatFloat(math.Abs(by), 'f', digits, 64)
	if text == "0.0" {
		return ui.DeltaProps{}
	}
	if math.Abs(by) > 999 {
		text = "999+"
	}
	return ui.DeltaProps{Figure: sign + text + unit, Tone: tone}
}

// stats are sign-ins and how many succeeded, beside the period before.
func (s *signIns) stats() []ui.StatProps {
	counted := ui.StatProps{Label: "Sign-ins", Value: figure(s.succeeded), Delta: change(s.succeeded, s.before)}
	if counted.Delta.Figure != "" {
		counted.Delta.Text = "on the previous " + s.words()
	} else {
		counted.Delta.Text = "in " + s.words()
	}
	success := ui.StatProps{Label: "Success rate", Value: "–", Delta: ui.DeltaProps{Text: "nobody tried"}}
	if now, ok := rate(s.succeeded, s.failed); ok {
		success.Value, success.Unit = strconv.FormatFloat(math.Floor(now*10)/10, 'f', 1, 64), "%"
		success.Delta = ui.DeltaProps{Text: count(s.failed, "failed", "failed")}
		if before, ok := rate(s.before, s.beforeBad); ok {
			if d := arrow(now-before, " pt"); d.Figure != "" {
				d.Text = success.Delta.Text
				success.Delta = d
			}
		}
	}
	return []ui.StatProps{counted, success}
}

// failures are why sign-ins failed, and ways how people sign in, the most first.
func (s *signIns) failures() []ui.BarListItem {
	var items []ui.BarListItem
	for _, m := range methods {
		if n := s.bad[m.kind]; n > 0 {
			items = append(items, ui.BarListItem{Label: m.failure, Value: n, Href: s.logHref(m.kind + "_failed")})
		}
	}
	if s.secondFailed > 0 {
		items = append(items, ui.BarListItem{Label: "Second step failed", Value: s.secondFailed, Href: s.logHref(secondFailed)})
	}
	return largest(items)
}

func (s *signIns) ways() []ui.BarListItem {
	var items []ui.BarListItem
	for _, m := range methods {
		if n := s.ok[m.kind]; n > 0 {
			share := 100 * float64(n) / float64(s.succeeded)
			text := strconv.FormatFloat(share, 'f', 0, 64) + "%"
			if share < 1 {
				text = "under 1%"
			}
			items = append(items, ui.BarListItem{Label: m.name, Value: n, Text: text, Href: s.logHref(m.kind + "_succeeded")})
		}
	}
	return largest(items)
}

func largest(items []ui.BarListItem) []ui.BarListItem {
	slices.SortStableFunc(items, func(a, b ui.BarListItem) int { return int(b.Value - a.Value) })
	return items
}
