package dashboard

import (
	"testing"
	"time"

	"gatehouse/login/pace"
	"gatehouse/web/ui"
)

// Slower is worse: an arrow in the wrong colour calls an outage an improvement.
func TestASlowerSignInIsNoImprovement(t *testing.T) {
	ms := time.Millisecond
	for name, tt := range map[string]struct {
		day    pace.Day
		value  string
		figure string
		tone   ui.Tone
		text   string
	}{
		"nobody":            {pace.Day{}, "–", "", ui.Neutral, "none measured in 24 hours"},
		"nobody today":      {pace.Day{Before: 200 * ms, Compared: true}, "–", "", ui.Neutral, "none measured in 24 hours"},
		"the first day":     {pace.Day{P95: 312*ms + 400*time.Microsecond, Known: true}, "312 ms", "", ui.Neutral, "server time, 24 hours"},
		"faster":            {pace.Day{P95: 312 * ms, Before: 330 * ms, Known: true, Compared: true}, "312 ms", "↓ 18 ms", ui.OK, "on the day before"},
		"slower":            {pace.Day{P95: 1312 * ms, Before: 330 * ms, Known: true, Compared: true}, "1,312 ms", "↑ 982 ms", ui.Bad, "on the day before"},
		"much slower":       {pace.Day{P95: 4330 * ms, Before: 330 * ms, Known: true, Compared: true}, "4,330 ms", "↑ 4.0 s", ui.Bad, "on the day before"},
		"the same":          {pace.Day{P95: 330*ms + 1, Before: 330 * ms, Known: true, Compared: true}, "330 ms", "", ui.Neutral, "server time, 24 hours"},
		"below what counts": {pace.Day{P95: 90 * time.Microsecond, Known: true}, "1 ms", "", ui.Neutral, "server time, 24 hours"},
	} {
		s := overviewPage{pace: tt.day}.paceStat()
		if got := s.Value + s.Unit; got != tt.value || s.Delta != (ui.DeltaProps{Figure: tt.figure, Tone: tt.tone, Text: tt.text}) {
			t.Errorf("%s: %q %+v", name, got, s.Delta)
		}
	}
}
