package tenants

import (
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
)

// Domain is an internet domain that an organization holds or claims.
type Domain struct {
	db.Owned
	ID                   id.OrganizationDomain
	Domain               string // lower case, punycode, without trailing dot
	State                DomainState
	VerificationStrategy Strategy
	VerificationToken    *string
	VerificationPrefix   *string
	VerifiedAt           *time.Time
	ClaimEndsAt          *time.Time // pending: a claim that is not proven until then has failed
	CheckedAt            *time.Time
	CheckResult          *DNSCheck  `gorm:"serializer:json"`
	NextCheckAt          *time.Time // nil: nobody asks
	MissingSince         *time.Time // verified, and the record is gone
	MovesAt              *time.Time // proven while another organization holds it: becomes ours then
	CreatedAt            time.Time
	UpdatedAt            time.Time
}

// TableName is the table that this package owns.
func (Domain) TableName() string { return "organization_domains" }

var domains = db.OwnedTable[Domain, id.OrganizationDomain]{}

// DomainState is how far the proof of a domain is.
type DomainState string

// The states that this server gives a domain.
const (
	Pending  DomainState = "pending"
	Verified DomainState = "verified"
	Failed   DomainState = "failed"
)

// Strategy is how a domain is proven.
type Strategy string

// A domain is proven by a DNS record, or the deployment's word stands for it.
const (
	DNS    Strategy = "dns"
	Manual Strategy = "manual"
)

// NewDomain is a domain to be added.
type NewDomain struct {
	Domain string
	State  DomainState // empty means Pending
}

// verificationPrefix is the label of the TXT record before the domain.
const verificationPrefix = "_gatehouse-domain-verification"

// maxDomains bounds the domains of one organization.
const maxDomains = 100

// What callers are told of domains.
var (
	ErrDomainTaken   = problem.New(problem.Conflict, "domain_already_exists", "That domain is verified by another organization.")
	ErrDomainTwice   = problem.New(problem.Conflict, "domain_already_exists", "The organization has that domain already.")
	ErrTooManyDomain = problem.New(problem.Invalid, "too_many_domains", "An organization has at most 100 domains.")
)

// Domains are the domains of these organizations, or of all that the
// transaction sees, oldest first.
func Domains(tx db.OwnedScope, orgs ...id.Organization) ([]Domain, error) {
	if _, one := tx.(*db.OrgTx); !one && len(orgs) == 0 {
		return nil, nil
	}
	var conds []db.Cond
	if len(orgs) > 0 {
		conds = append(conds, db.In("organization_id", orgs))
	}
	return domains.List(tx, db.Query{Where: conds})
}

// GetDomain is one domain, or db.ErrNotFound.
func GetDomain(tx db.OwnedScope, domain id.OrganizationDomain) (*Domain, error) {
	return domains.Get(tx, domain)
}

// LocateDomain is the organization that has verified the domain name.
func LocateDomain(tx *db.AllTx, name string) (id.Organization, bool, error) {
	name, err := NormalizeDomain(name)
	if err != nil {
		return "", false, nil
	}
	row, err := domains.First(tx, db.Eq("domain", name), db.Eq("state", Verified))
	if errors.Is(err, db.ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	return row.OrganizationID, true, nil
}

// HoldsDomain reports whether the transaction's organization has verified the
// domain name. Its subdomains are others.
func HoldsDomain(tx *db.OrgTx, name string) (bool, error) {
	name, err := NormalizeDomain(name)
	if err != nil {
		return false, nil
	}
	n, err := domains.Count(tx, db.Eq("domain", name), db.Eq("state", Verified))
	return n > 0, err
}

// LocateDomainOwner is whose domain that is, or db.ErrNotFound.
func LocateDomainOwner(tx *db.AllTx, domain id.OrganizationDomain) (id.Organization, error) {
	row, err := domains.Get(tx, domain)
	if err != nil {
		return "", err
	}
	return row.OrganizationID, nil
}

func newDomain(tx *db.Tx, d NewDomain) (*Domain, error) {
	name, err := Claimable(d.Domain)
	if err != nil {
		return nil, err
	}
	row := &Domain{ID: id.New[id.OrganizationDomain](), Domain: name, State: Pending, VerificationStrategy: DNS}
	switch d.State {
	case Pending, "":
		token, prefix := seal.Token(24), verificationPrefix
		row.VerificationToken, row.VerificationPrefix = &token, &prefix
		first, end := tx.Now().Add(firstCheck), tx.Now().Add(claimTime)
		row.NextCheckAt, row.ClaimEndsAt = &first, &end
	case Verified: // the deployment's word
		now := tx.Now()
		row.State, row.VerificationStrategy, row.VerifiedAt = Verified, Manual, &now
	default:
		return nil, problem.ErrInvalid.WithMessage("A domain's state is pending or verified.")
	}
	return row, nil
}
