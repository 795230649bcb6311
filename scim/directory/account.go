package directory

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// PeopleOf is who an account is in the organization's directories, active or
// not. Hardly anybody is in two.
func PeopleOf(tx db.OwnedScope, account id.User) ([]User, error) {
	return people.List(tx, db.Query{Where: []db.Cond{db.Eq("user_id", account)}, Limit: maxOfAccount})
}

// maxOfAccount bounds how many people of directories one account is looked at as.
const maxOfAccount = 100

// PeopleBy is who the organization's directories know by an address
// (users.Address.Key), or as an account; empty: by the address alone.
func PeopleBy(tx db.OwnedScope, address string, account id.User) ([]User, error) {
	by := db.Eq("email_key", address)
	if account != "" {
		by = db.Or(by, db.Eq("user_id", account))
	}
	return people.List(tx, db.Query{Where: []db.Cond{by}, Limit: maxOfAccount})
}

// PeopleWho is who of these directories meets a condition on one of the columns
// that are looked up by, at most a few.
func PeopleWho(tx db.OwnedScope, in []id.Directory, cond db.Cond) ([]User, error) {
	return people.List(tx, db.Query{Where: []db.Cond{db.In("directory_id", in), cond}, Limit: maxOfAccount})
}

// TryHoldUser is HoldUser that waits for nobody: whom a request is changing at
// this moment is db.ErrNotFound. It is for whoever holds an account already.
func TryHoldUser(tx *db.OrgTx, u id.DirectoryUser) (*User, error) { return people.HoldFree(tx, u) }

// HoldUsers is UsersByID that keeps others from changing them until the end.
// Whoever calls it holds nothing else of a directory.
func HoldUsers(tx *db.OrgTx, ids []id.DirectoryUser) ([]User, error) {
	var all []User
	for _, some := range batches(sortedIDs(ids)) {
		list, err := people.HoldAll(tx, "id", db.In("id", some))
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// ShareUsers is those of ids whom nobody is changing at this moment, and keeps
// them as they are until the end.
func ShareUsers(tx *db.OrgTx, ids []id.DirectoryUser) ([]User, error) {
	var all []User
	for _, some := range batches(sortedIDs(ids)) {
		list, err := people.ShareFree(tx, some)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// UsersAfter is the next people of a directory by id, at most limit.
func UsersAfter(tx db.OwnedScope, d id.Directory, after id.DirectoryUser, limit int, conds ...db.Cond) ([]User, error) {
	return people.List(tx, db.Query{Where: append(conds, db.Eq("directory_id", d), db.Gt("id", after)), Limit: limit})
}

// Trusting are the organization's directories whose word for roles counts.
func Trusting(tx *db.OrgTx) ([]id.Directory, error) {
	rows, err := directories.List(tx, db.Query{Where: []db.Cond{db.Eq("trust_roles", true)}, Limit: maxDirectories})
	list := make([]id.Directory, len(rows))
	for i, d := range rows {
		list[i] = d.ID
	}
	return list, err
}

// ActiveIn are the active people of these directories who have one of the
// accounts.
func ActiveIn(tx *db.OrgTx, in []id.Directory, accounts []id.User) ([]User, error) {
	return people.List(tx, db.Query{Where: []db.Cond{db.In("user_id", accounts), db.In("directory_id", in), db.Eq("active", true)}})
}

// InForce are the organization's directories whose word counts: not those that
// nobody has applied yet, nor those on their way out.
func InForce(tx *db.OrgTx) (map[id.Directory]Directory, error) {
	rows, err := directories.List(tx, db.Query{Where: []db.Cond{db.Eq("staged", false), db.Not("state", Deleting)}, Limit: maxDirectories})
	applied := make(map[id.Directory]Directory, len(rows))
	for _, d := range rows {
		applied[d.ID] = d
	}
	return applied, err
}
