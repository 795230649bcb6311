package provision

import (
	"context"
	"log/slog"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/mail"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/patch"
	"gatehouse/scim/schema"
)

// Service is what directories need besides the transaction of a request: jobs,
// and mails to those who look after them.
type Service struct {
	DB   *db.DB
	Post *mail.Post
	Base string // the public origin
	Log  *slog.Logger
}

// Mapping gives who is in a group a role.
type Mapping struct {
	Group id.DirectoryGroup
	Role  string
}

// SafeguardChange is what becomes of a safeguard; nil leaves a member as it is,
// a pointer to nil switches that bound off.
type SafeguardChange struct {
	MaxDeactivations **int64
	MaxPercent       **int64
	WindowSeconds    *int64
}

// Preview is what Apply would do.
type Preview struct {
	Added    int64 // who becomes a member
	Matched  int64 // of whom, or besides whom, the organization has a member already
	Pending  int64 // who has to prove their mailbox first
	Inactive int64 // whom the directory has switched off
	Removed  int64 // members who would go: the directory has switched them off
}

func CreateUser(tx *db.OrgTx, d *directory.Directory, r schema.Resource) (*directory.User, error) {
	return nil, errUnbuilt
}
func UpdateUser(tx *db.OrgTx, d *directory.Directory, u *directory.User, next schema.Resource) (changed bool, err error) {
	return false, errUnbuilt
}
func DeleteUser(tx *db.OrgTx, d *directory.Directory, u *directory.User) error { return errUnbuilt }
func CreateGroup(tx *db.OrgTx, d *directory.Directory, r schema.Resource, members []string) (*directory.Group, error) {
	return nil, errUnbuilt
}
func UpdateGroup(tx *db.OrgTx, d *directory.Directory, g *directory.Group, next schema.Resource, members []patch.Members) (changed bool, err error) {
	return false, errUnbuilt
}
func DeleteGroup(tx *db.OrgTx, d *directory.Directory, g *directory.Group) error { return errUnbuilt }
func SetRoleMappings(tx *db.OrgTx, d *directory.Directory, want []Mapping) error { return errUnbuilt }
func RoleMappings(tx db.OwnedScope, d *directory.Directory) ([]wire.DirectoryRoleMapping, error) {
	return nil, errUnbuilt
}

// SafeguardOf says when people's leaving is held, and whether it is now.
func SafeguardOf(tx db.OwnedScope, d *directory.Directory) (wire.DirectorySafeguard, error) {
	return wire.DirectorySafeguard{}, errUnbuilt
}
func SetSafeguard(tx *db.OrgTx, d *directory.Directory, c SafeguardChange) error { return errUnbuilt }

// Release lets the directory go on, for as long as its window.
func Release(tx *db.OrgTx, d *directory.Directory) error { return errUnbuilt }

// Hold notes, in a transaction of its own, that a request was answered with
// ErrHeld, and tells who can release it. Call it after that request's
// transaction has been taken back.
func (s *Service) Hold(ctx context.Context, d *directory.Directory) error { return errUnbuilt }
func PreviewOf(tx *db.OrgTx, d *directory.Directory) (Preview, error)     { return Preview{}, errUnbuilt }
func Apply(tx *db.OrgTx, d *directory.Directory) error                    { return errUnbuilt }

// DeleteDirectory removes a directory. Nobody is deactivated by it.
func (s *Service) DeleteDirectory(tx *db.OrgTx, d *directory.Directory) error { return errUnbuilt }

// Register adds the jobs.
func (s *Service) Register(r *jobs.Registry) { s.registerNotices(r) }
