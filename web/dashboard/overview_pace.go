package dashboard

import (
	"strconv"
	"time"

	"gatehouse/web/ui"
)

// paceStat is how long people waited for the answer to what they signed in
// with, at the server: nineteen of twenty not longer.
func (p overviewPage) paceStat() ui.StatProps {
	s := ui.StatProps{Label: "Sign-in p95", Value: "–", Delta: ui.DeltaProps{Text: "none measured in 24 hours"}}
	if !p.pace.Known {
		return s
	}
	now, before := milliseconds(p.pace.P95), milliseconds(p.pace.Before)
	s.Value, s.Unit, s.Delta.Text = figure(now), " ms", "server time, 24 hours"
	if p.pace.Compared && now != before {
		s.Delta = slower(now-before, "on the day before")
	}
	return s
}

func milliseconds(d time.Duration) int64 { return max(1, d.Round(time.Millisecond).Milliseconds()) }

// slower is by how many milliseconds more or less something takes; less is good.
func slower(by int64, text string) ui.DeltaProps {
	sign, tone := "↑ ", ui.Bad
	if by < 0 {
		sign, tone, by = "↓ ", ui.OK, -by
	}
	words := strconv.FormatInt(by, 10) + " ms"
	if by >= 1000 {
		words = strconv.FormatFloat(float64(by)/1000, 'f', 1, 64) + " s"
	}
	return ui.DeltaProps{Figure: sign + words, Tone: tone, Text: text}
}
