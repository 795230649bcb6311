package sso

import (
	"gatehouse/internal/db"
	"gatehouse/sso/trail"
)

// InsertAttempt lends the record to tests that need sign-ins of the past.
func InsertAttempt(tx *db.OrgTx, a Attempt) error {
	a.Steps, a.Attributes = []trail.Step{}, map[string][]string{}
	return attempts.Insert(tx, &a)
}
