package sso

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// A test says something of a connection as it was set up then. untested is
// what a change of that adds: whoever requires single sign-on of everybody
// must have seen it work as it is now.
func untested(set db.Set) { set["tested_at"], set["tested_by"] = nil, nil }

// TestPassed reports whether a test by that admin passed since then, of the
// connection as it is set up now.
func (c *Connection) TestPassed(by string, since time.Time) bool {
	return c.TestedAt != nil && c.TestedBy != nil && *c.TestedBy == by && !c.TestedAt.Before(since)
}

// LastTest is the newest test of a connection by somebody, or by anybody where
// by is empty: db.ErrNotFound where there is none.
func LastTest(tx db.OwnedScope, c id.Connection, by string, conds ...db.Cond) (*Attempt, error) {
	conds = append(conds, db.Eq("connection_id", c), db.Eq("kind", KindTest))
	if by != "" {
		conds = append(conds, db.Eq("actor", by))
	}
	found, err := attempts.List(tx, db.Query{Where: conds, Order: []string{"-id"}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, db.ErrNotFound
	}
	return &found[0], nil
}

// lookBack is how many attempts are looked through for one that says something.
const lookBack = 20

// LastAnswer is the newest attempt of a connection that says something of a
// person, as an example for the mapping: db.ErrNotFound where there is none.
func LastAnswer(tx db.OwnedScope, c id.Connection) (*Attempt, error) {
	found, err := attempts.List(tx, db.Query{Where: []db.Cond{db.Eq("connection_id", c)}, Order: []string{"-id"}, Limit: lookBack})
	for i := range found {
		if len(found[i].Attributes) > 0 {
			return &found[i], nil
		}
	}
	if err == nil {
		err = db.ErrNotFound
	}
	return nil, err
}

// CountSignIns is how many sign-ins by a connection ended in that way since then.
func CountSignIns(tx db.OwnedScope, c id.Connection, o Outcome, since time.Time) (int64, error) {
	return attempts.Count(tx, db.Eq("connection_id", c), db.Eq("outcome", o), db.In("kind", []Kind{KindSignIn, KindIDPInitiated}), db.Gte("created_at", since))
}
