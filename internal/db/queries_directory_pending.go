package db

import (
	"time"

	"gatehouse/internal/id"
)

// domainOf is what stands behind the @ of an address's key.
func (tx *Tx) domainOf(column string) string {
	if tx.db.Dialect == Postgres {
		return "split_part(" + column + ", '@', 2)"
	}
	return "substr(" + column + ", instr(" + column + ", '@') + 1)"
}

// DirectoryRef names a directory, and perhaps a person in it, of some organization.
type DirectoryRef struct {
	OrganizationID  id.Organization
	DirectoryID     id.Directory
	DirectoryUserID id.DirectoryUser
}

// LocateNewlyHeld is which directories belong to organizations that have come
// to hold a domain since an instant.
func LocateNewlyHeld(tx *AllTx, since time.Time) ([]DirectoryRef, error) {
	rows := []DirectoryRef{}
	err := tx.session().Raw(`SELECT DISTINCT d.organization_id, d.id AS directory_id FROM organization_domains o
		JOIN directories d ON d.organization_id = o.organization_id AND NOT d.staged
		WHERE o.state = 'verified' AND o.verified_at > ? ORDER BY d.id`, since.UTC()).Scan(&rows).Error
	return rows, translate(err)
}

// ListSettled is which people of a directory wait for an account though their
// organization holds the domain of their address by now: after one, by id.
func ListSettled(tx *OrgTx, directory id.Directory, after id.DirectoryUser, limit int) ([]id.DirectoryUser, error) {
	rows := []id.DirectoryUser{}
	err := tx.session().Raw(`SELECT u.id FROM directory_users u WHERE u.organization_id = ? AND u.directory_id = ? AND u.user_id IS NULL AND u.active AND u.id > ?
		AND `+tx.domainOf("u.email_key")+` IN (SELECT o.domain FROM organization_domains o WHERE o.organization_id = ? AND o.state = 'verified')
		ORDER BY u.id LIMIT ?`, tx.scope.org, directory, after, tx.scope.org, limit).Scan(&rows).Error
	return rows, translate(err)
}

// LocateKept is which owners are members though their directory has deactivated
// them: of all organizations, after one, by id. There are few.
func LocateKept(tx *AllTx, after id.DirectoryUser, limit int) ([]DirectoryRef, error) {
	rows := []DirectoryRef{}
	err := tx.session().Raw(`SELECT u.organization_id, u.directory_id, u.id AS directory_user_id FROM directory_users u
		WHERE u.kept AND u.id > ? ORDER BY u.id LIMIT ?`, after, limit).Scan(&rows).Error
	return rows, translate(err)
}

// DirectoryPreview is what people of a directory that nobody has applied yet
// would come to.
type DirectoryPreview struct{ Matched, Added, NoAddress, Unproven, Inactive, Removed int64 }

// PreviewDirectory counts what the people of a directory would come to.
func PreviewDirectory(tx *OrgTx, directory id.Directory) (DirectoryPreview, error) {
	member := `EXISTS (SELECT 1 FROM users a JOIN memberships m ON m.user_id = a.id AND m.organization_id = u.organization_id WHERE a.email_key = u.email_key`
	var p DirectoryPreview
	err := tx.session().Raw(`SELECT coalesce(sum(CASE WHEN active AND member THEN 1 ELSE 0 END), 0) AS matched,
		coalesce(sum(CASE WHEN active AND NOT member AND held THEN 1 ELSE 0 END), 0) AS added,
		coalesce(sum(CASE WHEN active AND NOT member AND NOT held AND no_address THEN 1 ELSE 0 END), 0) AS no_address,
		coalesce(sum(CASE WHEN active AND NOT member AND NOT held AND NOT no_address THEN 1 ELSE 0 END), 0) AS unproven,
		coalesce(sum(CASE WHEN active THEN 0 ELSE 1 END), 0) AS inactive,
		coalesce(sum(CASE WHEN NOT active AND living THEN 1 ELSE 0 END), 0) AS removed
		FROM (SELECT u.active, u.email_key IS NULL AS no_address, `+member+`) AS member, `+member+` AND m.status = 'active') AS living,
		EXISTS (SELECT 1 FROM organization_domains o WHERE o.organization_id = u.organization_id AND o.state = 'verified' AND o.domain = `+tx.domainOf("u.email_key")+`) AS held
		FROM directory_users u WHERE u.organization_id = ? AND u.directory_id = ?) AS people`, tx.scope.org, directory).Scan(&p).Error
	return p, translate(err)
}
