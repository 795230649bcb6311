package provision

import (
	"context"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
	webmail "gatehouse/web/mail"
)

// reminders are the days before a token's end on which it is told of, the last
// first: whoever is late hears the nearest once, not all of them.
//
// Silence is told of nowhere: some providers write when somebody changes and
// else never, so that a quiet week is a healthy one. What stops a directory for
// certain, a token that ends or was the last, is.
var reminders = []int64{1, 7, 14, 30}

const (
	remindEvery = time.Hour
	remindBatch = 200
	maxReminded = 50 // batches in one run; the next goes on
	day         = 24 * time.Hour
)

// remindArgs asks for a look at all tokens. It may run twice: whoever was told
// of a token is noted with the mail.
type remindArgs struct{}

// Kind names the job.
func (remindArgs) Kind() string { return "directory_tokens" }

var keeper = actor.System("directories")

// registerNotices adds the jobs that tell people.
func (s *Service) registerNotices(r *jobs.Registry) {
	jobs.Handle(r, s.ownerKept)
	jobs.Handle(r, func(ctx context.Context, _ remindArgs) error { return s.Remind(ctx) })
	r.Every(remindEvery, remindArgs{})
}

// Remind tells of tokens that end soon, once for each of the days.
func (s *Service) Remind(ctx context.Context) error {
	for _, days := range reminders {
		for range maxReminded {
			n, err := s.remindAt(ctx, days)
			if err != nil {
				return err
			}
			if n < remindBatch {
				break
			}
		}
	}
	return nil
}

func (s *Service) remindAt(ctx context.Context, days int64) (int, error) {
	due, err := s.locateEnding(ctx, days)
	if err != nil {
		return 0, err
	}
	for i := range due {
		if err := s.DB.InOrg(ctx, due[i].OrganizationID, keeper, func(tx *db.OrgTx) error { return s.remind(tx, &due[i], days) }); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

func (s *Service) locateEnding(ctx context.Context, days int64) (due []directory.Token, err error) {
	err = s.DB.Locate(ctx, func(tx *db.AllTx) error {
		due, err = directory.LocateEndingTokens(tx, days, remindBatch)
		return err
	})
	return due, err
}

// remind tells of one token, unless another worker did, or it was revoked
// meanwhile, or its directory is switched off.
func (s *Service) remind(tx *db.OrgTx, t *directory.Token, days int64) error {
	noted, err := directory.NoteTokenEnds(tx, t.ID, days)
	if err != nil || !noted {
		return err
	}
	d, err := directory.Get(tx, t.DirectoryID)
	if err != nil || !d.State.Open() {
		return err
	}
	about, err := s.about(tx, d)
	if err != nil {
		return err
	}
	left := int((t.ExpiresAt.Sub(tx.Now()) + day - 1) / day)
	return s.administrators(tx, webmail.DirectoryTokenExpires{DirectoryLetter: about, LastFour: t.LastFour, Ends: *t.ExpiresAt, Days: left})
}
