package lifecycle

import (
	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
)

// RetryJob has a job run at once, or once more. Whose doing it was is the
// deployment's to know.
func RetryJob(tx *db.Tx, n jobs.ID) (*jobs.Job, error) {
	before, err := jobs.Get(tx, n)
	if err != nil {
		return nil, err
	}
	j, err := jobs.Retry(tx, n)
	if err != nil {
		return nil, err
	}
	return j, audit.RecordDeployment(tx, audit.JobRetried{Job: n.String(), Kind: j.Kind, From: string(before.State)})
}

// CancelJob keeps a job from running, or tells it to end.
func CancelJob(tx *db.Tx, n jobs.ID) (*jobs.Job, error) {
	before, err := jobs.Get(tx, n)
	if err != nil {
		return nil, err
	}
	j, err := jobs.Cancel(tx, n)
	if err != nil {
		return nil, err
	}
	return j, audit.RecordDeployment(tx, audit.JobCancelled{Job: n.String(), Kind: j.Kind, From: string(before.State)})
}
