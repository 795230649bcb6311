package gates

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// LocateLocks says what each of several organizations would ask of the person first,
// as a member. Those that ask nothing are left out.
func LocateLocks(tx *db.Tx, s Subject, orgs []id.Organization) (map[id.Organization]Gate, error) {
	s.Organization, s.Choose = nil, false
	f, err := load(tx, s)
	if err != nil {
		return nil, err
	}
	var policies map[id.Organization]tenants.Policy
	err = tx.Locate(func(tx *db.AllTx) (err error) {
		policies, err = tenants.LocatePolicies(tx, orgs)
		return err
	})
	locks := map[id.Organization]Gate{}
	for _, org := range orgs {
		f.Organization = &Organization{ID: org, Policy: policies[org], Member: true, BreakGlass: breakGlass(policies[org], s.User.ID)}
		if v := Next(f); v.Gate != Open {
			locks[org] = v.Gate
		}
	}
	return locks, err
}
