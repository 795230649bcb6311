package directory

import (
	"fmt"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// insertAddresses adds the rows by which a person's addresses are found.
func (u *User) insertAddresses(tx *db.OrgTx, set map[address]bool) error {
	rows := make([]Email, 0, len(set))
	for a := range set {
		rows = append(rows, Email{ID: id.New[id.DirectoryEmail](), DirectoryID: u.DirectoryID, DirectoryUserID: u.ID, ValueKey: a.value, TypeKey: a.kind, IsPrimary: a.primary})
	}
	return emails.InsertAllLater(tx, rows)
}

// replaceAddresses writes the difference. Both sets are what the resource said
// and says, so the rows that are there need not be read.
func (u *User) replaceAddresses(tx *db.OrgTx, before, after map[address]bool) error {
	gained := map[address]bool{}
	for a := range after {
		if !before[a] {
			gained[a] = true
		}
	}
	for a := range before {
		if after[a] {
			continue
		}
		_, err := emails.DeleteWhere(tx, db.Eq("directory_user_id", u.ID), db.Eq("value_key", a.value), db.Eq("type_key", a.kind), db.Eq("is_primary", a.primary))
		if err != nil {
			return fmt.Errorf("removing an address of a person of a directory: %w", err)
		}
	}
	return u.insertAddresses(tx, gained)
}
