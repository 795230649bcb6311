package ui

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Charts are made by the server: geometry is SVG, stretched to the width that
// there is, and every word is HTML, so that it never stretches. Each has a
// sentence for whoever does not see it, and its figures as a table.

// Bar is one column of a chart over time.
type Bar struct {
	Title string // what it says, read by pointing at it: "17 Nov: 19,685 succeeded, 1,026 failed"
	Name  string // in the table: "17 Nov"
	Value int64  // all of it in a Histogram; what went well in a BarChart
	Bad   int64  // of it, or beside it: what failed
	Href  string // narrows the page to it
	Open  bool   // it is not over yet: drawn at half strength
}

// BarsProps is a chart of bars.
type BarsProps struct {
	Label string // the finding, in a sentence
	Bars  []Bar
	Axis  []string // words below, evenly spread, the first and last at the ends
	Table TableWords
}

// TableWords are the heads of the chart as a table, and what opens it.
type TableWords struct {
	Open, Name, Value, Bad string // Open: "View as table"
}

// A chart's own measures; they are stretched to what the page has.
const (
	chartWidth  = 1000.0
	histHeight  = 44.0
	barsHeight  = 200.0
	badHeight   = 60.0
	lineHeight  = 100.0
	sparkWidth  = 100.0
	sparkHeight = 20.0
)

// column is a bar's place.
type column struct {
	Bar
	x, width     float64 // of the whole column
	left, inner  float64 // of the bar in it
	top, badTop  float64
	height, tall float64 // of the bar, of what failed
}

// columns places bars from left to right, on a scale of their own.
func columns(bars []Bar, height float64, of func(Bar) int64) []column {
	if len(bars) == 0 {
		return nil
	}
	most := int64(0)
	for _, b := range bars {
		most = max(most, of(b))
	}
	top := float64(Ceiling(most))
	width := chartWidth / float64(len(bars))
	gap := min(width*0.15, 5)
	placed := make([]column, len(bars))
	for i, b := range bars {
		c := column{Bar: b, x: float64(i) * width, width: width, left: float64(i)*width + gap, inner: width - 2*gap}
		c.height = visible(float64(of(b)), top, height)
		c.top = height - c.height
		placed[i] = c
	}
	return placed
}

// visible is a figure as a height: what is not nothing can be seen.
func visible(value, top, height float64) float64 {
	if value <= 0 || top <= 0 {
		return 0
	}
	return max(value/top*height, 1)
}

// stacked are the columns of a histogram: what failed stands on the rest. Its
// scale ends at the highest column: it has no axis.
func stacked(bars []Bar) []column {
	most := int64(1)
	for _, b := range bars {
		most = max(most, b.Value)
	}
	placed := columns(bars, histHeight, func(b Bar) int64 { return b.Value })
	for i := range placed {
		c := &placed[i]
		whole := visible(float64(c.Value), float64(most), histHeight)
		c.tall = min(whole, visible(float64(c.Bad), float64(most), histHeight))
		c.height = whole - c.tall
		c.top = histHeight - c.height
		c.badTop = c.top - c.tall
	}
	return placed
}

func good(bars []Bar) []column {
	return columns(bars, barsHeight, func(b Bar) int64 { return b.Value })
}

func failed(bars []Bar) []column {
	return columns(bars, badHeight, func(b Bar) int64 { return b.Bad })
}

// Ceiling is where an axis ends: the next round number that four steps divide.
func Ceiling(most int64) int64 {
	if most <= 4 {
		return 4
	}
	unit := int64(math.Pow10(int(math.Floor(math.Log10(float64(most))))))
	for _, step := range []float64{1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10} {
		if end := int64(step * float64(unit)); end >= most && end%4 == 0 {
			return end
		}
	}
	return (most + 3) / 4 * 4
}

func most(bars []Bar, of func(Bar) int64) (top int64) {
	for _, b := range bars {
		top = max(top, of(b))
	}
	return Ceiling(top)
}

// scale are the words of an axis from its end down to zero.
func scale(end int64, steps int64) []string {
	words := make([]string, 0, steps+1)
	for i := steps; i >= 0; i-- {
		words = append(words, Short(end*i/steps))
	}
	return words
}

// Short is a figure for an axis: 18k, 1.2k, 3M.
func Short(n int64) string {
	for _, unit := range []struct {
		size int64
		word string
	}{{1_000_000_000, "G"}, {1_000_000, "M"}, {1_000, "k"}} {
		if n >= unit.size {
			return strings.TrimSuffix(strconv.FormatFloat(float64(n)/float64(unit.size), 'f', 1, 64), ".0") + unit.word
		}
	}
	return strconv.FormatInt(n, 10)
}

// coordinate is a number of an SVG attribute.
func coordinate(x float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
}

// polyline are the points of a line over the whole width, from zero or, where
// that would flatten it, from below its least.
func polyline(values []int64, width, height float64, from, to int64) string {
	var points strings.Builder
	span := max(to-from, 1)
	for i, v := range values {
		x := width
		if len(values) > 1 {
			x = width * float64(i) / float64(len(values)-1)
		}
		y := height - float64(v-from)/float64(span)*height
		if i > 0 {
			points.WriteByte(' ')
		}
		points.WriteString(coordinate(x) + "," + coordinate(y))
	}
	return points.String()
}

// BarListItem is one of several things, as long as it is large.
type BarListItem struct {
	Label string
	Href  string
	Value int64
	Text  string // the value in words: "58%"; grouped when empty
}

// width is a bar's length, of the longest.
func (p BarListProps) width(item BarListItem) string {
	longest := int64(1)
	for _, other := range p.Items {
		longest = max(longest, other.Value)
	}
	return coordinate(float64(item.Value)/float64(longest)*100) + "%"
}

// AxisOf are at most so many words of a chart's columns, the first and last
// among them.
func AxisOf(count, words int, word func(int) string) []string {
	if count <= 1 {
		words = count
	}
	axis := make([]string, 0, words)
	for i := range words {
		at := 0
		if words > 1 {
			at = i * (count - 1) / (words - 1)
		}
		axis = append(axis, word(at))
	}
	return axis
}

// AxisTime is an instant below a chart, as exact as its columns are wide.
func AxisTime(at time.Time, width time.Duration) string {
	switch {
	case width < time.Minute:
		return at.Format("15:04:05")
	case width < 2*time.Hour:
		return at.Format("15:04")
	case width < 24*time.Hour:
		return at.Format("2 Jan 15:04")
	}
	return at.Format("2 Jan")
}
