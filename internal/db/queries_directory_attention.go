package db

import (
	"time"

	"gorm.io/gorm/clause"
)

// OfOrganizationNamed is the condition that a row's organization has text
// within its name, without regard to case. Whose rows they are is left to the
// conditions beside it.
func OfOrganizationNamed(_ OwnedScope, text string) Cond {
	named := Contains("name", text).expr
	return Cond{clause.Expr{SQL: "? IN (SELECT id FROM organizations WHERE ?)", Vars: []any{column("organization_id"), named}}}
}

// directoryID is the directory that a query over directories looks at, for
// what is asked beside it.
var directoryID = clause.Column{Table: "directories", Name: "id"}

// DirectoryStopped is the condition that a directory was in use, and that
// nothing opens it: each of its tokens has ended.
func DirectoryStopped(_ OwnedScope, now time.Time) Cond {
	return Cond{clause.Expr{
		SQL: "(? = 'active' AND NOT EXISTS (SELECT 1 FROM directory_tokens t WHERE t.directory_id = ?" +
			" AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?)))",
		Vars: []any{column("state"), directoryID, now},
	}}
}

// DirectoryRefusedSince is the condition that a directory in use refused a
// request since then. It looks at the last of them alone, so that its cost does
// not grow with how many there were.
func DirectoryRefusedSince(_ OwnedScope, at time.Time) Cond {
	return Cond{clause.Expr{
		SQL: "(? = 'active' AND (SELECT r.created_at FROM scim_requests r WHERE r.directory_id = ?" +
			" AND r.outcome = 'refused' ORDER BY r.id DESC LIMIT 1) > ?)",
		Vars: []any{column("state"), directoryID, at},
	}}
}
