package people

import (
	"errors"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/invitations"
	"gatehouse/scim/provision"
	"gatehouse/sso"
	"gatehouse/sso/trail"
	"gatehouse/tenants"
	"gatehouse/users"
)

// fits refuses whom the organization does not take in: the banned, who were
// deactivated, and who were never members where nobody is taken in at their
// first sign-in. An open invitation for the address counts, and so does a
// directory that waits for the person; against its word nothing does.
func (x *arriving) fits() (err error) {
	address, proven := x.email.Key, x.owns
	var m *users.Membership
	if u := x.user; u != nil {
		if x.told() && u.BannedNow(x.tx.Now()) {
			return trail.Refuse(users.ErrBanned, trail.Account, "", x.email.Shown)
		}
		proven = u.EmailVerified || x.owns && address == u.EmailKey
		address = u.EmailKey
		if m, err = users.MembershipOf(x.tx, u.ID); err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
	}
	if proven || x.known == nil || x.known.ProvenAt == nil { // a guest proves it before the invitation is used
		if x.invitation, err = invitations.Open(x.tx, address); err != nil {
			return err
		}
	}
	if m != nil && m.Status == users.Active {
		x.membership = m
		return nil
	}
	if err := x.askDirectory(m, address); err != nil || x.joins {
		return err
	}
	switch i := x.invitation; {
	case i != nil && (m == nil || i.Admits(m)):
		x.joins = true
	case m != nil:
		return trail.Refuse(ErrInactive, trail.Account, string(users.Active), string(m.Status))
	case x.c.JIT:
		return x.takeIn()
	default:
		return trail.Refuse(ErrNotMember, trail.Account, "", x.email.Shown)
	}
	return nil
}

// told reports whether it is certain enough whose the account is that a refusal
// may say something of it: a guest who has proven nothing is told nothing.
func (x *arriving) told() bool {
	return x.owns || x.governs || x.from != nil || x.reads || x.known != nil && x.known.ProvenAt != nil
}

// settle makes somebody whose account is theirs for sure a member, and brings
// their role and names up to date.
func (x *arriving) settle() (err error) {
	x.tx.As(x.tx.Actor().As(x.user.ID, x.user.Email))
	switch {
	case x.joins && !x.awaited():
		err = invitations.Join(x.tx, x.user, x.invitation, defaultRole(x.c))
	case x.invitation != nil:
		err = invitations.Spend(x.tx, x.user, x.invitation)
	}
	if err == nil && x.awaited() {
		err = provision.Bind(x.tx, x.person, x.user.ID, provision.BySSO)
	}
	if err == nil && (x.joins || x.awaited()) {
		x.membership, err = users.MembershipOf(x.tx, x.user.ID)
	}
	if err != nil {
		return err
	}
	if x.membership.DirectoryManaged { // role and names follow the directory, not the assertion
		x.known.MappedRole = nil
		return nil
	}
	if err := x.giveRole(); err != nil {
		return err
	}
	return x.refresh()
}

// giveRole gives the member the role of their groups, removal included: what a
// group gave goes with the group. Owners are made and unmade by people alone,
// and groups that the provider did not tell (an overage) change nothing.
func (x *arriving) giveRole() error {
	m, i := x.membership, x.known
	if m.RoleSlug == tenants.OwnerRole || !x.p.GroupsKnown && len(x.c.RoleMappings) > 0 {
		return nil
	}
	mapped, err := x.mapped()
	if err != nil {
		return err
	}
	role := mapped
	if mapped == "" {
		if i.MappedRole == nil || *i.MappedRole != m.RoleSlug { // somebody gave it by hand
			i.MappedRole = nil
			return nil
		}
		role = defaultRole(x.c)
	}
	i.MappedRole = some(mapped)
	if role == m.RoleSlug {
		return nil
	}
	x.membership, err = users.ChangeRole(x.tx, m.ID, role)
	return err
}

// mapped is the highest role that the person's groups give, or "". Memberships
// hold one.
func (x *arriving) mapped() (string, error) {
	roles, err := tenants.Roles(x.tx)
	if err != nil {
		return "", err
	}
	for _, r := range roles {
		gives := func(m sso.RoleMapping) bool { return m.RoleSlug == r.Slug && slices.Contains(x.p.Groups, m.Group) }
		if r.Slug != tenants.OwnerRole && slices.ContainsFunc(x.c.RoleMappings, gives) {
			return r.Slug, nil
		}
	}
	return "", nil
}

func defaultRole(c *sso.Connection) string {
	if c.DefaultRole == nil || *c.DefaultRole == tenants.OwnerRole {
		return tenants.DefaultRole
	}
	return *c.DefaultRole
}

// refresh takes over names, and an address that changed, where the organization
// holds the domain of both the old address and the new one: then the account is
// one that it governs. An address that somebody else has stays theirs.
func (x *arriving) refresh() error {
	holds, err := tenants.HoldsDomain(x.tx, x.user.EmailDomain())
	if err != nil || !holds || x.email.Key != "" && !x.owns {
		return err
	}
	if operator, err := users.IsOperator(x.tx.Tx, x.user.ID); err != nil || operator {
		return err
	}
	var c users.Change
	changes := rename(&c.FirstName, x.user.FirstName, x.p.FirstName)
	changes = rename(&c.LastName, x.user.LastName, x.p.LastName) || changes
	changes = rename(&c.Name, x.user.Name, x.p.Name) || changes
	if changes {
		if x.user, err = users.Update(x.tx.Tx, x.user.ID, c); err != nil {
			return err
		}
	}
	return x.readdress()
}

// rename asks for a name that the provider tells and that is another.
func rename(member ***string, now *string, told string) bool {
	name := field.Clip(told, maxPersonName)
	if name == nil || now != nil && *now == *name {
		return false
	}
	*member = &name
	return true
}

func (x *arriving) readdress() error {
	if x.email.Key == "" || x.email.Key == x.user.EmailKey || !x.user.EmailVerified {
		return nil
	}
	_, err := users.GetByEmail(x.tx, x.email.Shown)
	if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	if _, err = users.Update(x.tx.Tx, x.user.ID, users.Change{Email: &x.email.Shown}); err != nil {
		return err
	}
	x.user, err = users.ProveEmail(x.tx.Tx, x.user.ID, assertedBySSO)
	return err
}
