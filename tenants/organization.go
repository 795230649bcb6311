package tenants

import (
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// Organization is a customer of the application, the tenant.
type Organization struct {
	db.Global
	ID                               id.Organization
	Name                             string
	ExternalID                       *string
	StripeCustomerID                 *string
	AllowProfilesOutsideOrganization bool
	Metadata                         map[string]string `gorm:"serializer:json"`
	System                           bool
	AuditRetentionDays               *int64 `gorm:"->"` // audit/retention sets it; nil: the deployment's
	CreatedAt                        time.Time
	UpdatedAt                        time.Time
}

// TableName is the table that this package owns.
func (Organization) TableName() string { return "organizations" }

var organizations = db.GlobalTable[Organization, id.Organization]{}

// ErrSystemOrganization refuses to change what operators stand on.
var ErrSystemOrganization = problem.New(problem.Forbidden, "system_organization", "The system organization cannot be changed this way.")

// New is what an organization starts with.
type New struct {
	Name                             string
	ExternalID                       *string
	StripeCustomerID                 *string
	AllowProfilesOutsideOrganization bool
	Metadata                         map[string]string
	Domains                          []NewDomain
}

// Get is one organization, or db.ErrNotFound.
func Get(tx db.AnyScope, org id.Organization) (*Organization, error) {
	return organizations.Get(tx, org)
}

// Reads is Get as a part.
func Reads(tx db.AnyScope, rows *[]Organization, org id.Organization) db.Part {
	return organizations.Reads(tx, rows, db.Query{Where: []db.Cond{db.Eq("id", org)}})
}

// GetByExternalID is the organization with the application's own id for it.
func GetByExternalID(tx db.AnyScope, external string) (*Organization, error) {
	return organizations.First(tx, db.Eq("external_id", external), db.Eq("system", false))
}

// Lock keeps others from changing what the organization's members add up to,
// until the transaction ends: who counts its owners and then changes one locks
// first. Rows that only hang on the organization are made meanwhile: whoever
// holds a membership and makes a session would wait here for somebody who waits
// for the membership.
func Lock(tx *db.OrgTx) (*Organization, error) {
	return organizations.Hold(tx, tx.Organization())
}

// ByID finds several organizations at once, such as those of one page.
func ByID(tx db.AnyScope, ids []id.Organization) (map[id.Organization]Organization, error) {
	found := make(map[id.Organization]Organization, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := organizations.List(tx, db.Query{Where: []db.Cond{db.In("id", ids)}})
	for _, o := range rows {
		found[o.ID] = o
	}
	return found, err
}

// ListQuery says which organizations to list.
type ListQuery struct {
	Domains []string // that have, or wait for, one of these
	Search  string   // within the name
	db.Page
}

// maxDomainFilter bounds how many domains a list may be filtered by.
const maxDomainFilter = 100

// List is a page of the organizations that the transaction sees: all, never
// the system's own, or its one.
func List(tx db.OwnedScope, q ListQuery) ([]Organization, db.Paging, error) {
	seen := []db.Cond{db.Eq("system", false)}
	if in, ok := tx.(*db.OrgTx); ok {
		seen = append(seen, db.Eq("id", in.Organization()))
	}
	var conds []db.Cond
	if len(q.Domains) > 0 {
		domains, err := normalizeAll(q.Domains)
		if err != nil {
			return nil, db.Paging{}, err
		}
		conds = append(conds, db.WithDomain(tx, domains))
	}
	if q.Search != "" {
		text, err := field.Text("search", q.Search, field.MaxName)
		if err != nil {
			return nil, db.Paging{}, err
		}
		conds = append(conds, db.Contains("name", text))
	}
	list := func(q db.Query) ([]Organization, error) { // cursors too are of what is seen
		q.Where = append(q.Where, seen...)
		return organizations.List(tx, q)
	}
	return db.ListPage(list, q.Page, "id", func(o Organization) string { return string(o.ID) }, conds...)
}

// Count is how many organizations there are.
func Count(tx db.AnyScope) (int64, error) { return organizations.Count(tx, db.Eq("system", false)) }

func normalizeAll(names []string) ([]string, error) {
	if len(names) > maxDomainFilter {
		return nil, problem.ErrInvalid.WithMessage("domains has at most 100 entries.")
	}
	domains := make([]string, 0, len(names))
	for _, name := range names {
		domain, err := NormalizeDomain(name)
		if err != nil && !errors.Is(err, ErrInvalidDomain) {
			return nil, err
		}
		domains = append(domains, domain) // what is no domain is nobody's
	}
	return domains, nil
}
