package sso

import (
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// Activate turns a connection on. It must be complete.
func Activate(tx *db.OrgTx, c id.Connection) (*Connection, error) {
	before, err := Lock(tx, c)
	if err != nil || before.State == Active {
		return before, err
	}
	_, s, err := live(tx, c)
	if err != nil {
		return nil, err
	}
	if err := s.complete(); err != nil {
		return nil, err
	}
	set := db.Set{"state": Active, "activated_at": tx.Now()}
	s.follows(before, Active, set, tx.Now())
	after, err := changeState(tx, c, set)
	if err != nil {
		return nil, err
	}
	return after, recordActivated(tx, after)
}

// Deactivate turns a connection off: nobody is sent there, and no answer of
// its provider is taken. Sessions that began by it live on.
func Deactivate(tx *db.OrgTx, c id.Connection) (*Connection, error) {
	before, err := Lock(tx, c)
	if err != nil || before.State == Inactive {
		return before, err
	}
	_, s, err := live(tx, c)
	if err != nil {
		return nil, err
	}
	set := db.Set{"state": Inactive}
	s.follows(before, Inactive, set, tx.Now())
	after, err := changeState(tx, c, set)
	if err != nil {
		return nil, err
	}
	return after, recordDeactivated(tx, after)
}

func changeState(tx *db.OrgTx, c id.Connection, set db.Set) (*Connection, error) {
	if _, err := connections.Update(tx, c, set); err != nil {
		return nil, err
	}
	return Get(tx, c)
}

// ChangeState brings a connection into the state that somebody asked for.
func ChangeState(tx *db.OrgTx, c id.Connection, to State) (*Connection, error) {
	switch to {
	case Active:
		return Activate(tx, c)
	case Inactive:
		return Deactivate(tx, c)
	case Draft:
		now, err := Get(tx, c)
		if err == nil && now.State != Draft {
			return nil, ErrState
		}
		return now, err
	}
	return nil, badState()
}

// Delete forgets a connection, and with it whose account its subjects are and
// what was recorded of its sign-ins. The people keep their accounts.
func Delete(tx *db.OrgTx, c id.Connection) error {
	row, err := Lock(tx, c)
	if err != nil {
		return err
	}
	if err := recordDeleted(tx, row); err != nil {
		return err
	}
	_, err = connections.Delete(tx, c)
	return err
}

// Lacks says what a connection needs before it can be turned on; empty where
// it is complete.
func Lacks(tx *db.OrgTx, c id.Connection) (string, error) {
	row, err := standing(tx, c, Live)
	if err != nil {
		return "", err
	}
	s := settings{Configuration: row.Configuration}
	if len(row.Sealed) > 0 {
		s.secret = config.NewSecret("is there") // what it is does not matter here
	}
	if p := problem.As(s.complete()); p != nil {
		return p.Message, nil
	}
	return "", nil
}
