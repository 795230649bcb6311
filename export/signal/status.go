package signal

import (
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// Status is whether a stream sends (SSF 1.0 §8.1.2).
type Status struct {
	StreamID id.Stream `json:"stream_id"`
	Status   string    `json:"status"`
	Reason   string    `json:"reason,omitempty"`
}

// The statuses. A paused stream keeps what happens meanwhile, a disabled one
// does not.
const (
	Enabled  = "enabled"
	Paused   = "paused"
	Disabled = "disabled"
)

// ErrStatus refuses other ones.
var ErrStatus = problem.New(problem.BadRequest, "invalid_status", "status is enabled, paused or disabled.")

// Switched is what a change of the status changes in a stream's settings, or
// nothing. What happened while a stream was disabled is left out once it is
// enabled again.
func Switched(values map[string]string, to string, now time.Time) map[string]*string {
	yes, since := "yes", now.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano) // ids have milliseconds
	was := values[FieldDisabled] == yes
	switch {
	case to == Disabled && !was:
		return map[string]*string{FieldDisabled: &yes}
	case to != Disabled && was:
		return map[string]*string{FieldDisabled: nil, FieldSince: &since}
	}
	return nil
}
