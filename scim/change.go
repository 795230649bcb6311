package scim

import (
	"errors"
	"net/http"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
)

// change is what an operation does in its transaction.
type change func(tx *db.OrgTx, d *directory.Directory) (*answer, error)

// maxTries bounds how often a transaction is begun anew that another one was in
// the way of.
const maxTries = 4

// change runs what a asks in one transaction, which records it too.
func (c *call) change(a *asked, do change) (*answer, error) {
	end, err := c.h.turns.take(c.ctx(), c.token.DirectoryID)
	if err != nil {
		return nil, err
	}
	defer end()
	known := a.note
	var result *answer
	var d *directory.Directory
	for try := range maxTries {
		a.note = known
		result, d, err = c.once(a, do)
		if !db.Retryable(err) {
			break
		}
		if err = pause(c, try); err != nil {
			break
		}
		err = problem.ErrUnavailable
	}
	if err != nil {
		a.written = false
		c.hold(d, err)
		return nil, err
	}
	return result, nil
}

func (c *call) once(a *asked, do change) (result *answer, d *directory.Directory, err error) {
	err = c.h.DB.InOrg(c.ctx(), c.token.OrganizationID, c.who, func(tx *db.OrgTx) error {
		if d, err = directory.Get(tx, c.token.DirectoryID); err != nil {
			return missing(err, errDirectory) // it was deleted meanwhile
		}
		if d.State == directory.Inactive {
			return errSwitched
		}
		if result, err = do(tx, d); err != nil || a.outcome != directory.Applied {
			return err
		}
		a.written = true
		return directory.RecordRequest(tx, a.row(result.status, ""))
	})
	return result, d, err
}

// missing is what to say of a row that is not there.
func missing(err, say error) error {
	if errors.Is(err, db.ErrNotFound) {
		return say
	}
	return err
}

// pause waits a little longer each time.
func pause(c *call, try int) error {
	timer := time.NewTimer(5 * time.Millisecond << (2 * try))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.ctx().Done():
		return c.ctx().Err()
	}
}

// hold tells those who can release it that the directory is held, once the
// transaction that found out has been taken back. The provider is told so in
// any case.
func (c *call) hold(d *directory.Directory, err error) {
	if !errors.Is(err, provision.ErrHeld) || d == nil {
		return
	}
	if failed := c.h.Provision.Hold(c.ctx(), d); failed != nil {
		c.h.Log.ErrorContext(c.ctx(), "nobody was told that a directory is held", "directory", d.ID, "error", failed, "request_id", c.who.RequestID)
	}
}

// applied notes that something was changed, and what.
func (a *asked) applied(does, reason string) {
	a.does, a.outcome, a.reason = does, directory.Applied, reason
}

// same notes that there was nothing to change.
func (a *asked) same() {
	a.outcome, a.reason = directory.Unchanged, "Nothing changed: the values were the same."
}

// gone is what a deletion is answered with.
var gone = answer{status: http.StatusNoContent}
