package invitations

import (
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/users"
)

// Query says which invitations to list.
type Query struct {
	Email        string
	Organization id.Organization
	Without      id.Organization // leaves that one's out
	db.Page
}

// List is a page of the invitations that the transaction sees.
func List(tx db.OwnedScope, q Query) ([]Invitation, db.Paging, error) {
	var conds []db.Cond
	if q.Email != "" {
		a, err := users.ParseEmail(q.Email)
		if err != nil {
			return []Invitation{}, db.Paging{}, nil // nobody invites what is no address
		}
		conds = append(conds, db.Eq("email_key", a.Key))
	}
	if q.Organization != "" {
		conds = append(conds, db.Eq("organization_id", q.Organization))
	}
	if q.Without != "" {
		conds = append(conds, db.Or(db.Null("organization_id"), db.Not("organization_id", q.Without)))
	}
	list := func(q db.Query) ([]Invitation, error) { return invitations.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(i Invitation) string { return string(i.ID) }, conds...)
}

// Get is one invitation that the transaction sees, or db.ErrNotFound.
func Get(tx db.OwnedScope, i id.Invitation) (*Invitation, error) { return invitations.Get(tx, i) }

// maxToken bounds what is looked for.
const maxToken = 200

// ByToken is the invitation behind a link, whatever its state, or
// db.ErrNotFound. It uses nothing up.
func ByToken(tx db.OwnedScope, token string) (*Invitation, error) {
	if token == "" || len(token) > maxToken {
		return nil, db.ErrNotFound
	}
	return invitations.First(tx, db.Eq("token_hash", seal.Hash(token)))
}

// LocateOpen is the invitation behind a link if a sign-in can begin with it, or
// ErrInvalid.
func LocateOpen(tx *db.Tx, token string) (i *Invitation, err error) {
	err = tx.Locate(func(all *db.AllTx) error {
		i, err = ByToken(all, token)
		return err
	})
	if err != nil {
		return nil, invalidIfAbsent(err)
	}
	return i, usable(tx, i)
}

// locate is one invitation, whoever's it is, or ErrInvalid.
func locate(tx *db.Tx, key id.Invitation) (i *Invitation, err error) {
	err = tx.Locate(func(tx *db.AllTx) error {
		i, err = invitations.Get(tx, key)
		return err
	})
	return i, invalidIfAbsent(err)
}

func invalidIfAbsent(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return ErrInvalid
	}
	return err
}

// base is the transaction under a scope.
func base(tx db.OwnedScope) *db.Tx {
	switch tx := tx.(type) {
	case *db.OrgTx:
		return tx.Tx
	case *db.AllTx:
		return tx.Tx
	}
	panic("invitations: a scope that is neither an organization's nor the deployment's")
}

// held runs fn where the invitation's row may be written.
func held(tx *db.Tx, i *Invitation, fn func(db.OwnedScope) error) error {
	if i.OrganizationID != nil {
		return tx.In(*i.OrganizationID, func(tx *db.OrgTx) error { return fn(tx) })
	}
	return tx.AsDeployment(func(tx *db.AllTx) error { return fn(tx) })
}

// record writes an entry into the log of whose invitation it is.
func record(tx db.OwnedScope, e audit.Entry) error {
	if tx, ok := tx.(*db.OrgTx); ok {
		return audit.Record(tx, e)
	}
	return audit.RecordDeployment(base(tx), e)
}
