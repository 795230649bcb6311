package tenants

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Policy is what an organization asks of those who sign in to it.
type Policy = wire.OrganizationPolicy

// organizationPolicy is the row that keeps an organization's policy.
type organizationPolicy struct {
	db.Owned
	Policy          Policy         `gorm:"serializer:json"`
	SSORequiredFrom *time.Time     // of the policy, where jobs look for it
	SSONotice       *int64         // days before it, of the last reminder
	SSONotifiedTo   *id.Membership // how far that reminder has come
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

func (organizationPolicy) TableName() string { return "organization_policies" }

var policies = db.OwnedTable[organizationPolicy, id.Organization]{}

// GetPolicy is what an organization's policy asks now; one that asks nothing
// where none was set.
func GetPolicy(tx db.OwnedScope, org id.Organization) (Policy, error) {
	row, err := policies.First(tx, db.Eq("organization_id", org))
	if errors.Is(err, db.ErrNotFound) {
		return Policy{}, nil
	}
	if err != nil {
		return Policy{}, err
	}
	return row.Policy.AsOf(tx.Now()), nil
}

// LocatePolicies are the policies of several organizations, of those that have one.
func LocatePolicies(tx *db.AllTx, orgs []id.Organization) (map[id.Organization]Policy, error) {
	rows, err := policies.List(tx, db.Query{Where: []db.Cond{db.In("organization_id", orgs)}, Order: []string{"organization_id"}})
	found := make(map[id.Organization]Policy, len(rows))
	for _, row := range rows {
		found[row.OrganizationID] = row.Policy.AsOf(tx.Now())
	}
	return found, err
}

// SetPolicy replaces the policy of the transaction's organization. members are
// those of its break-glass people who are active members: people stand on a
// higher floor (users.SetPolicy asks for them). What live sessions no longer
// meet ends them at their next refresh.
func SetPolicy(tx *db.OrgTx, p Policy, members []id.User) (Policy, error) {
	org, err := Lock(tx)
	if err != nil {
		return p, err
	}
	if org.System {
		return p, ErrSystemOrganization
	}
	settings, err := GetSettings(tx)
	if err != nil {
		return p, err
	}
	if p, err = checkPolicy(p, settings, members, tx.Now()); err != nil {
		return p, err
	}
	return p, storePolicy(tx, org, p)
}

// RemoveBreakGlass takes the exemption from somebody who is a member no
// longer, so that it does not wait for them if they come back. It keeps the
// last one where single sign-on is required: ErrLastBreakGlass.
func RemoveBreakGlass(tx *db.OrgTx, user id.User, evenTheLast bool) error {
	var orgs []Organization
	var rows []organizationPolicy
	// Hardly anybody is one. Whoever looks keeps the organization as it is, so
	// that nobody becomes one meanwhile (SetPolicy locks it), and waits for no
	// other who looks.
	mine := tx.Organization()
	err := db.AtOnce(tx, organizations.Shares(tx, &orgs, db.Query{Where: []db.Cond{db.Eq("id", mine)}}),
		policies.Reads(tx, &rows, db.Query{Where: []db.Cond{db.Eq("organization_id", mine)}, Order: []string{"organization_id"}}))
	switch {
	case err != nil:
		return err
	case len(orgs) == 0:
		return db.ErrNotFound
	case len(rows) == 0 || !slices.Contains(rows[0].Policy.AsOf(tx.Now()).BreakGlassUsers, user):
		return nil
	}
	org, err := Lock(tx)
	if err != nil {
		return err
	}
	p, err := GetPolicy(tx, org.ID)
	if err != nil {
		return err
	}
	left := without(p.BreakGlassUsers, user)
	if len(left) == len(p.BreakGlassUsers) {
		return nil
	}
	if len(left) == 0 && ssoAlone(p) && !evenTheLast {
		return ErrLastBreakGlass
	}
	p.BreakGlassUsers = left
	return storePolicy(tx, org, p)
}

func without(all []id.User, one id.User) []id.User {
	var left []id.User
	for _, u := range all {
		if u != one {
			left = append(left, u)
		}
	}
	return left
}

// storePolicy writes the policy and records it, where it says something new.
func storePolicy(tx *db.OrgTx, org *Organization, p Policy) error {
	before, err := GetPolicy(tx, org.ID)
	if err != nil || reflect.DeepEqual(plain(before), plain(p)) {
		return err
	}
	return replacePolicy(tx, org, before, p)
}

// replacePolicy writes the policy and records it.
func replacePolicy(tx *db.OrgTx, org *Organization, before, after Policy) error {
	if err := keepPolicy(tx, before, after); err != nil {
		return err
	}
	return audit.Record(tx, audit.OrganizationPolicyUpdated{Organization: org.ID, Name: org.Name, Before: plain(before), After: plain(after)})
}

// keepPolicy writes the policy. Another date begins its reminders anew.
func keepPolicy(tx *db.OrgTx, before, p Policy) error {
	set := db.Set{"policy": db.JSON(p), "sso_required_from": dateOf(p)}
	if !reflect.DeepEqual(before.SSORequiredFrom, p.SSORequiredFrom) {
		set["sso_notice"], set["sso_notified_to"] = nil, nil
	}
	n, err := policies.UpdateWhere(tx, set, db.Eq("organization_id", tx.Organization()))
	if err == nil && n == 0 {
		err = policies.Insert(tx, &organizationPolicy{Policy: p, SSORequiredFrom: dateOf(p)})
	}
	return err
}

func dateOf(p Policy) *time.Time {
	if p.SSORequiredFrom == nil {
		return nil
	}
	return &p.SSORequiredFrom.Time
}

// plain is a policy whose empty lists are written in one way.
func plain(p Policy) Policy {
	if len(p.AllowedMethods) == 0 {
		p.AllowedMethods = nil
	}
	if len(p.MFAFactors) == 0 {
		p.MFAFactors = nil
	}
	if len(p.IPAllowList) == 0 {
		p.IPAllowList = nil
	}
	if len(p.BreakGlassUsers) == 0 {
		p.BreakGlassUsers = nil
	}
	return p
}
