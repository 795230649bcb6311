package gates

import (
	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/users"
)

// Passable reports whether the person can pass the gate within their sign-in:
// it is a step of it.
func (g Gate) Passable() bool {
	switch g {
	case NotMember, AddressRefused, SSORequired, MethodRefused:
		return false
	}
	return true
}

// Record writes into the log that a sign-in as it was begun ends at the gate;
// for one that can be passed it does nothing. Who is no member of the
// organization is told of to the deployment alone.
func Record(tx *db.Tx, g Gate, u *users.User, how sessions.Method, via sessions.Via, org *id.Organization) error {
	if g.Passable() || org == nil {
		return nil
	}
	e := audit.SignInRefused{Organization: *org, User: u.ID, Email: u.Email, Method: string(how), Connection: via.ConnectionID, Reason: string(g)}
	if g == NotMember {
		return audit.RecordDeployment(tx, e)
	}
	return audit.RecordFor(tx, org, e)
}
