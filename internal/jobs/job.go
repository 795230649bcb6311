package jobs

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river/rivertype"

	"gatehouse/internal/wire"
)

// Job is one piece of work as people look at it. Its arguments are ids, and
// nobody changes them.
type Job struct {
	ID          ID
	Kind        string
	State       State
	Cancelling  bool // it runs, and was told to end
	Attempt     int
	MaxAttempts int
	Args        json.RawMessage
	Errors      []Failure  // the newest last
	ScheduledAt time.Time  // not before
	AttemptedAt *time.Time // the last time
	AttemptedBy string     // the process that it runs in, or ran in last
	FinishedAt  *time.Time
	CreatedAt   time.Time
}

// Failure is an attempt that ended in an error.
type Failure struct {
	Attempt int
	At      time.Time
	Error   string
}

// ID is a job's number, which the queue gives out.
type ID int64

const idPrefix = "job_"

// String is how the number is written: with a prefix, as every id is.
func (n ID) String() string { return idPrefix + strconv.FormatInt(int64(n), 10) }

// ParseID reads what String wrote, and nothing else.
func ParseID(text string) (ID, bool) {
	digits, ours := strings.CutPrefix(text, idPrefix)
	n, err := strconv.ParseInt(digits, 10, 64)
	return ID(n), ours && err == nil && n > 0 && ID(n).String() == text
}

// State is where a job stands, in our words: River's stay behind this package.
type State string

// The states.
const (
	Waiting   State = "waiting"   // for a worker
	Scheduled State = "scheduled" // for its time
	Running   State = "running"
	Retrying  State = "retrying" // it failed, and is tried again later
	Completed State = "completed"
	Failed    State = "failed" // as often as it may
	Cancelled State = "cancelled"
)

// States are all of them, what wants somebody first.
var States = []State{Failed, Retrying, Running, Waiting, Scheduled, Completed, Cancelled}

var riverStates = map[State][]rivertype.JobState{
	Waiting: {rivertype.JobStateAvailable, rivertype.JobStatePending}, Scheduled: {rivertype.JobStateScheduled},
	Running: {rivertype.JobStateRunning}, Retrying: {rivertype.JobStateRetryable}, Completed: {rivertype.JobStateCompleted},
	Failed: {rivertype.JobStateDiscarded}, Cancelled: {rivertype.JobStateCancelled},
}

// Valid reports whether s is one of the states.
func (s State) Valid() bool { return slices.Contains(States, s) }

// Over reports whether nothing more happens by itself.
func (s State) Over() bool { return s == Completed || s == Failed || s == Cancelled }

func stateOf(state rivertype.JobState) State {
	for s, theirs := range riverStates {
		if slices.Contains(theirs, state) {
			return s
		}
	}
	return State(state)
}

func jobOf(row *rivertype.JobRow) *Job {
	j := &Job{
		ID: ID(row.ID), Kind: row.Kind, State: stateOf(row.State), Attempt: row.Attempt, MaxAttempts: row.MaxAttempts,
		Args: row.EncodedArgs, ScheduledAt: row.ScheduledAt, AttemptedAt: row.AttemptedAt, FinishedAt: row.FinalizedAt, CreatedAt: row.CreatedAt,
	}
	if len(row.AttemptedBy) > 0 {
		j.AttemptedBy = row.AttemptedBy[len(row.AttemptedBy)-1]
	}
	for _, e := range row.Errors {
		j.Errors = append(j.Errors, Failure{Attempt: e.Attempt, At: e.At, Error: e.Error})
	}
	var noted struct {
		At *time.Time `json:"cancel_attempted_at"`
	}
	j.Cancelling = j.State == Running && json.Unmarshal(row.Metadata, &noted) == nil && noted.At != nil
	return j
}

// Wire is the job as the API shows it.
func (j *Job) Wire() wire.Job {
	out := wire.Job{
		ID: j.ID.String(), Kind: j.Kind, State: string(j.State), Cancelling: j.Cancelling, Attempt: j.Attempt, MaxAttempts: j.MaxAttempts,
		Arguments: j.Args, ScheduledAt: wire.At(j.ScheduledAt), AttemptedAt: wire.MaybeAt(j.AttemptedAt),
		FinishedAt: wire.MaybeAt(j.FinishedAt), CreatedAt: wire.At(j.CreatedAt),
	}
	for _, e := range j.Errors {
		out.Errors = append(out.Errors, wire.JobError{Attempt: e.Attempt, At: wire.At(e.At), Message: e.Error})
	}
	return out
}
