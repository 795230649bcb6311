package sso

import (
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// SetCandidate makes a configuration that is tried beside the live one: what
// that one is, with a change. Real answers are judged by it too, and nobody is
// let in by it, until it is promoted. It takes the place of another candidate.
func SetCandidate(tx *db.OrgTx, c id.Connection, ch Configure) error {
	row, err := Lock(tx, c)
	if err != nil {
		return err
	}
	_, before, err := live(tx, c)
	if err != nil {
		return err
	}
	after, err := before.with(row.Protocol, ch, tx.Now())
	if err != nil {
		return err
	}
	if err := after.complete(); err != nil {
		return secretAgain(before, after, err)
	}
	changed := before.differs(after)
	if len(changed) == 0 {
		var wrong faults
		wrong.add("configuration", "That is how the connection is set up already: there is nothing to try.")
		return wrong.as(ErrInvalid)
	}
	if _, err := drop(tx, c, Candidate); err != nil {
		return err
	}
	if err := after.store(tx, c, Candidate); err != nil {
		return err
	}
	return row.recordCandidate(tx, "set", changed)
}

func (c *Connection) recordCandidate(tx *db.OrgTx, change string, changed []string) error {
	return c.record(tx, func(e audit.Connection) audit.Entry {
		return audit.ConnectionCandidate{Connection: e, Change: change, Changed: changed}
	})
}

// Promote makes the candidate what counts. What counted can be brought back.
func Promote(tx *db.OrgTx, c id.Connection) (*Connection, error) {
	row, err := Lock(tx, c)
	if err != nil {
		return nil, err
	}
	candidate, err := standing(tx, c, Candidate)
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrNoCandidate
	}
	if err != nil {
		return nil, err
	}
	after, err := candidate.settings(tx)
	if err != nil {
		return nil, err
	}
	if err := after.complete(); err != nil { // a certificate was taken from it meanwhile
		return nil, err
	}
	_, before, err := live(tx, c)
	if err != nil {
		return nil, err
	}
	if _, err := drop(tx, c, Previous); err != nil {
		return nil, err
	}
	if err := errors.Join(stand(tx, c, Live, Previous), stand(tx, c, Candidate, Live)); err != nil {
		return nil, err
	}
	next, err := row.counts(tx, after)
	if err != nil {
		return nil, err
	}
	return next, next.recordCandidate(tx, "promoted", before.differs(after))
}

// counts follows a configuration that counts from now on.
func (c *Connection) counts(tx *db.OrgTx, s settings) (*Connection, error) {
	set := db.Set{"updated_at": tx.Now(), "metadata_error": nil}
	s.follows(c, c.State, set, tx.Now())
	untested(set)
	return changeState(tx, c.ID, set)
}

// swapping is a standing that no row has after the transaction.
const swapping Standing = "swapping"

// RollBack makes what counted before count again. What counted till now is
// kept, so that this too can be taken back.
func RollBack(tx *db.OrgTx, c id.Connection) (*Connection, error) {
	row, err := Lock(tx, c)
	if err != nil {
		return nil, err
	}
	previous, err := standing(tx, c, Previous)
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrNoPrevious
	}
	if err != nil {
		return nil, err
	}
	after, err := previous.settings(tx)
	if err != nil {
		return nil, err
	}
	if row.State == Active {
		if err := after.complete(); err != nil {
			return nil, err
		}
	}
	_, before, err := live(tx, c)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(stand(tx, c, Live, swapping), stand(tx, c, Previous, Live), stand(tx, c, swapping, Previous)); err != nil {
		return nil, err
	}
	next, err := row.counts(tx, after)
	if err != nil {
		return nil, err
	}
	return next, next.record(tx, func(e audit.Connection) audit.Entry {
		return audit.ConnectionRolledBack{Connection: e, Changed: before.differs(after)}
	})
}

// DeleteCandidate ends the trial.
func DeleteCandidate(tx *db.OrgTx, c id.Connection) error {
	row, err := Lock(tx, c)
	if err != nil {
		return err
	}
	n, err := drop(tx, c, Candidate)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNoCandidate
	}
	return row.recordCandidate(tx, "deleted", nil)
}

// HasPrevious reports whether there is a configuration to go back to.
func HasPrevious(tx *db.OrgTx, c id.Connection) (bool, error) {
	n, err := configurations.Count(tx, db.Eq("connection_id", c), db.Eq("standing", Previous))
	return n > 0, err
}
