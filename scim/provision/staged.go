package provision

import (
	"context"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
)

// Preview is what Apply would do.
type Preview struct {
	Added     int64 // who becomes a member
	Matched   int64 // of whom the organization has a member already
	Pending   int64 // who has to prove their mailbox first: the organization does not hold its domain
	NoAddress int64 // of those, who came without an address
	Inactive  int64 // whom the directory has switched off
	Removed   int64 // of those, who are members now, and leave
}

// PreviewOf says what Apply would do. It reads all of the directory, once.
func PreviewOf(tx *db.OrgTx, d *directory.Directory) (Preview, error) {
	p, err := db.PreviewDirectory(tx, d.ID)
	return Preview{Added: p.Added, Matched: p.Matched, Pending: p.Unproven + p.NoAddress, NoAddress: p.NoAddress, Inactive: p.Inactive, Removed: p.Removed}, err
}

// Apply lets a staged directory take effect: what comes from now on does so at
// once, and what has come by a job. Somebody has looked and said so: the
// safeguard does not ask again.
func Apply(tx *db.OrgTx, d *directory.Directory) error {
	held, err := directory.Hold(tx, d.ID) // requests that saw it staged have committed
	if err != nil {
		return err
	}
	if !held.Staged {
		return ErrNotStaged
	}
	if err := directory.SetApplied(tx, held); err != nil {
		return err
	}
	if err := held.RecordUpdated(tx, "staged"); err != nil {
		return err
	}
	return jobs.Enqueue(tx.Tx, applyArgs{tx.Organization(), d.ID, ""})
}

// applyArgs asks for the next people of a directory to become what it says. It
// may run twice: who has an account already is passed over.
type applyArgs struct {
	Organization id.Organization  `json:"organization"`
	Directory    id.Directory     `json:"directory"`
	After        id.DirectoryUser `json:"after,omitempty"`
}

// Kind names the job.
func (applyArgs) Kind() string { return "directory_apply" }

// applyAtOnce is how many people are read at a time, each of whom has a
// transaction of their own: nobody holds one person and waits for another. A job
// reads some times, so that the queue is no part of how long it takes.
const (
	applyAtOnce = 200
	readsOfAJob = 10
)

// apply looks at the next people, and then asks for those after them: a worker
// that is killed does a part of them again, and nothing twice.
func (s *Service) apply(ctx context.Context, a applyArgs) error {
	for range readsOfAJob {
		next, err := s.unsettled(ctx, a)
		if err != nil || len(next) == 0 {
			return err
		}
		for _, u := range next {
			if err := s.settleOne(ctx, a.Organization, a.Directory, u); err != nil {
				return err
			}
		}
		a.After = next[len(next)-1]
	}
	return s.DB.InOrg(ctx, a.Organization, keeper, func(tx *db.OrgTx) error { return jobs.Enqueue(tx.Tx, a) })
}

func (s *Service) unsettled(ctx context.Context, a applyArgs) (next []id.DirectoryUser, err error) {
	err = s.DB.ReadOrg(ctx, a.Organization, func(tx *db.OrgTx) error {
		rows, err := directory.UsersAfter(tx, a.Directory, a.After, applyAtOnce, db.Null("user_id"))
		for _, u := range rows {
			next = append(next, u.ID)
		}
		return err
	})
	return next, err
}

// settleOne finds out whose account a person is by now.
func (s *Service) settleOne(ctx context.Context, org id.Organization, in id.Directory, person id.DirectoryUser) error {
	return s.DB.InOrg(ctx, org, keeper, func(tx *db.OrgTx) error {
		u, err := directory.HoldUser(tx, in, person)
		if err != nil || u.UserID != nil {
			return unlessAbsent(err)
		}
		d, err := directory.Share(tx, in)
		if err != nil || d.Staged {
			return unlessAbsent(err)
		}
		if !u.Active {
			return s.leaveOnApply(tx, d, u)
		}
		how, err := settle(tx, d, u, u.CreatedAt)
		if err != nil || how == "" {
			return err
		}
		return recordLinked(tx, u, how)
	})
}

// leaveOnApply lets a member leave whom the directory does not let in.
func (s *Service) leaveOnApply(tx *db.OrgTx, d *directory.Directory, u *directory.User) error {
	account, _, err := accountOf(tx, u, false)
	if err != nil || account == nil {
		return err
	}
	return end(tx, d, u, Deactivated)
}
