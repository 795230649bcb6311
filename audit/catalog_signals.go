package audit

import "gatehouse/internal/id"

// Streams of Shared Signals, as their receivers manage them.

type (
	// SignalVerificationRequested is signal_stream.verification_requested: a receiver wants to be sent a
	// verification event with these words of its own.
	SignalVerificationRequested struct {
		Stream id.Stream `json:"stream_id"`
		State  string    `json:"state"`
	}
)

func (SignalVerificationRequested) Type() string { return "signal_stream.verification_requested" }
func (e SignalVerificationRequested) Targets() []Target {
	return []Target{{Type: "log_stream", ID: string(e.Stream)}}
}
func (e SignalVerificationRequested) Data() any { return e }
