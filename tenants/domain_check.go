package tenants

import (
	"context"
	"errors"
	"sync"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/tenants/dns"
)

// DomainChecks asks DNS for the records that prove domains, and acts on what
// it finds. Asking is slow and happens outside of transactions; what follows
// is one.
type DomainChecks struct {
	DB  *db.DB
	DNS *dns.Resolver
	// Tell mails whom a domain concerns; nil: nobody. It is given because
	// people stand on a higher floor.
	Tell func(tx *db.OrgTx, n DomainNotice) error
	// Lost makes guests of whom the organization vouched for by the domain, in
	// the transaction in which that moves; nil: of nobody. Given likewise.
	Lost func(tx *db.OrgTx, domain string) error
	// Limits bounds how often people of an organization may ask; nil: not.
	Limits *limit.Limiter
}

// DNSCheck is what DNS said when a domain's record was last looked for.
type DNSCheck struct {
	Finding dns.Finding  `json:"finding"`
	Answers []dns.Answer `json:"answers"`
}

// What callers are told of checks.
var (
	ErrDomainVerified = problem.New(problem.BadRequest, "domain_already_verified", "That domain is verified already.")
	ErrDomainManual   = problem.New(problem.BadRequest, "domain_already_verified", "That domain is verified by the deployment's word. There is no record to look for.")
)

const (
	checkLease  = 2 * time.Minute // a check that a worker took to its grave is due again then
	checkPause  = 5 * time.Second // whoever asks again sooner is shown the last answer
	checkBatch  = 50
	checkBeside = 8 // checks at once; they wait for the network
	checkSpell  = 3 * time.Minute
)

// checksDueArgs asks for all checks that are due. It may run twice, and beside
// itself: each check is claimed by one.
type checksDueArgs struct{}

// Kind names the job.
func (checksDueArgs) Kind() string { return "domain_checks" }

// checkArgs asks for one check. It may run twice: it looks again.
type checkArgs struct {
	Organization id.Organization       `json:"organization"`
	Domain       id.OrganizationDomain `json:"domain"`
}

// Kind names the job.
func (checkArgs) Kind() string { return "domain_check" }

// Register adds the jobs.
func (c *DomainChecks) Register(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, _ checksDueArgs) error { return c.Due(ctx) })
	jobs.Handle(r, func(ctx context.Context, args checkArgs) error { return c.claimed(ctx, args) })
	r.Every(time.Minute, checksDueArgs{})
}

var checker = actor.System("domain check")

// Due makes all checks that are due, the oldest first.
func (c *DomainChecks) Due(ctx context.Context) error {
	end := time.Now().Add(checkSpell)
	for time.Now().Before(end) {
		due, err := c.locateDue(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		if err := c.all(ctx, due); err != nil {
			return err
		}
	}
	return nil
}

func (c *DomainChecks) locateDue(ctx context.Context) (due []checkArgs, err error) {
	err = c.DB.Locate(ctx, func(tx *db.AllTx) error {
		rows, err := domains.List(tx, db.Query{Where: []db.Cond{db.Lte("next_check_at", tx.Now())}, Order: []string{"next_check_at"}, Limit: checkBatch})
		for _, d := range rows {
			due = append(due, checkArgs{d.OrganizationID, d.ID})
		}
		return err
	})
	return due, err
}

func (c *DomainChecks) all(ctx context.Context, due []checkArgs) error {
	slots := make(chan struct{}, checkBeside)
	failed := make([]error, len(due))
	var running sync.WaitGroup
	for i, args := range due {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			failed[i] = c.claimed(ctx, args)
		})
	}
	running.Wait()
	return errors.Join(failed...)
}

// claimed makes a check if it is still due: whoever puts it off first has it.
func (c *DomainChecks) claimed(ctx context.Context, args checkArgs) error {
	var d *Domain
	err := c.DB.InOrg(ctx, args.Organization, checker, func(tx *db.OrgTx) error {
		n, err := domains.Update(tx, args.Domain, db.Set{"next_check_at": tx.Now().Add(checkLease)}.Quiet(), db.Lte("next_check_at", tx.Now()))
		if err != nil || n == 0 {
			return err
		}
		d, err = domains.Get(tx, args.Domain)
		return err
	})
	if err != nil || d == nil {
		return err
	}
	if _, err = c.check(ctx, checker, d); errors.Is(err, db.ErrNotFound) {
		return nil // given up meanwhile
	}
	return err
}

// Now makes a check at once, for somebody who waits for it, and gives the
// domain as it is then. A domain that was looked at a moment ago is given as
// it is.
func (c *DomainChecks) Now(ctx context.Context, who actor.Actor, org id.Organization, domain id.OrganizationDomain) (*Domain, error) {
	var d *Domain
	recent := false
	err := c.DB.InOrg(ctx, org, who, func(tx *db.OrgTx) (err error) {
		if d, err = domains.GetForUpdate(tx, domain); err != nil {
			return err
		}
		if d.VerificationStrategy == Manual {
			return ErrDomainManual
		}
		if recent = d.CheckedAt != nil && d.CheckedAt.After(tx.Now().Add(-checkPause)); recent {
			return nil
		}
		return reopen(tx, d)
	})
	if err != nil || recent {
		return d, err
	}
	if err := c.mayAsk(ctx, org); err != nil {
		return nil, err
	}
	return c.check(ctx, who, d)
}

// perOrganization leaves looks for the others, and for the jobs.
var perOrganization = limit.Rate{Limit: 60, Per: time.Minute}

func (c *DomainChecks) mayAsk(ctx context.Context, org id.Organization) error {
	if c.Limits == nil {
		return nil
	}
	ok, after, err := c.Limits.Take(ctx, "domain checks", string(org), perOrganization)
	if err == nil && !ok {
		err = problem.ErrTooMany.WithRetryAfter(after)
	}
	return err
}

// AskDomainCheck has a claim looked at as soon as a worker can, and gives the
// domain as it is. One that had failed is a claim again.
func AskDomainCheck(tx *db.OrgTx, domain id.OrganizationDomain) (*Domain, error) {
	d, err := domains.GetForUpdate(tx, domain)
	if err != nil {
		return nil, err
	}
	if d.State == Verified {
		return nil, ErrDomainVerified
	}
	if err := reopen(tx, d); err != nil {
		return nil, err
	}
	if d.CheckedAt != nil && d.CheckedAt.After(tx.Now().Add(-checkPause)) || d.NextCheckAt != nil && !d.NextCheckAt.After(tx.Now()) {
		return d, nil // it was just looked at, or waits already
	}
	if _, err := domains.Update(tx, d.ID, db.Set{"next_check_at": tx.Now()}.Quiet()); err != nil {
		return nil, err
	}
	return d, jobs.Enqueue(tx.Tx, checkArgs{d.OrganizationID, d.ID})
}

// reopen makes a claim of a domain whose proof has failed.
func reopen(tx *db.OrgTx, d *Domain) error {
	if d.State != Failed {
		return nil
	}
	next, end := tx.Now().Add(firstCheck), tx.Now().Add(claimTime)
	d.State, d.NextCheckAt, d.ClaimEndsAt, d.UpdatedAt = Pending, &next, &end, tx.Now()
	d.needsToken()
	_, err := domains.Update(tx, d.ID, db.Set{"state": Pending, "verification_strategy": DNS, "verification_token": d.VerificationToken,
		"verification_prefix": d.VerificationPrefix, "next_check_at": next, "claim_ends_at": end, "missing_since": nil, "moves_at": nil})
	if err != nil {
		return err
	}
	return recordDomainUpdated(tx, d)
}

// check asks DNS and acts on what it says. Where another organization took
// the domain in between, what was found is judged again as things stand then.
func (c *DomainChecks) check(ctx context.Context, who actor.Actor, seen *Domain) (*Domain, error) {
	look := c.DNS.Look(ctx, seen.claim())
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for range 3 {
		d, err := c.conclude(ctx, who, seen, look)
		if !errors.Is(err, errRaced) {
			return d, err
		}
	}
	return nil, problem.ErrUnavailable
}

func (c *DomainChecks) tell(tx *db.OrgTx, n DomainNotice) error {
	if c.Tell == nil {
		return nil
	}
	return c.Tell(tx, n)
}

// errRaced says that the domain's holder changed under a conclusion.
var errRaced = errors.New("tenants: the domain's holder changed")
