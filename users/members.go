package users

import (
	"errors"
	"gatehouse/apikeys"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
)

// AddMember makes a person a member of the transaction's organization, in the
// default role where role is empty. A membership that people deactivated comes
// back with that role; one that the directory deactivated does not.
func AddMember(tx *db.OrgTx, user id.User, role string) (*Membership, error) {
	if role == "" {
		role = tenants.DefaultRole
	}
	if _, err := tenants.RoleBySlug(tx, role); err != nil {
		return nil, err
	}
	if _, err := users.Get(tx, user); err != nil {
		return nil, err
	}
	m := &Membership{ID: id.New[id.Membership](), UserID: user, Status: Active, RoleSlug: role, CustomAttributes: map[string]any{}}
	err := memberships.Insert(tx, m)
	if errors.Is(err, db.ErrDuplicate) {
		return comeBack(tx, user, role)
	}
	if err != nil {
		return nil, err
	}
	return m, recordCreated(tx, m)
}

func recordCreated(tx *db.OrgTx, m *Membership) error {
	w, err := snapshot(tx, m)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.MembershipCreated{Membership: w})
}

// maxAdministrators bounds who is told of an organization's affairs.
const maxAdministrators = 20

// Administrators are the people who manage the transaction's organization: its
// active owners and admins, those who have been here longest.
func Administrators(tx *db.OrgTx) ([]User, error) {
	rows, err := memberships.List(tx, db.Query{Limit: maxAdministrators,
		Where: []db.Cond{db.Eq("status", Active), db.In("role_slug", []string{tenants.OwnerRole, tenants.AdminRole})}})
	if err != nil {
		return nil, err
	}
	var people []User
	for _, m := range rows {
		u, err := users.Get(tx, m.UserID)
		if err != nil {
			return nil, err
		}
		if !u.BannedNow(tx.Now()) {
			people = append(people, *u)
		}
	}
	return people, nil
}

func comeBack(tx *db.OrgTx, user id.User, role string) (*Membership, error) {
	m, err := MembershipOf(tx, user)
	if err != nil {
		return nil, err
	}
	switch {
	case m.Status != Inactive:
		return nil, ErrAlreadyMember
	case m.EndedByDirectory():
		return nil, ErrByDirectory
	}
	set, err := givenByHand(tx, m, role)
	if err != nil {
		return nil, err
	}
	set["status"], set["deactivated_at"] = Active, nil
	return change(tx, m, set, db.Eq("status", Inactive), db.Null("deactivated_by"))
}

// ChangeRole gives a member another role. The last owner keeps theirs. Of whom
// a directory manages it is the role given by hand, and the higher of that and
// their groups' counts.
func ChangeRole(tx *db.OrgTx, membership id.Membership, role string) (*Membership, error) {
	if _, err := tenants.RoleBySlug(tx, role); err != nil {
		return nil, err
	}
	m, err := memberships.Get(tx, membership)
	if err != nil {
		return nil, err
	}
	if m.DirectoryManaged { // its groups may change at this moment
		if m, err = memberships.GetForUpdate(tx, membership); err != nil {
			return nil, err
		}
	}
	set, err := givenByHand(tx, m, role)
	if err != nil {
		return nil, err
	}
	if set["role_slug"] == m.RoleSlug {
		return m, m.keepGiven(tx, set)
	}
	if err := keepAnOwner(tx, m); err != nil {
		return nil, err
	}
	return change(tx, m, set)
}

// DeactivateMember ends a membership for now. The person keeps their account
// and their other organizations; every session in this one ends, and with it
// every refresh token, because oauth asks sessions before it renews one.
func DeactivateMember(tx *db.OrgTx, membership id.Membership) (*Membership, error) {
	m, err := memberships.Get(tx, membership)
	if err != nil || m.Status == Inactive {
		return m, err
	}
	if m.Status == Pending {
		return nil, ErrDeactivate
	}
	if err := keepAnOwner(tx, m); err != nil {
		return nil, err
	}
	if err := tenants.RemoveBreakGlass(tx, m.UserID, false); err != nil {
		return nil, err
	}
	m, err = change(tx, m, db.Set{"status": Inactive, "deactivated_at": tx.Now()})
	if err != nil {
		return nil, err
	}
	_, err = EndAccess(tx, m.UserID)
	return m, err
}

// Ended is what EndAccess ended.
type Ended struct {
	Sessions []id.Session
	Keys     int64
}

// EndAccess ends what a person came by into the transaction's organization,
// and what they made there to come by: sessions, and keys for the
// application's API.
func EndAccess(tx *db.OrgTx, user id.User) (e Ended, err error) {
	if e.Sessions, err = sessions.EndForMember(tx, user, sessions.MembershipEnded); err != nil {
		return e, err
	}
	e.Keys, err = apikeys.EndMemberKeys(tx, user)
	return e, err
}

// ReactivateMember brings a membership back that people deactivated. Its
// sessions and keys stay ended.
func ReactivateMember(tx *db.OrgTx, membership id.Membership) (*Membership, error) {
	m, err := memberships.Get(tx, membership)
	if err != nil || m.Status == Active {
		return m, err
	}
	switch {
	case m.Status == Pending:
		return nil, ErrReactivate
	case m.EndedByDirectory():
		return nil, ErrByDirectory
	}
	return change(tx, m, db.Set{"status": Active, "deactivated_at": nil}, db.Null("deactivated_by"))
}

// RemoveMember ends a membership for good, with its sessions and keys.
func RemoveMember(tx *db.OrgTx, membership id.Membership) error {
	m, err := memberships.Get(tx, membership)
	if err != nil {
		return err
	}
	if err := keepAnOwner(tx, m); err != nil {
		return err
	}
	if err := tenants.RemoveBreakGlass(tx, m.UserID, false); err != nil {
		return err
	}
	return remove(tx, m)
}

func remove(tx *db.OrgTx, m *Membership) error {
	w, err := snapshot(tx, m)
	if err != nil {
		return err
	}
	n, err := memberships.Delete(tx, m.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return db.ErrNotFound // somebody else removed it just now
	}
	if _, err := EndAccess(tx, m.UserID); err != nil {
		return err
	}
	return audit.Record(tx, audit.MembershipDeleted{Membership: w})
}

// leave removes the membership of a person whose account goes. Organizations
// may be left without an owner by that, the system's may not.
func leave(tx *db.OrgTx, m *Membership) error {
	o, err := tenants.Get(tx, m.OrganizationID)
	if err != nil {
		return err
	}
	if o.System {
		err := keepAnOwner(tx, m)
		if errors.Is(err, ErrLastOwner) {
			return ErrLastOperator
		}
		if err != nil {
			return err
		}
	}
	if err := tenants.RemoveBreakGlass(tx, m.UserID, true); err != nil {
		return err
	}
	return remove(tx, m)
}

// EndMemberships removes every membership of the transaction's organization,
// which is about to be deleted.
func EndMemberships(tx *db.OrgTx) error {
	for {
		batch, err := memberships.List(tx, db.Query{Limit: 200})
		if err != nil || len(batch) == 0 {
			return err
		}
		for i := range batch {
			if err := remove(tx, &batch[i]); err != nil {
				return err
			}
		}
	}
}

// TouchMembership notes that the person entered the organization just now: the
// organization picker shows it first. It is not a deed, so nothing is recorded.
func TouchMembership(tx *db.Tx, org id.Organization, user id.User) error {
	return tx.In(org, func(tx *db.OrgTx) error {
		_, err := memberships.UpdateWhere(tx, db.Set{"last_used_at": tx.Now()}.Quiet(), db.Eq("user_id", user))
		return err
	})
}

// keepAnOwner refuses what would take the organization's last active owner
// away. It locks the organization first: two owners who demote each other at
// once must not both find the other still there.
func keepAnOwner(tx *db.OrgTx, m *Membership) error {
	if m.RoleSlug != tenants.OwnerRole || m.Status != Active {
		return nil
	}
	if _, err := tenants.Lock(tx); err != nil {
		return err
	}
	others, err := memberships.Count(tx, db.Eq("role_slug", tenants.OwnerRole), db.Eq("status", Active), db.Not("id", m.ID))
	if err == nil && others == 0 {
		return ErrLastOwner
	}
	return err
}

// IsLastOwner reports whether the organization would have no owner without the
// member, and keeps it so until the transaction ends.
func IsLastOwner(tx *db.OrgTx, m *Membership) (bool, error) {
	err := keepAnOwner(tx, m)
	if errors.Is(err, ErrLastOwner) {
		return true, nil
	}
	return false, err
}

// change sets columns of a membership, reads it back and records it, with the
// status that it had where that is another now.
func change(tx *db.OrgTx, before *Membership, set db.Set, conds ...db.Cond) (*Membership, error) {
	var n int64
	var now membershipNow
	err := db.AtOnce(tx, append([]db.Part{memberships.Updates(tx, &n, before.ID, set, conds...)}, now.reads(tx, before)...)...)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, db.ErrNotFound
	}
	m, w, err := now.wire()
	if err != nil {
		return nil, err
	}
	updated := audit.MembershipUpdated{Membership: w}
	if m.Status != before.Status {
		updated.PreviousStatus = string(before.Status)
	}
	return m, audit.Record(tx, updated)
}
