package directory

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Counts is how many people and groups a directory has.
type Counts struct{ Active, Inactive, Groups int64 }

// Users is how many people there are, the inactive ones too: lists have both.
func (c Counts) Users() int64 { return c.Active + c.Inactive }

// CountsOf reads what is counted as people and groups come and go: a sum over a
// few rows, whatever the directory's size. What this transaction itself changes
// is counted as it commits.
func CountsOf(tx db.OwnedScope, d id.Directory) (Counts, error) {
	sum, err := db.CountDirectory(tx, d)
	return Counts{Active: sum.UsersActive, Inactive: sum.UsersInactive, Groups: sum.GroupsTotal}, err
}

// counts is what the person adds.
func (u *User) counts() db.DirectoryCounts {
	if u.Active {
		return db.DirectoryCounts{UsersActive: 1}
	}
	return db.DirectoryCounts{UsersInactive: 1}
}
