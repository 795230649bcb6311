package users

import (
	"slices"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
)

// Membership is a person's belonging to an organization.
type Membership struct {
	db.Owned
	ID               id.Membership
	UserID           id.User
	Status           Status
	RoleSlug         string
	DirectoryManaged bool
	GivenRole        *string        // managed by a directory: the role that people gave, beside the directory's
	DirectoryRole    *string        // the role that its groups give
	DeactivatedBy    *string        // ByDirectory; nil: people
	CustomAttributes map[string]any `gorm:"serializer:json"`
	LastUsedAt       *time.Time
	DeactivatedAt    *time.Time
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// TableName is the table that this package owns.
func (Membership) TableName() string { return "memberships" }

var memberships = db.OwnedTable[Membership, id.Membership]{}

// Status is whether a membership counts.
type Status string

// The statuses. Pending waits for the person to accept.
const (
	Active   Status = "active"
	Inactive Status = "inactive"
	Pending  Status = "pending"
)

// What callers are told of memberships.
var (
	ErrAlreadyMember = problem.New(problem.Conflict, "organization_membership_already_exists", "That person belongs to the organization already.")
	ErrLastOwner     = problem.New(problem.Conflict, "last_owner", "This is the organization's last owner. Make somebody else an owner first.")
	ErrDeactivate    = problem.New(problem.BadRequest, "cannot_deactivate_pending_organization_membership", "A pending membership cannot be deactivated. Revoke the invitation.")
	ErrReactivate    = problem.New(problem.BadRequest, "cannot_reactivate_pending_organization_membership", "A pending membership becomes active when its invitation is accepted.")
	ErrNoFilter      = problem.New(problem.BadRequest, "missing_user_id_or_organization_id", "Give user_id or organization_id.")
)

// GetMembership is one membership that the transaction sees, or db.ErrNotFound.
func GetMembership(tx db.OwnedScope, m id.Membership) (*Membership, error) {
	return memberships.Get(tx, m)
}

// MembershipOf is the person's membership in the transaction's organization,
// whatever its status, or db.ErrNotFound.
func MembershipOf(tx *db.OrgTx, user id.User) (*Membership, error) {
	return memberships.First(tx, db.Eq("user_id", user))
}

// MembershipReads is MembershipOf as a part: no row where there is none.
func MembershipReads(tx *db.OrgTx, rows *[]Membership, user id.User) db.Part {
	return memberships.Reads(tx, rows, db.Query{Where: []db.Cond{db.Eq("user_id", user)}, Limit: 1})
}

// MemberQuery says which memberships to list.
type MemberQuery struct {
	User         id.User
	Organization id.Organization
	Statuses     []Status
	Roles        []string        // one of these
	Without      id.Organization // leaves that one out
	db.Page
}

// ListMemberships is a page of the memberships that the transaction sees. A
// list across organizations names a person or an organization.
func ListMemberships(tx db.OwnedScope, q MemberQuery) ([]Membership, db.Paging, error) {
	if _, all := tx.(*db.AllTx); all && q.User == "" && q.Organization == "" {
		return nil, db.Paging{}, ErrNoFilter
	}
	var conds []db.Cond
	if q.User != "" {
		conds = append(conds, db.Eq("user_id", q.User))
	}
	if q.Organization != "" {
		conds = append(conds, db.Eq("organization_id", q.Organization))
	}
	if len(q.Statuses) > 0 {
		conds = append(conds, db.In("status", q.Statuses))
	}
	if len(q.Roles) > 0 {
		conds = append(conds, db.In("role_slug", q.Roles))
	}
	if q.Without != "" {
		conds = append(conds, db.Not("organization_id", q.Without))
	}
	list := func(q db.Query) ([]Membership, error) { return memberships.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(m Membership) string { return string(m.ID) }, conds...)
}

// CountMembers is how many active members the transaction's organization has.
func CountMembers(tx *db.OrgTx) (int64, error) { return memberships.Count(tx, db.Eq("status", Active)) }

// LocateMembership is whose membership that is, or db.ErrNotFound.
func LocateMembership(tx *db.AllTx, m id.Membership) (id.Organization, error) {
	row, err := memberships.Get(tx, m)
	if err != nil {
		return "", err
	}
	return row.OrganizationID, nil
}

// Choice is an organization that a person may enter.
type Choice struct {
	Organization id.Organization
	Name         string
	Role         string
	Membership   id.Membership
	LastUsedAt   *time.Time
	System       bool // the operators' organization: it opens the dashboard
}

// maxChoices bounds how many organizations a person chooses from.
const maxChoices = 500

// LocateMemberships is the organizations in which the person is active, the
// one used last first.
func LocateMemberships(tx *db.AllTx, user id.User) ([]Choice, error) {
	mine, err := memberships.List(tx, db.Query{
		Where: []db.Cond{db.Eq("user_id", user), db.Eq("status", Active)}, Limit: maxChoices,
	})
	if err != nil || len(mine) == 0 {
		return nil, err
	}
	orgs := make([]id.Organization, len(mine))
	for i, m := range mine {
		orgs[i] = m.OrganizationID
	}
	names, err := tenants.ByID(tx, orgs)
	if err != nil {
		return nil, err
	}
	choices := make([]Choice, len(mine))
	for i, m := range mine {
		o := names[m.OrganizationID]
		choices[i] = Choice{Organization: o.ID, Name: o.Name, Role: m.RoleSlug, Membership: m.ID, LastUsedAt: m.LastUsedAt, System: o.System}
	}
	slices.SortStableFunc(choices, func(a, b Choice) int { return used(b).Compare(used(a)) })
	return choices, nil
}

func used(c Choice) time.Time {
	if c.LastUsedAt == nil {
		return time.Time{}
	}
	return *c.LastUsedAt
}

// eachMembership runs fn for each of a person's memberships, in its organization.
func eachMembership(tx *db.Tx, user id.User, fn func(*db.OrgTx, *Membership) error) error {
	var mine []Membership
	err := tx.Locate(func(tx *db.AllTx) (err error) {
		mine, err = memberships.List(tx, db.Query{Where: []db.Cond{db.Eq("user_id", user)}})
		return err
	})
	if err != nil {
		return err
	}
	for i := range mine {
		m := &mine[i]
		if err := tx.In(m.OrganizationID, func(tx *db.OrgTx) error { return fn(tx, m) }); err != nil {
			return err
		}
	}
	return nil
}

// Wire is the membership as the management API shows it.
func (m *Membership) Wire(organizationName string) wire.OrganizationMembership {
	role := wire.RoleSlug{Slug: m.RoleSlug}
	return wire.OrganizationMembership{
		ID: m.ID, UserID: m.UserID, OrganizationID: m.OrganizationID, OrganizationName: organizationName, Status: string(m.Status),
		Role: role, Roles: wire.Array[wire.RoleSlug]{role}, DirectoryManaged: m.DirectoryManaged,
		CustomAttributes: []byte(db.JSON(m.CustomAttributes)), CreatedAt: wire.At(m.CreatedAt), UpdatedAt: wire.At(m.UpdatedAt),
	}
}

// MembershipWires are memberships with their organizations' names, as lists
// show them.
func MembershipWires(tx db.AnyScope, list []Membership) ([]wire.OrganizationMembership, error) {
	orgs := make([]id.Organization, 0, len(list))
	for _, m := range list {
		if !slices.Contains(orgs, m.OrganizationID) {
			orgs = append(orgs, m.OrganizationID)
		}
	}
	names, err := tenants.ByID(tx, orgs)
	if err != nil {
		return nil, err
	}
	out := make([]wire.OrganizationMembership, len(list))
	for i := range list {
		out[i] = list[i].Wire(names[list[i].OrganizationID].Name)
	}
	return out, nil
}

// membershipNow is a membership with what events carry beside it.
type membershipNow struct {
	memberships   []Membership
	people        []User
	organizations []tenants.Organization
}

func (n *membershipNow) reads(tx *db.OrgTx, m *Membership) []db.Part {
	return []db.Part{
		memberships.Reads(tx, &n.memberships, db.Query{Where: []db.Cond{db.Eq("id", m.ID)}}),
		users.Reads(tx, &n.people, db.Query{Where: []db.Cond{db.Eq("id", m.UserID)}}),
		tenants.Reads(tx, &n.organizations, m.OrganizationID),
	}
}

// wire is the membership, and as events carry it.
func (n *membershipNow) wire() (*Membership, wire.OrganizationMembership, error) {
	if len(n.memberships) == 0 || len(n.people) == 0 || len(n.organizations) == 0 {
		return nil, wire.OrganizationMembership{}, db.ErrNotFound
	}
	m := &n.memberships[0]
	w, person := m.Wire(n.organizations[0].Name), n.people[0].Wire()
	w.User = &person
	return m, w, nil
}

// snapshot is the membership as events carry it, with the person.
func snapshot(tx *db.OrgTx, m *Membership) (wire.OrganizationMembership, error) {
	u, err := users.Get(tx, m.UserID)
	if err != nil {
		return wire.OrganizationMembership{}, err
	}
	return snapshotOf(tx, m, u)
}

func snapshotOf(tx *db.OrgTx, m *Membership, u *User) (wire.OrganizationMembership, error) {
	o, err := tenants.Get(tx, m.OrganizationID)
	if err != nil {
		return wire.OrganizationMembership{}, err
	}
	w, person := m.Wire(o.Name), u.Wire()
	w.User = &person
	return w, nil
}
