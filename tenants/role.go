package tenants

import (
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// Role is a named set of permissions: the deployment's, which every
// organization has, or one organization's own.
type Role struct {
	db.MaybeOwned
	ID          id.Role
	Slug        string
	Name        string
	Description *string
	Rank        int64 // higher may give lower
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// TableName is the table that this package owns.
func (Role) TableName() string { return "roles" }

var roles = db.MaybeTable[Role, id.Role]{}

// The roles that every organization starts with.
const (
	OwnerRole   = "owner"
	AdminRole   = "admin"
	MemberRole  = "member"
	DefaultRole = MemberRole
)

// The roles of operators, beside owner and admin; only the system organization
// has them.
const (
	DeveloperRole = "developer"
	SupportRole   = "support"
	ViewerRole    = "viewer"
)

// ErrInvalidRole says that the organization has no such role.
var ErrInvalidRole = problem.New(problem.Invalid, "invalid_role", "The organization has no role with that slug.")

// Roles are the deployment's roles and the organization's own, the highest first.
func Roles(tx *db.OrgTx) ([]Role, error) {
	return roles.ListInherited(tx, db.Query{Order: []string{"-rank", "slug"}})
}

// DeploymentRoles are the roles that every organization has.
func DeploymentRoles(tx *db.AllTx) ([]Role, error) {
	return roles.List(tx, db.Query{Where: []db.Cond{db.Null("organization_id")}, Order: []string{"-rank", "slug"}})
}

// RoleBySlug is a role that the organization's members may have, or ErrInvalidRole.
func RoleBySlug(tx *db.OrgTx, slug string) (*Role, error) {
	found, err := roles.ListInherited(tx, db.Query{Where: []db.Cond{db.Eq("slug", slug)}, Limit: 1})
	if err == nil && len(found) == 0 {
		return nil, ErrInvalidRole
	}
	if err != nil {
		return nil, err
	}
	return &found[0], nil
}

var seeds = []Role{
	{Slug: OwnerRole, Name: "Owner", Rank: 30},
	{Slug: AdminRole, Name: "Admin", Rank: 20},
	{Slug: MemberRole, Name: "Member", Rank: memberRank},
}

const memberRank = 10

// AboveMembers reports whether the role's holders can do more than members.
func (r Role) AboveMembers() bool { return r.Rank > memberRank }

var systemSeeds = []Role{
	{Slug: DeveloperRole, Name: "Developer", Rank: 15},
	{Slug: SupportRole, Name: "Support", Rank: 8},
	{Slug: ViewerRole, Name: "Viewer", Rank: 5},
}

// SeedRoles makes the deployment's roles where they are missing.
func SeedRoles(tx *db.AllTx) error {
	for _, seed := range seeds {
		role := seed
		role.ID = id.New[id.Role]()
		err := roles.InsertDeployment(tx.Tx, &role)
		if errors.Is(err, db.ErrDuplicate) {
			continue
		}
		if err != nil {
			return err
		}
		if err := audit.RecordDeployment(tx.Tx, audit.RoleCreated{Role: role.Wire()}); err != nil {
			return err
		}
	}
	return nil
}

// seedSystemRoles makes the operators' further roles in their organization.
func seedSystemRoles(tx *db.OrgTx) error {
	for _, seed := range systemSeeds {
		role := seed
		role.ID = id.New[id.Role]()
		if err := roles.Insert(tx, &role); err != nil {
			return err
		}
		if err := audit.Record(tx, audit.RoleCreated{Role: role.Wire()}); err != nil {
			return err
		}
	}
	return nil
}
