package provision

import (
	"context"
	"errors"
	"slices"
	"time"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/sessions"
	"gatehouse/users"
)

// Offboarding is proven, not assumed: right after the transaction in which
// somebody's access ended, another one looks whether anything of theirs still
// lives, and notes when it found nothing. Whatever it does find, it ends, and
// looks again.
//
// What no look can find are access tokens that applications check by their
// signature alone: AccessUntil says until when one from before could count. An
// application that asks (POST /oauth2/introspect) hears of the end at once.

// proofArgs asks for a departure to be looked after. It may run twice: a
// departure is proven once, and what has ended does not end again.
type proofArgs struct {
	Organization id.Organization `json:"organization"`
	Departure    id.Departure    `json:"departure"`
}

// Kind names the job.
func (proofArgs) Kind() string { return "directory_proof" }

// maxLooks bounds how often one job ends what it finds: sign-ins that were
// under way at the moment, of which each ends one.
const maxLooks = 5

var errAlive = errors.New("something of somebody who left is alive again and again")

func (s *Service) prove(ctx context.Context, a proofArgs) error {
	for range maxLooks {
		done, err := s.look(ctx, a)
		if errors.Is(err, db.ErrNotFound) {
			return nil // the directory is gone, and its departures with it
		}
		if err != nil || done {
			return err
		}
	}
	return errAlive
}

// look is one look: proven, or what it found has been ended.
func (s *Service) look(ctx context.Context, a proofArgs) (done bool, err error) {
	err = s.DB.InOrg(ctx, a.Organization, keeper, func(tx *db.OrgTx) error {
		row, err := directory.HoldDeparture(tx, a.Departure)
		if err != nil {
			return err
		}
		if done = row.ProvenAt != nil || row.Kept || row.UserID == nil; done {
			return nil
		}
		if done, err = nothingLives(tx, row); err != nil {
			return err
		}
		if done {
			return directory.ProveDeparture(tx, row)
		}
		return endAgain(tx, row)
	})
	return done, err
}

// nothingLives reports whether nothing is left that lets the person in. What
// somebody has who is a member again is theirs by right.
func nothingLives(tx *db.OrgTx, row *directory.Departure) (bool, error) {
	var member []users.Membership
	var live []sessions.Session
	var keys []apikeys.MemberKey
	err := db.AtOnce(tx, users.MembershipReads(tx, &member, *row.UserID), sessions.LiveReads(tx, &live, *row.UserID), apikeys.LiveReads(tx, &keys, *row.UserID))
	if err != nil || len(member) > 0 && member[0].Status == users.Active {
		return err == nil, err
	}
	usable := slices.ContainsFunc(live, func(s sessions.Session) bool { return s.LiveAt(tx.Now()) })
	return !usable && len(keys) == 0, nil
}

// endAgain ends what a sign-in in the same moment left alive.
func endAgain(tx *db.OrgTx, row *directory.Departure) error {
	ended, err := users.EndAccess(tx, *row.UserID)
	if err != nil {
		return err
	}
	tokens, err := db.CountRefreshTokens(tx.Tx, ended.Sessions)
	if err != nil {
		return err
	}
	return directory.CountDeparture(tx, row.ID, int64(len(ended.Sessions)), tokens, ended.Keys)
}

// unprovenAfter is after how long a departure's job is taken to be lost.
const unprovenAfter = 10 * time.Minute

// proveLost looks after departures whose job was lost: a database was restored
// from a backup of another moment than its queue's.
func (s *Service) proveLost(ctx context.Context) error {
	lost, err := s.locateUnproven(ctx)
	if err != nil {
		return err
	}
	for _, d := range lost {
		if err := s.prove(ctx, proofArgs{d.OrganizationID, d.ID}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) locateUnproven(ctx context.Context) (lost []directory.Departure, err error) {
	err = s.DB.Locate(ctx, func(tx *db.AllTx) error {
		lost, err = directory.LocateUnproven(tx, tx.Now().Add(-unprovenAfter), maxUnproven)
		return err
	})
	return lost, err
}

// maxUnproven bounds how many one run looks after; the next goes on.
const maxUnproven = 500
