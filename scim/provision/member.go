package provision

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/users"
)

// AddMember is users.AddMember for organizations with directories: by hand
// nobody becomes a member whom a directory has switched off, not even where the
// membership that it ended has been removed since.
func AddMember(tx *db.OrgTx, user id.User, role string) (*users.Membership, error) {
	u, err := users.Get(tx, user)
	if err != nil {
		return nil, err
	}
	word, err := WordOn(tx, u.EmailKey, u.ID)
	if err != nil {
		return nil, err
	}
	if word.Off {
		return nil, users.ErrByDirectory
	}
	return users.AddMember(tx, user, role)
}
