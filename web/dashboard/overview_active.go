package dashboard

import (
	"gatehouse/web/ui"
)

// activeWeeks is how far back the chart of active people goes.
const activeWeeks = 26

// activeStat is how many people came in within 30 days. Where nothing is
// known, or not all is counted, it says so rather than show a number.
func (p overviewPage) activeStat() ui.StatProps {
	s := ui.StatProps{Label: "Monthly active users", Value: "–", Delta: ui.DeltaProps{Text: "nobody signed in yet"}}
	n, known := p.active.Now()
	switch {
	case p.active.Behind:
		s.Delta.Text = "still counting the log"
	case known:
		s.Value, s.Delta.Text = figure(n), "in 30 days, of "+figure(p.people)
		if d := change(n, p.active.Before); p.active.Compared && d.Figure != "" {
			d.Text = "on the 30 days before"
			s.Delta = d
		}
	}
	return s
}

// activeChart is the number by weeks; false where there are no two to draw a
// line between.
func (p overviewPage) activeChart() (ui.LineProps, bool) {
	weeks := p.active.Weeks
	if len(weeks) < 2 || p.active.Behind {
		return ui.LineProps{}, false
	}
	line := ui.LineProps{Label: "Monthly active users over " + itoa(len(weeks)) + " weeks, from " + figure(weeks[0].People) + " to " + figure(weeks[len(weeks)-1].People) + "."}
	for _, w := range weeks {
		line.Values = append(line.Values, w.People)
	}
	line.Axis = ui.AxisOf(len(weeks), 4, func(i int) string { return weeks[i].Day.Format("2 Jan") })
	return line, true
}

// activeTable is the same as a table.
func (p overviewPage) activeTable() ui.BarsProps {
	t := ui.BarsProps{Table: ui.TableWords{Open: "View as table", Name: "30 days until", Value: "People"}}
	for _, w := range p.active.Weeks {
		t.Bars = append(t.Bars, ui.Bar{Name: w.Day.Format("2 Jan 2006"), Value: w.People})
	}
	return t
}
