package audit

import "gatehouse/internal/wire"

// Log streams: destinations that are sent every entry.

type (
	// LogStream is log_stream.created, .updated, .deleted, .paused, .resumed,
	// .failing (the destination refuses, or did not answer for long) or
	// .recovered. Changed names the members of an update, CredentialsCleared
	// says that its address changed and no new secret came.
	LogStream struct {
		wire.LogStreamEvent
		Change             string             `json:"-"`
		Changed            wire.Array[string] `json:"changed"`
		CredentialsCleared bool               `json:"credentials_cleared"`
	}
	// LogStreamReplayed is log_stream.replayed: entries are sent again, those behind that number.
	LogStreamReplayed struct {
		wire.LogStreamEvent
		From int64 `json:"from_position"`
	}
	// LogStreamTested is log_stream.tested: somebody had a test entry sent to
	// its destination, which took it or answered otherwise.
	LogStreamTested struct {
		wire.LogStreamEvent
		Delivered bool    `json:"delivered"`
		Error     *string `json:"error"`
	}
)

// Type says what became of it.
func (e LogStream) Type() string       { return "log_stream." + e.Change }
func (LogStreamReplayed) Type() string { return "log_stream.replayed" }
func (LogStreamTested) Type() string   { return "log_stream.tested" }

// Targets are the stream.
func (e LogStream) Targets() []Target         { return stream(e.LogStreamEvent) }
func (e LogStreamReplayed) Targets() []Target { return stream(e.LogStreamEvent) }
func (e LogStreamTested) Targets() []Target   { return stream(e.LogStreamEvent) }

// Data is each entry as it stands.
func (e LogStream) Data() any         { return e }
func (e LogStreamReplayed) Data() any { return e }
func (e LogStreamTested) Data() any   { return e }

func stream(e wire.LogStreamEvent) []Target {
	return []Target{{"log_stream", string(e.ID), e.Name}}
}
