package users

import (
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
)

// A membership is managed by a directory once one has said whose it is: then
// the directory's word makes and ends it. It has two roles, the one that people
// gave and the one that the person's groups give, and the higher of them
// counts. Owners are made and unmade by people alone.

// ByDirectory is DeactivatedBy of a membership that a directory ended: it comes
// back by the directory's word alone.
const ByDirectory = "directory"

// ErrByDirectory refuses to bring back by hand whom a directory took away.
var ErrByDirectory = problem.New(problem.Conflict, "deactivated_by_directory",
	"The organization's directory has deactivated this person. Activate them there.")

// EndedByDirectory reports whether a directory's word is why the membership is
// not active.
func (m *Membership) EndedByDirectory() bool {
	return m.Status == Inactive && m.DeactivatedBy != nil && *m.DeactivatedBy == ByDirectory
}

// Provision makes a person a member of the transaction's organization by the
// word of a directory, or takes over the membership that they have. Of whom
// people deactivated after since, when the directory said so, the membership
// stays inactive: theirs was the newer word. An owner whom people deactivated
// comes back without that role: a directory gives it to nobody. groups is asked
// for the role that the person's groups give once nobody changes the membership
// meanwhile.
func Provision(tx *db.OrgTx, user id.User, since time.Time, groups func() (string, error)) (*Membership, error) {
	m, err := holdMembershipOf(tx, user)
	if errors.Is(err, db.ErrNotFound) {
		m, err = provisionNew(tx, user, groups)
		if !errors.Is(err, db.ErrDuplicate) {
			return m, err
		}
		m, err = holdMembershipOf(tx, user) // somebody else made it just now
	}
	if err != nil {
		return nil, err
	}
	return m.takeOver(tx, since, groups)
}

func holdMembershipOf(tx *db.OrgTx, user id.User) (*Membership, error) {
	var found []Membership
	err := db.AtOnce(tx, memberships.Holds(tx, &found, db.Query{Where: []db.Cond{db.Eq("user_id", user)}}))
	if err == nil && len(found) == 0 {
		err = db.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &found[0], nil
}

// ProvisionNew is Provision of an account that this very transaction made, in
// the organization of that name, with no role of anybody's.
func ProvisionNew(tx *db.OrgTx, u *User, organization string) (*Membership, error) {
	m := &Membership{ID: id.New[id.Membership](), UserID: u.ID, Status: Active, RoleSlug: tenants.DefaultRole, DirectoryManaged: true, CustomAttributes: map[string]any{}}
	if err := memberships.InsertLater(tx, m); err != nil {
		return nil, err
	}
	w, person := m.Wire(organization), u.Wire()
	w.User = &person
	return m, audit.Record(tx, audit.MembershipCreated{Membership: w})
}

func provisionNew(tx *db.OrgTx, user id.User, groups func() (string, error)) (*Membership, error) {
	role, err := groups()
	if err != nil {
		return nil, err
	}
	m := &Membership{ID: id.New[id.Membership](), UserID: user, Status: Active, DirectoryManaged: true, DirectoryRole: some(role), CustomAttributes: map[string]any{}}
	if m.RoleSlug, err = m.counts(tx); err != nil {
		return nil, err
	}
	if err := memberships.Insert(tx, m); err != nil {
		return nil, err
	}
	return m, recordCreated(tx, m)
}

// takeOver makes a membership, which the transaction holds, the directory's.
func (m *Membership) takeOver(tx *db.OrgTx, since time.Time, groups func() (string, error)) (*Membership, error) {
	role, err := groups()
	if err != nil {
		return nil, err
	}
	next := *m
	next.DirectoryManaged, next.DirectoryRole = true, some(role)
	if !m.DirectoryManaged && m.RoleSlug != tenants.DefaultRole { // everybody has the default role
		next.GivenRole = &m.RoleSlug
	}
	newer := m.DeactivatedAt != nil && m.DeactivatedAt.After(since) && !m.EndedByDirectory()
	if m.Status != Active && !newer {
		if !m.EndedByDirectory() {
			next.unmadeOwner()
		}
		next.Status, next.DeactivatedAt, next.DeactivatedBy = Active, nil, nil
	}
	if next.RoleSlug, err = next.counts(tx); err != nil {
		return nil, err
	}
	set := db.Set{"status": next.Status, "directory_managed": true, "given_role": next.GivenRole, "directory_role": next.DirectoryRole,
		"role_slug": next.RoleSlug, "deactivated_at": next.DeactivatedAt, "deactivated_by": next.DeactivatedBy}
	if next.Status != m.Status || next.RoleSlug != m.RoleSlug || !m.DirectoryManaged {
		return change(tx, m, set)
	}
	if same(m.DirectoryRole, next.DirectoryRole) && same(m.GivenRole, next.GivenRole) {
		return m, nil
	}
	_, err = memberships.Update(tx, m.ID, set.Quiet())
	return &next, err
}

// Deactivate ends a person's membership by the word of a directory: it is not
// for people to bring back. That there is none, or that it has ended, is fine:
// directories repeat themselves. The last owner is ErrLastOwner, and stays.
func Deactivate(tx *db.OrgTx, user id.User) (Ended, error) {
	m, err := MembershipOf(tx, user)
	if errors.Is(err, db.ErrNotFound) {
		return Ended{}, nil
	}
	if err != nil || m.EndedByDirectory() {
		return Ended{}, err
	}
	if m.Status == Inactive { // by people; from here on it is the directory's
		return Ended{}, m.endedTwice(tx)
	}
	if err := keepAnOwner(tx, m); err != nil {
		return Ended{}, err
	}
	if err := tenants.RemoveBreakGlass(tx, user, true); err != nil {
		return Ended{}, err
	}
	set := db.Set{"status": Inactive, "directory_managed": true, "deactivated_at": tx.Now(), "deactivated_by": ByDirectory}
	if !m.DirectoryManaged && m.RoleSlug != tenants.DefaultRole {
		set["given_role"] = m.RoleSlug
	}
	if _, err := change(tx, m, set); err != nil {
		return Ended{}, err
	}
	return EndAccess(tx, user)
}

// endedTwice makes a membership the directory's to bring back that people ended
// before.
func (m *Membership) endedTwice(tx *db.OrgTx) error {
	set := db.Set{"directory_managed": true, "deactivated_by": ByDirectory}
	if m.RoleSlug != tenants.OwnerRole {
		_, err := memberships.Update(tx, m.ID, set.Quiet())
		return err
	}
	next := *m
	next.unmadeOwner()
	role, err := next.counts(tx)
	if err != nil {
		return err
	}
	set["given_role"], set["role_slug"] = nil, role
	_, err = change(tx, m, set)
	return err
}

// unmadeOwner takes ownership from a membership that people have ended. What a
// directory ends it brings back as it was; what people took it does not give.
func (m *Membership) unmadeOwner() {
	if m.RoleSlug == tenants.OwnerRole {
		m.GivenRole, m.RoleSlug = nil, tenants.DefaultRole
	}
}

// LetGo ends the management of people's memberships by a directory that goes.
// They keep the role that they have; whom it deactivated people may bring back.
func LetGo(tx *db.OrgTx, people []id.User) error {
	if len(people) == 0 {
		return nil
	}
	_, err := memberships.UpdateWhere(tx, db.Set{"directory_managed": false, "given_role": nil, "directory_role": nil, "deactivated_by": nil},
		db.In("user_id", people), db.Eq("directory_managed", true))
	return err
}

// givenByHand is the columns of a role that people give to a member.
func givenByHand(tx *db.OrgTx, m *Membership, role string) (db.Set, error) {
	if !m.DirectoryManaged {
		return db.Set{"role_slug": role}, nil
	}
	next := *m
	next.GivenRole, next.RoleSlug = &role, role
	counts, err := next.counts(tx)
	return db.Set{"given_role": role, "role_slug": counts}, err
}

// keepGiven stores a role that people gave beside one of groups that is higher,
// or as high: nothing that anybody sees changes.
func (m *Membership) keepGiven(tx *db.OrgTx, set db.Set) error {
	if !m.DirectoryManaged || m.GivenRole != nil && set["given_role"] == *m.GivenRole {
		return nil
	}
	_, err := memberships.Update(tx, m.ID, set.Quiet())
	return err
}

// counts is the role of a managed membership.
func (m *Membership) counts(tx *db.OrgTx) (string, error) {
	if m.GivenRole == nil && m.DirectoryRole == nil {
		return m.countsAmong(nil), nil
	}
	roles, err := tenants.Roles(tx)
	return m.countsAmong(roles), err
}

// countsAmong is the highest of both roles that the organization has, the
// default role without one. roles are sorted, the highest first.
func (m *Membership) countsAmong(roles []tenants.Role) string {
	if m.RoleSlug == tenants.OwnerRole {
		return m.RoleSlug
	}
	for _, r := range roles {
		if m.GivenRole != nil && *m.GivenRole == r.Slug || m.DirectoryRole != nil && *m.DirectoryRole == r.Slug {
			return r.Slug
		}
	}
	return tenants.DefaultRole
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func same(a, b *string) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
