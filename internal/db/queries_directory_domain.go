package db

import (
	"gorm.io/gorm/clause"

	"gatehouse/internal/id"
)

// OwnsDomain is the condition that a row's organization has this domain. Whose
// rows they are is left to the conditions beside it.
func OwnsDomain(_ OwnedScope, domain string) Cond {
	return Cond{clause.Expr{
		SQL:  "? IN (SELECT organization_id FROM organization_domains WHERE domain = ?)",
		Vars: []any{column("organization_id"), domain},
	}}
}

// ListPendingDomains is the domains of the addresses of a directory's active
// people without an account, the most frequent first; those that the
// organization has verified are not among them. It reads the people who wait
// alone (directory_users_pending).
func ListPendingDomains(tx OwnedScope, directory id.Directory, most int) ([]string, error) {
	at := "instr(u.email_key, '@')"
	if tx.base().db.Dialect == Postgres {
		at = "strpos(u.email_key, '@')"
	}
	where, args := mine(tx, "u")
	domains := []string{}
	err := tx.base().session().Raw(`SELECT domain FROM (SELECT substr(u.email_key, `+at+` + 1) AS domain, count(*) AS people
		FROM directory_users u WHERE u.directory_id = ? AND u.user_id IS NULL AND u.active AND u.email_key IS NOT NULL AND `+where+` GROUP BY 1) AS waiting
		WHERE NOT EXISTS (SELECT 1 FROM organization_domains o JOIN directories d ON d.organization_id = o.organization_id
			WHERE d.id = ? AND o.domain = waiting.domain AND o.state = 'verified')
		ORDER BY people DESC, domain LIMIT ?`, append(append([]any{directory}, args...), directory, most)...).Scan(&domains).Error
	return domains, translate(err)
}
