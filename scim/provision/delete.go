package provision

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
	"gatehouse/users"
)

// letGoAtOnce is of how many people memberships are let go by one statement.
const letGoAtOnce = 1000

// DeleteDirectory removes a directory, and tells those who look after it.
// Nobody is deactivated by it: its people keep their memberships and the roles
// that they have, which are for people to change from then on, and whom it had
// deactivated people may bring back. Only who is in another directory too stays
// that one's.
func (s *Service) DeleteDirectory(tx *db.OrgTx, d *directory.Directory) error {
	held, err := directory.Hold(tx, d.ID)
	if err != nil {
		return err
	}
	counts, err := directory.CountsOf(tx, d.ID)
	if err != nil {
		return err
	}
	for after := id.User(""); ; {
		people, err := db.ListSoleAccounts(tx, d.ID, after, letGoAtOnce)
		if err != nil {
			return err
		}
		if err := users.LetGo(tx, people); err != nil {
			return err
		}
		if len(people) < letGoAtOnce {
			break
		}
		after = people[len(people)-1]
	}
	if err := directory.Delete(tx, held); err != nil {
		return err
	}
	return s.tellDeleted(tx, held, counts.Active)
}

// Change edits a directory. Whether roles count that its provider sends is an
// owner's to say, like a group's; everybody's roles follow by a job.
func Change(tx *db.OrgTx, d id.Directory, e directory.Edit) (*directory.Directory, error) {
	before, err := directory.Hold(tx, d)
	if err != nil {
		return nil, err
	}
	trust := e.TrustRoles != nil && *e.TrustRoles != before.TrustRoles
	if trust && *e.TrustRoles {
		if err := mayTrust(tx); err != nil {
			return nil, err
		}
	}
	after, err := directory.Change(tx, d, e)
	if err != nil || !trust {
		return after, err
	}
	return after, jobs.Enqueue(tx.Tx, regradeAllArgs{tx.Organization(), d, "", ""})
}
