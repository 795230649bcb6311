package api

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
	"gatehouse/users"
)

// reach is a transaction as wide as the caller's key: every organization's
// for a key of the deployment, its own for an organization's.
type reach struct {
	*db.Tx
	rows db.OwnedScope // *db.AllTx or *db.OrgTx
}

func (c *call) reading(fn func(reach) error) error {
	if org := c.organization(); org != "" {
		return c.h.DB.ReadOrg(c.ctx(), org, func(tx *db.OrgTx) error { return fn(reach{tx.Tx, tx}) })
	}
	return c.h.DB.ReadDeployment(c.ctx(), func(tx *db.AllTx) error { return fn(reach{tx.Tx, tx}) })
}

// readingLate is reading for what may be some seconds old: fn may run twice.
func (c *call) readingLate(fn func(reach) error) error {
	if org := c.organization(); org != "" {
		return c.h.DB.ReadOrgLate(c.ctx(), org, func(tx *db.OrgTx) error { return fn(reach{tx.Tx, tx}) })
	}
	return c.h.DB.ReadDeploymentLate(c.ctx(), func(tx *db.AllTx) error { return fn(reach{tx.Tx, tx}) })
}

func (c *call) writing(fn func(reach) error) error {
	if org := c.organization(); org != "" {
		return c.h.DB.InOrg(c.ctx(), org, c.who, func(tx *db.OrgTx) error { return fn(reach{tx.Tx, tx}) })
	}
	return c.h.DB.InDeployment(c.ctx(), c.who, func(tx *db.AllTx) error { return fn(reach{tx.Tx, tx}) })
}

// own is the organization of an organization's key, or false.
func (r reach) own() (*db.OrgTx, bool) {
	tx, ok := r.rows.(*db.OrgTx)
	return tx, ok
}

// deployment refuses an organization's key. Ask it once it is known that the
// key sees what it names: somebody else's is not found.
func (r reach) deployment() (*db.AllTx, error) {
	tx, ok := r.rows.(*db.AllTx)
	if !ok {
		return nil, errDeploymentKey
	}
	return tx, nil
}

// organization is one that the key sees. The operators' own is not there for
// this API.
func (r reach) organization(org id.Organization) (*tenants.Organization, error) {
	if tx, ok := r.own(); ok && tx.Organization() != org {
		return nil, db.ErrNotFound
	}
	o, err := tenants.Get(r.Tx, org)
	if err == nil && o.System {
		return nil, db.ErrNotFound
	}
	return o, err
}

// errOperator keeps this API's keys below the operators: a developer of the
// team may make a key, and must not make themselves an owner by it.
var errOperator = problem.New(problem.Forbidden, "operator_protected",
	"That person is an operator of this deployment. Their address, password and account are not changed through the API.")

// ordinary refuses somebody who belongs to the operators' own organization.
func (r reach) ordinary(user id.User) error {
	system, found, err := tenants.SystemOrganization(r)
	if err != nil || !found {
		return err
	}
	mine, _, err := users.ListMemberships(r.rows, users.MemberQuery{User: user, Organization: system, Page: db.Page{Limit: 1}})
	if err == nil && len(mine) > 0 {
		return errOperator
	}
	return err
}

// enter runs fn in an organization that the key sees.
func (r reach) enter(org id.Organization, fn func(*db.OrgTx) error) error {
	if _, err := r.organization(org); err != nil {
		return err
	}
	if tx, ok := r.own(); ok {
		return fn(tx)
	}
	return r.In(org, fn)
}

// holder runs fn in the organization that something belongs to, which locate
// finds for a key of the deployment.
func (r reach) holder(locate func(*db.AllTx) (id.Organization, error), fn func(*db.OrgTx) error) error {
	if tx, ok := r.own(); ok {
		return fn(tx)
	}
	all, err := r.deployment()
	if err != nil {
		return err
	}
	org, err := locate(all)
	if err != nil {
		return err
	}
	return r.enter(org, fn)
}
