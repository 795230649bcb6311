package wire

import "encoding/json"

type jobObject struct{}

func (jobObject) object() string { return "job" }

type (
	// Job is a piece of the deployment's own work. Its arguments are ids.
	Job struct {
		Object      Object[jobObject] `json:"object"`
		ID          string            `json:"id"`
		Kind        string            `json:"kind"`
		State       string            `json:"state"` // waiting, scheduled, running, retrying, completed, failed, cancelled
		Cancelling  bool              `json:"cancelling"`
		Attempt     int               `json:"attempt"`
		MaxAttempts int               `json:"max_attempts"`
		Arguments   json.RawMessage   `json:"arguments"`
		Errors      Array[JobError]   `json:"errors"` // of the attempts that failed, the newest last
		ScheduledAt Timestamp         `json:"scheduled_at"`
		AttemptedAt *Timestamp        `json:"attempted_at"`
		FinishedAt  *Timestamp        `json:"finished_at"`
		CreatedAt   Timestamp         `json:"created_at"`
	}
	// JobError is an attempt that failed.
	JobError struct {
		Attempt int       `json:"attempt"`
		Message string    `json:"message"`
		At      Timestamp `json:"at"`
	}
)
