package audit

// The deployment's own work.

type (
	// JobRetried is job.retried: somebody had a job run at once, or once more.
	JobRetried struct {
		Job  string `json:"job_id"`
		Kind string `json:"kind"`
		From string `json:"from"` // the state that it was in
	}
	// JobCancelled is job.cancelled: somebody kept a job from running, or told it to end.
	JobCancelled struct {
		Job  string `json:"job_id"`
		Kind string `json:"kind"`
		From string `json:"from"`
	}
)

// Type names the entry.
func (JobRetried) Type() string { return "job.retried" }

// Type names the entry.
func (JobCancelled) Type() string { return "job.cancelled" }

// Targets are the job.
func (e JobRetried) Targets() []Target { return []Target{{"job", e.Job, e.Kind}} }

// Targets are the job.
func (e JobCancelled) Targets() []Target { return []Target{{"job", e.Job, e.Kind}} }

// Data is the job in short.
func (e JobRetried) Data() any { return e }

// Data is the job in short.
func (e JobCancelled) Data() any { return e }
