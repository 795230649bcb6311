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
	for try := range maxTries {
		a.note = known
		result, err = c.once(a, do)
		if !db.Retryable(err) && !db.Orphaned(err) && !errors.Is(err, provision.ErrAgain) {
			break
		}
		if err = c.pause(try); err != nil {
			break
		}
		err = problem.ErrUnavailable
	}
	if err != nil {
		a.written = false
		c.hold(err)
		return nil, err
	}
	return result, nil
}

// once runs it once. How long it takes until nothing of somebody lives is
// measured from when the request came in.
func (c *call) once(a *asked, do change) (result *answer, err error) {
	d, err := directory.Of(c.token)
	if err != nil {
		return nil, err
	}
	ctx := provision.WithReceived(c.ctx(), a.received)
	err = c.h.DB.InOrgTogether(ctx, c.token.OrganizationID, c.who, func(tx *db.OrgTx) error {
		if result, err = do(tx, d); err != nil || a.outcome != directory.Applied {
			return err
		}
		a.written = true
		return directory.RecordRequest(tx, a.row(result.status, ""))
	})
	return result, err
}

// missing is what to say of a row that is not there.
func missing(err, say error) error {
	if errors.Is(err, db.ErrNotFound) {
		return say
	}
	return err
}

// pause waits a little longer each time, and looks again whether the token
// still opens the directory: what was in the way may have been its deletion.
func (c *call) pause(try int) error {
	timer := time.NewTimer(5 * time.Millisecond << (2 * try))
	defer timer.Stop()
	select {
	case <-timer.C:
		return c.again()
	case <-c.ctx().Done():
		return c.ctx().Err()
	}
}

// hold tells those who can release it that the directory is held, once the
// transaction that found out has been taken back. The provider is told so in
// any case.
func (c *call) hold(err error) {
	if !errors.Is(err, provision.ErrHeld) {
		return
	}
	d, failed := directory.Of(c.token)
	if failed == nil {
		failed = c.h.Provision.Hold(c.ctx(), d)
	}
	if failed != nil {
		c.h.Log.ErrorContext(c.ctx(), "nobody was told that a directory is held", "directory", c.token.DirectoryID, "error", failed, "request_id", c.who.RequestID)
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
