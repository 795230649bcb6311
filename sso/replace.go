package sso

import (
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
	"gatehouse/users"
)

// ErrNotOwner says that somebody else than an owner approved.
var ErrNotOwner = problem.New(problem.Invalid, "approver_not_an_owner", "An owner of the organization approves that people move to another provider.")

// Replace lets the people of another connection of the organization move to
// this one: whoever comes with the external id or the verified address of one
// of them keeps that account. It takes an owner's word, because whoever runs
// the new provider says who is who. Nil takes it back.
func Replace(tx *db.OrgTx, c id.Connection, old *id.Connection, owner id.User) (*Connection, error) {
	row, err := Lock(tx, c)
	if err != nil {
		return nil, err
	}
	set := db.Set{"replaces_id": nil, "replaces_approved_by": nil, "replaces_approved_at": nil}
	if old != nil {
		if err := replaceable(tx, c, *old, owner); err != nil {
			return nil, err
		}
		set = db.Set{"replaces_id": *old, "replaces_approved_by": string(owner), "replaces_approved_at": tx.Now()}
	}
	if same(row.ReplacesID, old) && (old == nil || *row.ReplacesApprovedBy == string(owner)) {
		return row, nil
	}
	after, err := changeState(tx, c, set)
	if err != nil {
		return nil, err
	}
	return after, after.record(tx, func(e audit.Connection) audit.Entry {
		return audit.ConnectionReplacement{Connection: e, Replaces: old, ApprovedBy: owner}
	})
}

func replaceable(tx *db.OrgTx, c, old id.Connection, owner id.User) error {
	if old == c {
		var wrong faults
		wrong.add("connection_id", "People move here from another connection.")
		return wrong.as(ErrInvalid)
	}
	if _, err := Get(tx, old); err != nil {
		return err
	}
	m, err := users.MembershipOf(tx, owner)
	if errors.Is(err, db.ErrNotFound) || err == nil && (m.Status != users.Active || m.RoleSlug != tenants.OwnerRole) {
		return ErrNotOwner
	}
	return err
}
