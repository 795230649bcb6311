package provision

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
)

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
