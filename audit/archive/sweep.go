package archive

import (
	"context"
	"fmt"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/mail"
	"gatehouse/internal/objects"
	webmail "gatehouse/web/mail"
)

// tell mails who asked for an export that it is ready.
func (s *Service) tell(tx *db.Tx, e *Export) error {
	if e.Notify == nil || e.State != Ready {
		return nil
	}
	page := "/admin/audit-log/exports/"
	if e.OrganizationID != nil {
		page = "/portal/audit-log/exports/"
	}
	letter := webmail.LogExportReady{Entries: int(e.Entries), Until: *e.ExpiresAt, URL: s.Base + page + string(e.ID)}
	return s.Post.Send(tx, mail.To{Address: *e.Notify, Organization: e.OrganizationID, Application: s.Post.Name}, letter)
}

// sweepArgs asks for files whose time is up to be removed.
type sweepArgs struct{}

// Kind names the job.
func (sweepArgs) Kind() string { return "audit_exports_sweep" }

// Register tells the queue how to remove files whose time is up.
func (s *Service) Register(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, _ sweepArgs) error { return s.Sweep(ctx) })
	r.Every(time.Hour, sweepArgs{})
}

// settled is how long after its end an export has nobody any more who might
// still write a part of it.
const settled = time.Hour

// sweepBatch is how many exports one sweep takes at a time.
const sweepBatch = 100

// Sweep removes the files whose time is up, those of exports that were
// cancelled or given up, and those of organizations that are gone. It may run
// twice: what is gone is gone.
func (s *Service) Sweep(ctx context.Context) error {
	after := id.AuditExport("")
	for {
		var list []Export
		err := s.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
			list, err = exports.List(tx, db.Query{Where: []db.Cond{db.Not("state", Expired), db.Gt("id", after)}, Order: []string{"id"}, Limit: sweepBatch})
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		for i := range list {
			if err := s.sweep(ctx, &list[i]); err != nil {
				return err
			}
		}
		after = list[len(list)-1].ID
	}
}

func (s *Service) sweep(ctx context.Context, e *Export) error {
	over, err := s.over(ctx, e)
	if err != nil || !over {
		return err
	}
	if err := objects.DeleteAll(ctx, s.Store, folder(e.ID)); err != nil {
		return fmt.Errorf("removing an export: %w", err)
	}
	state := Expired
	if e.State == Cancelled || e.State == Failed {
		state = e.State
	}
	return s.inside(ctx, e, func(tx db.OwnedScope) error {
		_, err := exports.Update(tx, e.ID, db.Set{"state": state, "progress": db.JSON(progress{}), "bytes": 0, "lease": nil, "leased_until": nil, "updated_at": tx.Now()}, db.Eq("state", e.State))
		return err
	})
}

func (s *Service) over(ctx context.Context, e *Export) (bool, error) {
	now := s.DB.Clock()
	switch e.State {
	case Ready:
		if !now.Before(*e.ExpiresAt) {
			return true, nil
		}
	case Cancelled, Failed:
		return len(e.Progress.Runs) > 0 && now.Sub(e.UpdatedAt) > settled, nil
	}
	if e.OrganizationID == nil {
		return false, nil
	}
	gone := false
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		there, err := db.HasOrganization(tx, *e.OrganizationID)
		gone = !there
		return err
	})
	return gone, err
}
