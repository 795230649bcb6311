package ui

import (
	"testing"

	"github.com/a-h/templ"
)

var days = BarsProps{
	Label: "Sign-ins per day. Failures rose on 17 November.",
	Bars: []Bar{
		{Title: "16 Nov: 18,256 succeeded, 214 failed", Name: "16 Nov", Value: 18256, Bad: 214, Href: "?day=16&q=<x>"},
		{Title: "17 Nov: 19,685 succeeded, 1,026 failed", Name: "17 Nov", Value: 19685, Bad: 1026, Href: "?day=17"},
		{Title: "18 Nov: none", Name: "18 Nov", Open: true},
	},
	Axis:  []string{"16 Nov", "18 Nov"},
	Table: TableWords{Open: "View as table", Name: "Day", Value: "Succeeded", Bad: "Failed"},
}

func init() {
	samples["charts"] = templ.Join(Histogram(days), BarChart(days), ChartTable(days), Histogram(BarsProps{Label: "Nothing"}),
		LineChart(LineProps{Label: "Active people, rising", Values: []int64{304, 360, 412}, Axis: []string{"Sep", "Nov"}}), LineChart(LineProps{Label: "One month", Values: []int64{3}}),
		Sparkline(SparkProps{Label: "24 hours", Values: []int64{1, 5, 2}}), Sparkline(SparkProps{Label: "24 hours", Values: []int64{0, 0, 9}, Bad: true}),
		BarList(BarListProps{Items: []BarListItem{{Label: "Wrong password", Href: "/l?q=1&r=2", Value: 2616}, {Label: "Other", Value: 88, Text: "3%"}}, Bad: true}),
		Legend([]LegendItem{{"Succeeded", "f1"}, {"Failed", "fb"}}))
}

// An axis whose steps are no round numbers cannot be read; one that ends below
// a bar lies.
func TestAnAxisEndsAtARoundNumber(t *testing.T) {
	t.Parallel()
	for most, want := range map[int64]int64{0: 4, 3: 4, 5: 8, 7: 8, 12: 12, 13: 16, 99: 100, 1026: 1200, 19685: 20000, 23999: 24000} {
		if got := Ceiling(most); got != want {
			t.Errorf("%d ends at %d, not %d", most, got, want)
		}
	}
	for most := range int64(5000) {
		if end := Ceiling(most); end < most || end%4 != 0 {
			t.Fatalf("%d ends at %d", most, end)
		}
	}
}

// What is not nothing must be seen, however much else there is.
func TestASingleFailureIsSeen(t *testing.T) {
	t.Parallel()
	for _, c := range stacked([]Bar{{Value: 1_000_000}, {Value: 500_000, Bad: 1}}) {
		if c.Bad > 0 && c.tall < 1 || c.height+c.tall > histHeight {
			t.Errorf("%+v", c)
		}
	}
}

// Words of an axis stand where their columns are.
func TestAxisHasItsEnds(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "c", "d", "e"}
	got := AxisOf(5, 3, func(i int) string { return names[i] })
	if len(got) != 3 || got[0] != "a" || got[1] != "c" || got[2] != "e" {
		t.Error(got)
	}
	if got := AxisOf(1, 5, func(int) string { return "x" }); len(got) != 1 {
		t.Error(got)
	}
}
