package logstream

import (
	"strconv"
	"strings"
	"time"

	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/web/ui"
)

// Title is a kind as people call it.
func Title(kinds []sink.Kind, name string) string {
	if k, known := sink.Find(kinds, name); known {
		return k.Title
	}
	if name == "ssf" {
		return "Shared Signals"
	}
	return name
}

// Standing is how a stream does, in a word.
func Standing(s *stream.Stream) ui.BadgeProps {
	switch {
	case s.State == stream.Paused:
		return ui.BadgeProps{Label: "Paused", Icon: "pause"}
	case s.State == stream.Broken:
		return ui.BadgeProps{Tone: ui.Bad, Label: "Failing"}
	case s.Failures > 0:
		return ui.BadgeProps{Tone: ui.Warn, Label: "Trying again"}
	case s.LastDeliveredAt == nil:
		return ui.BadgeProps{Label: "Nothing sent yet", Icon: "clock"}
	}
	return ui.BadgeProps{Tone: ui.OK, Label: "Sending"}
}

// Carries is which entries a stream carries.
func Carries(s *stream.Stream) string {
	if len(s.Filter.Types) == 0 {
		return "Every entry"
	}
	return strings.Join(s.Filter.Types, ", ")
}

// Where is the setting that says where a stream goes.
func Where(kinds []sink.Kind, s *stream.Stream) string {
	kind, _ := sink.Find(kinds, s.Type)
	values := s.Settings()
	for _, f := range kind.Fields {
		if f.Address && !f.Secret && values[f.Name] != "" {
			return values[f.Name]
		}
	}
	return ""
}

// Took is a duration with three digits at most.
func Took(d time.Duration) string {
	switch {
	case d < time.Second:
		return strconv.FormatInt(max(d.Milliseconds(), 0), 10) + " ms"
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d.Hours())) + " h"
	}
	return strconv.Itoa(int(d.Hours()/24)) + " days"
}

func figure(n int64) string { return ui.Group(n, "en") }

// Stats are the numbers of a stream.
func Stats(st stream.Status, now time.Time) []ui.StatProps {
	s := st.Stream
	lag := ui.StatProps{Label: "Behind", Value: figure(st.Lag), Delta: ui.DeltaProps{Text: "entries wait"}}
	if st.BehindSince != nil {
		lag.Delta.Text = "the oldest for " + Took(now.Sub(*st.BehindSince))
	}
	if st.Lag == 0 {
		lag.Delta.Text = "nothing waits"
	}
	report := ui.StatProps{Label: "Delivered", Value: figure(s.Delivered), Delta: ui.DeltaProps{Text: "of " + figure(st.Expected)}}
	switch {
	case st.Missing() > 0:
		report.Delta.Tone, report.Delta.Figure = ui.Bad, figure(st.Missing())+" lost"
	case st.Complete():
		report.Delta.Tone, report.Delta.Figure = ui.OK, "complete"
	}
	last := ui.StatProps{Label: "Last delivered", Value: "Never"}
	if s.LastDeliveredAt != nil {
		last.Value, last.Unit = Took(now.Sub(*s.LastDeliveredAt)), " ago"
		last.Delta.Text = s.LastDeliveredAt.UTC().Format("2 Jan, 15:04:05")
	}
	at := ui.StatProps{Label: "At number", Value: figure(st.At), Delta: ui.DeltaProps{Text: "of " + figure(st.Head)}}
	return []ui.StatProps{report, lag, last, at}
}
