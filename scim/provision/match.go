package provision

import (
	"maps"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// Named is what an organization's identity provider calls somebody who signs in.
type Named struct {
	Subject    string
	ExternalID string // an id that stays where the subject changes; empty: none
	Address    string // users.Address.Key of an address that the provider vouches for; empty: none
}

// Match is who somebody is in the organization's directories: by the ids of the
// provider, else by the name that it signs them in with, else by the address;
// nil where nobody is that for sure. Ids are compared with what providers said,
// never with ours (attacks D1), and of two nobody knows which.
func Match(tx *db.OrgTx, n Named) (*directory.User, error) {
	applied, err := directory.InForce(tx)
	if err != nil || len(applied) == 0 {
		return nil, err
	}
	in := slices.Collect(maps.Keys(applied))
	var ways []db.Cond
	if ids := slices.DeleteFunc([]string{n.Subject, n.ExternalID}, func(s string) bool { return s == "" }); len(ids) > 0 {
		ways = append(ways, db.In("external_id", ids))
	}
	if n.Subject != "" {
		ways = append(ways, db.Eq("user_name_key", schema.Fold(n.Subject)))
	}
	if n.Address != "" {
		ways = append(ways, db.Eq("email_key", n.Address))
	}
	for _, way := range ways {
		found, err := directory.PeopleWho(tx, in, way)
		if err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(u directory.User) bool { // a directory that is switched off waits for nobody
			return u.UserID == nil && u.Active && applied[u.DirectoryID].State == directory.Inactive
		})
		if u := one(found); u != nil {
			return u, nil
		}
	}
	return nil, nil
}

// one is the one active person of several, who may be in two directories with
// one account; else one who is not active, if all are not.
func one(found []directory.User) *directory.User {
	if len(found) == 0 {
		return nil
	}
	var active *directory.User
	for n := range found {
		u := &found[n]
		if !u.Active && !u.Kept {
			continue
		}
		if active != nil && (active.UserID == nil || u.UserID == nil || *active.UserID != *u.UserID) {
			return nil
		}
		active = u
	}
	if active == nil {
		return &found[0]
	}
	return active
}

// TakesIn reports whether somebody may become a member beside the
// organization's directories, because its identity provider vouches for them:
// each directory in use has to allow it.
func TakesIn(tx *db.OrgTx) (bool, error) {
	applied, err := directory.InForce(tx)
	for _, d := range applied {
		if d.State == directory.Active && !d.JIT {
			return false, err
		}
	}
	return true, err
}
