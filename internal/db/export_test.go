package db

import (
	"testing"
	"time"
)

// SetRowSecurityURL lends dbtest's fresh Postgres to the tests inside this package.
func SetRowSecurityURL(f func(testing.TB) string) { rowSecurityURL = f }

// DataKey lends the model to dbtest, which imports this package.
type DataKey = dataKey

// Server is which connection a transaction has: the name that its address
// gives itself.
func (tx *Tx) Server() (name string) {
	tx.session().Raw("SELECT current_setting('application_name')").Scan(&name)
	return name
}

// Role is as whom it runs.
func (tx *Tx) Role() (name string) {
	tx.session().Raw("SELECT current_user").Scan(&name)
	return name
}

// LookNow has the replica looked at by the next that reads there.
func (d *DB) LookNow() { d.replica.lookSoon() }

// Marked is whether a replica that is at a place serves, where the primary was
// at places so long ago.
func Marked(place uint64, ago []time.Duration, places []uint64) error {
	r, now := &replica{}, time.Now()
	for i, p := range places {
		r.marks = append(r.marks, mark{now.Add(-ago[i]), p})
	}
	return r.behind(place, now)
}

// Commits is in how many transactions the domains of tx's organization were written.
func (tx *OrgTx) Commits() (n int) {
	tx.session().Raw("SELECT count(DISTINCT xmin::text) FROM organization_domains WHERE organization_id = ?", tx.scope.org).Scan(&n)
	return n
}
