package sequence

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
)

// CheckpointEvery is how often heads that moved are signed.
const CheckpointEvery = time.Hour

// checkpointArgs asks for every head that moved to be signed. It may run twice:
// a head that is signed is not signed again.
type checkpointArgs struct{}

// Kind names the job.
func (checkpointArgs) Kind() string { return "audit_checkpoints" }

// Register adds the job that signs heads.
func (s *Signer) Register(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, _ checkpointArgs) error { _, err := s.CheckpointAll(ctx); return err })
	r.Every(CheckpointEvery, checkpointArgs{})
}

const headsAtOnce = 500

// CheckpointAll signs every head that moved since it was signed, and says how
// many those were.
func (s *Signer) CheckpointAll(ctx context.Context) (signed int, err error) {
	var after string
	for {
		var heads []db.AuditHead
		err := s.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) { heads, err = db.MovedHeads(tx, after, headsAtOnce); return err })
		if err != nil {
			return signed, fmt.Errorf("looking for heads that moved: %w", err)
		}
		for _, head := range heads {
			after = head.ID
			if _, err := s.Checkpoint(ctx, chainOf(head.ID)); err != nil {
				return signed, fmt.Errorf("signing the head of %s: %w", head.ID, err)
			}
			signed++
		}
		if len(heads) < headsAtOnce {
			return signed, nil
		}
	}
}

func chainOf(head string) *id.Organization {
	if head == string(audit.OwnHead) {
		return nil
	}
	org := id.Organization(head)
	return &org
}

// CheckpointNow is Checkpoint of a head that has all that had committed when it
// was called, unless another sequencer is at it for longer than a second.
func (s *Signer) CheckpointNow(ctx context.Context, org *id.Organization) (*audit.Checkpoint, error) {
	hurried, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	sequencer := Sequencer{DB: s.DB, Log: s.Log}
	for {
		done, err := sequencer.once(hurried)
		if err != nil && hurried.Err() == nil {
			return nil, err
		}
		if err != nil || done.Entries == 0 && !done.Busy {
			break
		}
		if done.Busy {
			select {
			case <-hurried.Done():
			case <-time.After(pause / 10):
			}
		}
	}
	return s.Checkpoint(ctx, org)
}
