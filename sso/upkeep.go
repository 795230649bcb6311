package sso

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
)

// Upkeep looks after connections while nobody does: it reads providers'
// metadata again and says when certificates end. Its work may run twice, and
// on several workers: each connection is claimed by one conditional update.
type Upkeep struct {
	DB   *db.DB
	HTTP *http.Client                           // internal/netguard's
	Tell func(tx *db.OrgTx, n CertNotice) error // mails those who manage the organization; nil tells nobody
	Log  *slog.Logger
}

// CertNotice is what those who manage a connection hear of a certificate.
type CertNotice struct {
	Connection  *Connection
	Certificate Certificate
	Found       bool // the metadata has it, and it was not known; else it ends
	Days        int  // until it ends
}

// How often is looked for what is due.
const (
	refreshTick = 5 * time.Minute
	remindTick  = time.Hour
)

type (
	refreshArgs struct{}
	remindArgs  struct{}
)

// Kind names the job.
func (refreshArgs) Kind() string { return "connection_metadata" }
func (remindArgs) Kind() string  { return "connection_certificates" }

// Register adds the jobs: once across all workers at each interval.
func (u *Upkeep) Register(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, _ refreshArgs) error { return u.Refresh(ctx) })
	jobs.Handle(r, func(ctx context.Context, _ remindArgs) error { return u.Remind(ctx) })
	r.Every(refreshTick, refreshArgs{})
	r.Every(remindTick, remindArgs{})
}

var keeper = actor.System("connections")

func (u *Upkeep) tell(tx *db.OrgTx, n CertNotice) error {
	if u.Tell == nil {
		return nil
	}
	return u.Tell(tx, n)
}

func (u *Upkeep) log() *slog.Logger {
	if u.Log == nil {
		return slog.Default()
	}
	return u.Log
}

// theirs is a connection and whose it is.
type theirs struct {
	organization id.Organization
	connection   id.Connection
}

// locate lists connections across organizations.
func (u *Upkeep) locate(ctx context.Context, q db.Query) ([]theirs, error) {
	var found []theirs
	err := u.DB.Locate(ctx, func(tx *db.AllTx) error {
		rows, err := connections.List(tx, q)
		for _, c := range rows {
			found = append(found, theirs{c.OrganizationID, c.ID})
		}
		return err
	})
	return found, err
}
