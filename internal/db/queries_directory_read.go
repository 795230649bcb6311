package db

import (
	"gorm.io/gorm/clause"

	"gatehouse/internal/id"
)

// The conditions below look people of a directory up by what is theirs. Each
// way has its index, and OR would have a database read the whole directory.
// They read across organizations; whose people they are is left to the
// conditions beside them.

// HasDirectoryEmail is the condition that a person of a directory has this
// address: folded, one of those that the provider sent, or in users' spelling
// the one that counts, which may be a user name alone.
func HasDirectoryEmail(_ OwnedScope, directory id.Directory, folded, address string) Cond {
	return Cond{clause.Expr{
		SQL: "? IN (SELECT directory_user_id FROM directory_user_emails WHERE directory_id = ? AND value_key = ?" +
			" UNION ALL SELECT e.id FROM directory_users e JOIN directories d ON d.organization_id = e.organization_id AND d.id = e.directory_id WHERE d.id = ? AND e.email_key = ?)",
		Vars: []any{column("id"), directory, folded, directory, address},
	}}
}

// HasIDPID is the condition that a person of a directory is called that by
// their provider: by the external id, or without one by the user name, which
// is given as it is and folded.
func HasIDPID(_ OwnedScope, directory id.Directory, name, folded string) Cond {
	return Cond{clause.Expr{
		SQL: "? IN (SELECT id FROM directory_users WHERE directory_id = ? AND external_id = ?" +
			" UNION ALL SELECT id FROM directory_users WHERE directory_id = ? AND user_name_key = ? AND user_name = ? AND external_id IS NULL)",
		Vars: []any{column("id"), directory, name, directory, folded, name},
	}}
}
