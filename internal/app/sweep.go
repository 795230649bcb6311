package app

import (
	"context"
	"time"

	"gatehouse/apikeys"
	"gatehouse/audit/ingest"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/internal/limit"
	"gatehouse/internal/mail"
	"gatehouse/internal/puzzle"
	"gatehouse/login"
	"gatehouse/login/pace"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/oauth"
	"gatehouse/portal"
	"gatehouse/scim/directory"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/sso"
	"gatehouse/sso/people"
)

// sweepEvery is how often what has run out is removed.
const sweepEvery = time.Hour

// sweepArgs asks for everything that has run out to be removed. It may run
// twice: what is gone is gone.
type sweepArgs struct{}

// Kind names the job.
func (sweepArgs) Kind() string { return "sweep" }

func registerSweeps(r *jobs.Registry, d *db.DB) {
	jobs.Handle(r, func(ctx context.Context, _ sweepArgs) error { return sweep(ctx, d) })
	r.Every(sweepEvery, sweepArgs{})
}

// sweep takes a transaction for each table, so that none is long.
func sweep(ctx context.Context, d *db.DB) error {
	for _, remove := range []func(*db.Tx) error{counted(login.Sweep), counted(mailbox.Sweep), counted(social.Sweep), counted(apikeys.Sweep), counted(limit.Sweep), counted(mail.Sweep), counted(puzzle.Sweep), counted(portal.Sweep), oauth.Sweep, mfa.Sweep, counted(sessions.Sweep)} {
		if err := d.Tx(ctx, actor.System("sweep"), remove); err != nil {
			return err
		}
	}
	if err := ingest.Sweep(ctx, d); err != nil {
		return err
	}
	if err := people.Sweep(ctx, d); err != nil {
		return err
	}
	if err := sso.Sweep(ctx, d); err != nil {
		return err
	}
	if err := pace.Sweep(ctx, d); err != nil {
		return err
	}
	return directory.Sweep(ctx, d)
}

func counted(remove func(*db.Tx) (int64, error)) func(*db.Tx) error {
	return func(tx *db.Tx) error { _, err := remove(tx); return err }
}
