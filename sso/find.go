package sso

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// Get is one connection, or db.ErrNotFound.
func Get(tx db.OwnedScope, c id.Connection) (*Connection, error) { return connections.Get(tx, c) }

// Lock is Get that keeps others from changing the connection until the
// transaction ends.
func Lock(tx *db.OrgTx, c id.Connection) (*Connection, error) { return connections.GetForUpdate(tx, c) }

// LocateConnection is whose connection that is, or db.ErrNotFound.
func LocateConnection(tx *db.AllTx, c id.Connection) (id.Organization, error) {
	row, err := connections.Get(tx, c)
	if err != nil {
		return "", err
	}
	return row.OrganizationID, nil
}

// LocateAny reports whether any organization signs people in by a connection.
func LocateAny(tx *db.AllTx) (bool, error) {
	one, err := connections.List(tx, db.Query{Where: []db.Cond{db.Eq("state", Active)}, Order: []string{"state", "id"}, Limit: 1})
	return len(one) > 0, err
}

// maxActive is how many connections of one organization a person is asked to
// choose from.
const maxActive = 100

// LocateActive are the connections that sign people in to an organization,
// oldest first.
func LocateActive(tx *db.AllTx, org id.Organization) ([]Connection, error) {
	return connections.List(tx, db.Query{Where: []db.Cond{db.Eq("organization_id", org), db.Eq("state", Active)}, Limit: maxActive})
}

// ListQuery says which connections to list.
type ListQuery struct {
	Organization      id.Organization
	Type              string // the wire's connection_type
	Domain            string // that name this domain
	Search            string // within the name
	State             State
	Protocol          Protocol
	CertificateBefore time.Time // whose last certificate ends before then
	db.Page
}

// List is a page of the connections that the transaction sees, newest first.
func List(tx db.OwnedScope, q ListQuery) ([]Connection, db.Paging, error) {
	conds, err := q.conditions(tx)
	if err != nil {
		return nil, db.Paging{}, err
	}
	list := func(q db.Query) ([]Connection, error) { return connections.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(c Connection) string { return string(c.ID) }, conds...)
}

func (q ListQuery) conditions(tx db.OwnedScope) ([]db.Cond, error) {
	var conds []db.Cond
	for _, c := range []struct{ column, value string }{{"organization_id", string(q.Organization)}, {"type", q.Type}, {"state", string(q.State)}, {"protocol", string(q.Protocol)}} {
		if c.value != "" {
			conds = append(conds, db.Eq(c.column, c.value))
		}
	}
	if !q.CertificateBefore.IsZero() {
		conds = append(conds, db.Lt("certificate_expires_at", q.CertificateBefore))
	}
	if q.Domain != "" {
		name, err := tenants.NormalizeDomain(q.Domain)
		if err != nil {
			name = "" // what is no domain is nobody's
		}
		conds = append(conds, db.NamesDomain(tx, name))
	}
	if q.Search != "" {
		text, err := field.Text("search", q.Search, field.MaxName)
		if err != nil {
			return nil, err
		}
		conds = append(conds, db.Contains("name", text))
	}
	return conds, nil
}

// Count is how many connections of an organization meet the query.
func Count(tx db.OwnedScope, q ListQuery) (int64, error) {
	conds, err := q.conditions(tx)
	if err != nil {
		return 0, err
	}
	return connections.Count(tx, conds...)
}
