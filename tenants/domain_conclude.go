package tenants

import (
	"context"
	"errors"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/seal"
	"gatehouse/tenants/dns"
)

// claim is the record that proves the domain.
func (d *Domain) claim() dns.Claim {
	return dns.Claim{Domain: d.Domain, Label: text(d.VerificationPrefix), Value: text(d.VerificationToken)}
}

// needsToken gives a domain that came by the deployment's word a record by
// which it can be proven.
func (d *Domain) needsToken() {
	if d.VerificationToken == nil {
		token, prefix := seal.Token(24), verificationPrefix
		d.VerificationToken, d.VerificationPrefix = &token, &prefix
	}
}

// conclude writes down what DNS said, and changes the domain's state if that
// follows, unless the domain changed since it was seen.
func (c *DomainChecks) conclude(ctx context.Context, who actor.Actor, seen *Domain, look dns.Look) (*Domain, error) {
	var d *Domain
	err := c.DB.InOrg(ctx, seen.OrganizationID, who, func(tx *db.OrgTx) (err error) {
		if d, err = domains.GetForUpdate(tx, seen.ID); err != nil {
			return err
		}
		if d.State != seen.State || text(d.VerificationToken) != text(seen.VerificationToken) {
			return nil
		}
		return c.judge(tx, d, look)
	})
	if errors.Is(err, db.ErrDuplicate) { // somebody else's proof came first
		return nil, errRaced
	}
	return d, err
}

func (c *DomainChecks) judge(tx *db.OrgTx, d *Domain, look dns.Look) error {
	found := look.Judge()
	before := d.CheckedAt
	now := tx.Now()
	d.CheckedAt, d.CheckResult = &now, &DNSCheck{Finding: found, Answers: look.Brief()}
	if d.ClaimEndsAt == nil && d.State == Pending { // a claim from before claims had an end
		end := now.Add(claimTime)
		d.ClaimEndsAt = &end
	}
	changed, err := c.follow(tx, d, look, found, before)
	if err != nil {
		return err
	}
	d.NextCheckAt = d.nextCheck(now)
	set := db.Set{
		"state": d.State, "verified_at": d.VerifiedAt, "claim_ends_at": d.ClaimEndsAt, "checked_at": d.CheckedAt, "check_result": db.JSON(d.CheckResult),
		"next_check_at": d.NextCheckAt, "missing_since": d.MissingSince, "moves_at": d.MovesAt,
	}
	if len(changed) == 0 {
		set = set.Quiet()
	} else {
		d.UpdatedAt = now
	}
	if n, err := domains.Update(tx, d.ID, set); err != nil || n == 0 {
		return err
	}
	for _, then := range changed {
		if err := then(); err != nil {
			return err
		}
	}
	return nil
}

// follow changes d as what was found wants it, and says what is to be told
// once that is written.
func (c *DomainChecks) follow(tx *db.OrgTx, d *Domain, look dns.Look, found dns.Finding, before *time.Time) ([]func() error, error) {
	switch {
	case d.State == Verified && d.VerificationStrategy == DNS:
		return c.again(tx, d, found, before), nil
	case d.State != Pending:
		return nil, nil
	case found.Proven():
		return c.proven(tx, d, look)
	}
	return c.unproven(tx, d, found), nil
}

// again is the second and every further look at a verified domain. A record
// that is gone is told of and changes nothing else: a person decides.
func (c *DomainChecks) again(tx *db.OrgTx, d *Domain, found dns.Finding, before *time.Time) []func() error {
	now := tx.Now()
	switch {
	case found.Proven() && d.MissingSince != nil:
		d.MissingSince = nil
		return []func() error{func() error { return recordDomainFound(tx, d) }}
	case !found.Absent():
		return nil
	case d.MissingSince == nil:
		d.MissingSince = &now
	case before == nil || !crossed(d.MissingSince.Add(missingLong), *before, now):
		return nil
	}
	return []func() error{
		func() error { return recordDomainMissing(tx, d) },
		func() error { return c.tell(tx, DomainNotice{Kind: DomainMissing, Domain: *d}) },
	}
}

func crossed(line, before, now time.Time) bool { return before.Before(line) && !now.Before(line) }

// unproven is a claim without its record. A move needs the proof all the time;
// a claim that stays unproven ends.
func (c *DomainChecks) unproven(tx *db.OrgTx, d *Domain, found dns.Finding) []func() error {
	var told []func() error
	if d.MovesAt != nil && found.Absent() {
		d.MovesAt = nil
		told = append(told, func() error { return recordDomainMoveCancelled(tx, d) })
	}
	if tx.Now().Before(*d.ClaimEndsAt) {
		return told
	}
	d.State, d.MovesAt = Failed, nil
	return append(told, func() error { return recordDomainFailed(tx, d, periodExpired) })
}
