package provision

import (
	"context"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
	"gatehouse/users"
)

// DeleteDirectory removes a directory, and tells those who look after it.
// Nobody is deactivated by it: its people keep their memberships and the roles
// that they have, which are for people to change from then on, and whom it had
// deactivated people may bring back. Only who is in another directory too stays
// that one's.
//
// A small one is gone as the answer comes. Of a large one nothing counts any
// more from then on, no token opens it, and a job takes it away in parts.
func (s *Service) DeleteDirectory(tx *db.OrgTx, d *directory.Directory) error {
	held, err := directory.Hold(tx, d.ID)
	if err != nil || held.State == directory.Deleting {
		return err
	}
	counts, err := directory.CountsOf(tx, d.ID)
	if err != nil {
		return err
	}
	if err := s.tellDeleted(tx, held, counts.Active); err != nil {
		return err
	}
	asked, err := directory.HasRequests(tx, d.ID, removedAtOnce)
	if err != nil {
		return err
	}
	if asked || counts.Users()+counts.Groups > removedAtOnce {
		if err := held.RecordDeleted(tx); err != nil {
			return err
		}
		if err := directory.SetDeleting(tx, held); err != nil {
			return err
		}
		return jobs.Enqueue(tx.Tx, deleteArgs{tx.Organization(), d.ID})
	}
	for left := true; left; {
		if left, err = removeSome(tx, d.ID); err != nil {
			return err
		}
	}
	return directory.Delete(tx, held)
}

// removedAtOnce is how much of a directory one transaction takes away.
const removedAtOnce = 500

// deleteArgs asks for a directory to be taken away that nothing counts of any
// more. It may run twice: what is gone is gone.
type deleteArgs struct {
	Organization id.Organization `json:"organization"`
	Directory    id.Directory    `json:"directory"`
}

// Kind names the job.
func (deleteArgs) Kind() string { return "directory_delete" }

// partsOfAJob is how many parts one job takes away, before it asks for the rest.
const partsOfAJob = 200

func (s *Service) delete(ctx context.Context, a deleteArgs) error {
	for range partsOfAJob {
		left := false
		err := s.DB.InOrg(ctx, a.Organization, keeper, func(tx *db.OrgTx) (err error) {
			if left, err = removeSome(tx, a.Directory); err != nil || left {
				return err
			}
			return directory.Forget(tx, a.Directory)
		})
		if err != nil || !left {
			return err
		}
	}
	return s.DB.InOrg(ctx, a.Organization, keeper, func(tx *db.OrgTx) error { return jobs.Enqueue(tx.Tx, a) })
}

// removeSome takes the next part of a directory away, and lets go of whose
// memberships it managed. It says whether there was anything.
func removeSome(tx *db.OrgTx, d id.Directory) (bool, error) {
	for _, remove := range []func(*db.OrgTx, id.Directory, int) ([]id.User, int, error){directory.RemovePeople, directory.RemoveDepartures} {
		accounts, n, err := remove(tx, d, removedAtOnce)
		if err != nil {
			return false, err
		}
		if n > 0 {
			return true, letGo(tx, d, accounts)
		}
	}
	n, err := directory.RemoveRest(tx, d, removedAtOnce)
	return n > 0, err
}

// letGo ends the management of memberships by a directory.
func letGo(tx *db.OrgTx, d id.Directory, accounts []id.User) error {
	sole, err := db.ListSoleAccounts(tx, d, accounts)
	if err != nil {
		return err
	}
	return users.LetGo(tx, sole)
}
