package provision

import (
	"context"
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
	"gatehouse/users"
)

// upkeepEvery is how often is looked for what has become certain meanwhile.
const upkeepEvery = 5 * time.Minute

// newlyHeld is for how long a domain counts as one that an organization has
// just come to hold: nobody's job stands still for that long.
const newlyHeld = 3 * 24 * time.Hour

// upkeepArgs asks for a look at who waits. It may run twice: who has an account
// waits no longer.
type upkeepArgs struct{}

// Kind names the job.
func (upkeepArgs) Kind() string { return "directory_upkeep" }

// Register adds the jobs.
func (s *Service) Register(r *jobs.Registry) {
	s.registerNotices(r)
	jobs.Handle(r, s.prove)
	jobs.Handle(r, s.regrade)
	jobs.Handle(r, s.regradeAll)
	jobs.Handle(r, s.apply)
	jobs.Handle(r, s.delete)
	jobs.Handle(r, func(ctx context.Context, _ upkeepArgs) error { return s.Look(ctx) })
	r.Every(upkeepEvery, upkeepArgs{})
}

// Look makes members of people whose address's domain their organization has
// come to hold, lets owners leave whom their directory had deactivated while
// there was no other, and looks after departures whose job was lost.
func (s *Service) Look(ctx context.Context) error {
	return errors.Join(s.settlePending(ctx), s.endKept(ctx), s.proveLost(ctx))
}

func (s *Service) settlePending(ctx context.Context) error {
	held, err := s.locateNewlyHeld(ctx)
	if err != nil {
		return err
	}
	for _, d := range held {
		for after := id.DirectoryUser(""); ; {
			next, err := s.settled(ctx, d, after)
			if err != nil {
				return err
			}
			for _, u := range next {
				if err := s.settleOne(ctx, d.OrganizationID, d.DirectoryID, u); err != nil {
					return err
				}
			}
			if len(next) < applyAtOnce {
				break
			}
			after = next[len(next)-1]
		}
	}
	return nil
}

func (s *Service) locateNewlyHeld(ctx context.Context) (held []db.DirectoryRef, err error) {
	err = s.DB.Locate(ctx, func(tx *db.AllTx) error {
		held, err = db.LocateNewlyHeld(tx, tx.Now().Add(-newlyHeld))
		return err
	})
	return held, err
}

func (s *Service) settled(ctx context.Context, d db.DirectoryRef, after id.DirectoryUser) (next []id.DirectoryUser, err error) {
	err = s.DB.ReadOrg(ctx, d.OrganizationID, func(tx *db.OrgTx) error {
		next, err = db.ListSettled(tx, d.DirectoryID, after, applyAtOnce)
		return err
	})
	return next, err
}

// maxKept bounds how many one run looks at. An organization has one.
const maxKept = 1000

func (s *Service) endKept(ctx context.Context) error {
	kept, err := s.locateKept(ctx)
	if err != nil {
		return err
	}
	for _, k := range kept {
		if err := s.DB.InOrg(ctx, k.OrganizationID, keeper, func(tx *db.OrgTx) error { return endKept(tx, k) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) locateKept(ctx context.Context) (kept []db.DirectoryRef, err error) {
	err = s.DB.Locate(ctx, func(tx *db.AllTx) error {
		kept, err = db.LocateKept(tx, "", maxKept)
		return err
	})
	return kept, err
}

// endKept lets somebody leave who was the last owner, if there is another now.
func endKept(tx *db.OrgTx, k db.DirectoryRef) error {
	u, err := directory.HoldUser(tx, k.DirectoryID, k.DirectoryUserID)
	if err != nil || !u.Kept || u.UserID == nil {
		return unlessAbsent(err)
	}
	d, err := directory.Hold(tx, k.DirectoryID)
	if err != nil {
		return err
	}
	m, err := users.MembershipOf(tx, *u.UserID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	if err == nil {
		if last, err := users.IsLastOwner(tx, m); err != nil || last {
			return err
		}
	}
	if err := directory.SetKept(tx, u, false); err != nil {
		return err
	}
	return end(tx, d, u, Deactivated)
}

func unlessAbsent(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}
