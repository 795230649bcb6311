package provision

import (
	"context"
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
	"gatehouse/users"
)

// Kind is how somebody left a directory.
type Kind string

// The kinds. They are stored and stable.
const (
	Deactivated Kind = "deactivated"
	Deleted     Kind = "deleted"
)

// depart lets an active person leave, if the safeguard lets anybody.
func depart(tx *db.OrgTx, d *directory.Directory, u *directory.User, kind Kind) error {
	d, err := guard(tx, d)
	if err != nil {
		return err
	}
	return end(tx, d, u, kind)
}

// end ends what a person of a directory has in the organization, all of it in
// this transaction: the membership, and with it sessions, the refresh tokens
// that hang on them, and keys. A job looks afterwards whether nothing is left.
//
// Whoever is an active person of the organization's directories a second time
// stays. So does the last owner, of whom people are told: an organization
// without one could not be mended by itself (attacks D12).
func end(tx *db.OrgTx, d *directory.Directory, u *directory.User, kind Kind) error {
	row := &directory.Departure{ID: id.New[id.Departure](), DirectoryID: d.ID, DirectoryUserID: u.ID, Kind: string(kind),
		RequestID: tx.Actor().RequestID, ReceivedAt: received(tx)}
	if err := adopt(tx, u, kind); err != nil {
		return err
	}
	stays, err := activeElsewhere(tx, u)
	if err != nil {
		return err
	}
	if u.UserID == nil || stays {
		now := tx.Now() // nothing of theirs was to end
		row.ProvenAt = &now
		if err := directory.InsertDeparture(tx, u, row); err != nil || !stays {
			return err
		}
		return regrade(tx, *u.UserID)
	}
	row.UserID = u.UserID
	ended, err := users.Deactivate(tx, *u.UserID)
	if errors.Is(err, users.ErrLastOwner) {
		row.Kept = true
		if err := directory.InsertDeparture(tx, u, row); err != nil {
			return err
		}
		return keep(tx, d, u, kind)
	}
	if err != nil {
		return err
	}
	row.Sessions, row.APIKeys = int64(len(ended.Sessions)), ended.Keys
	if row.RefreshTokens, err = db.CountRefreshTokens(tx.Tx, ended.Sessions); err != nil {
		return err
	}
	if row.AccessUntil, err = db.LastAccessToken(tx.Tx, *u.UserID); err != nil {
		return err
	}
	if err := directory.InsertDeparture(tx, u, row); err != nil {
		return err
	}
	return jobs.Enqueue(tx.Tx, proofArgs{tx.Organization(), row.ID})
}

// adopt finds the member whom a pending person is: made a member by hand since
// the directory told of them, they leave by its word all the same.
func adopt(tx *db.OrgTx, u *directory.User, kind Kind) error {
	if u.UserID != nil {
		return nil
	}
	account, _, err := accountOf(tx, u, false)
	if err != nil || account == nil {
		return err
	}
	if kind == Deleted { // there is no row of theirs any more
		u.UserID = &account.ID
		return nil
	}
	return directory.SetAccount(tx, u, &account.ID)
}

// keep notes that the last owner stays a member, and has people told.
func keep(tx *db.OrgTx, d *directory.Directory, u *directory.User, kind Kind) error {
	if kind != Deleted {
		if err := directory.SetKept(tx, u, true); err != nil {
			return err
		}
	}
	w, err := directory.ToldWire(tx, d, u)
	if err != nil {
		return err
	}
	if err := audit.Record(tx, audit.DirectoryOwnerKept{User: w}); err != nil {
		return err
	}
	return tellOwnerKept(tx, d, *u.UserID)
}

// activeElsewhere reports whether the person's account is another active
// person's of the organization's directories too.
func activeElsewhere(tx *db.OrgTx, u *directory.User) (bool, error) {
	if u.UserID == nil {
		return false, nil
	}
	all, err := directory.PeopleOf(tx, *u.UserID)
	for _, other := range all {
		if other.ID != u.ID && other.Active {
			return true, nil
		}
	}
	return false, err
}

type receivedKey struct{}

// WithReceived says when a provider's request came in: how long it took until
// everything of somebody had ended is measured from there.
func WithReceived(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, receivedKey{}, at.UTC())
}

func received(tx *db.OrgTx) time.Time {
	if at, ok := tx.Context().Value(receivedKey{}).(time.Time); ok {
		return at
	}
	return tx.Now()
}
