package db

import (
	"gorm.io/gorm/clause"

	"gatehouse/internal/id"
)

// People of a directory are looked up by what is theirs in two steps, the
// first of which asks for ids alone: joined to a page of the directory, each of
// these look-ups is one that Postgres without statistics reads the whole
// directory for.

// mostNamed bounds how many people of one directory are told apart by nothing
// but their ids: providers give each person an id and an address of their own.
const mostNamed = 1000

// DirectoryUsersByExternalID are the people of a directory to whom their
// provider gave this id.
func DirectoryUsersByExternalID(tx OwnedScope, directory id.Directory, external string) ([]id.DirectoryUser, error) {
	where, args := mine(tx, "u")
	return directoryUsers(tx, "SELECT u.id FROM directory_users u WHERE u.directory_id = ? AND u.external_id = ? AND "+where, append([]any{directory, external}, args...)...)
}

// DirectoryUsersByEmail are the people of a directory who have this address:
// folded, one of those that the provider sent, or in users' spelling the one
// that counts, which may be a user name alone.
func DirectoryUsersByEmail(tx OwnedScope, directory id.Directory, folded, address string) ([]id.DirectoryUser, error) {
	where, args := mine(tx, "e")
	found, err := directoryUsers(tx, "SELECT e.directory_user_id FROM directory_user_emails e WHERE e.directory_id = ? AND e.value_key = ? AND "+where,
		append([]any{directory, folded}, args...)...)
	if err != nil || address == "" {
		return found, err
	}
	// The index begins with the organization: the directory has it.
	more, err := directoryUsers(tx, "SELECT e.id FROM directories d JOIN directory_users e ON e.organization_id = d.organization_id AND e.email_key = ? WHERE d.id = ? AND e.directory_id = d.id AND "+where,
		append([]any{address, directory}, args...)...)
	return append(found, more...), err
}

func directoryUsers(tx OwnedScope, query string, args ...any) ([]id.DirectoryUser, error) {
	found := []id.DirectoryUser{}
	err := tx.base().session().Raw(query+" LIMIT ?", append(args, mostNamed)...).Scan(&found).Error
	return found, translate(err)
}

// AmongDirectoryGroup is IsInDirectoryGroup for the few people whom the
// conditions beside it leave: each is looked up in the group, and the group is
// not read.
func AmongDirectoryGroup(_ OwnedScope, group id.DirectoryGroup) Cond {
	return Cond{clause.Expr{
		SQL:  "EXISTS (SELECT 1 FROM directory_group_members m WHERE m.group_id = ? AND m.directory_user_id = ?)",
		Vars: []any{group, clause.Column{Table: clause.CurrentTable, Name: "id"}},
	}}
}
