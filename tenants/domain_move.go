package tenants

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/tenants/dns"
)

// proven is a claim whose record is there. It is verified, unless another
// organization holds the domain: then it moves 72 hours after that one heard
// of it, if DNS still says so, and if the holder did not put its own record
// there, which wins.
func (c *DomainChecks) proven(tx *db.OrgTx, d *Domain, look dns.Look) ([]func() error, error) {
	holder, err := locateHolder(tx, d)
	if err != nil {
		return nil, err
	}
	now := tx.Now()
	switch {
	case holder == nil:
		return c.verify(tx, d), nil
	case d.MovesAt == nil || holder.VerifiedAt.After(d.MovesAt.Add(-moveNotice)): // not yet, or another holder was told
		return c.beginMove(tx, d, holder), nil
	case now.Before(*d.MovesAt):
		return nil, nil
	case holds(look, holder):
		return c.refuse(tx, d, holder), nil
	}
	if err := c.take(tx, holder); err != nil {
		return nil, err
	}
	return c.verify(tx, d), nil
}

// locateHolder is the domain as another organization holds it, or nil.
func locateHolder(tx *db.OrgTx, d *Domain) (holder *Domain, err error) {
	err = tx.Locate(func(tx *db.AllTx) error {
		holder, err = domains.First(tx, db.Eq("domain", d.Domain), db.Eq("state", Verified), db.Not("organization_id", d.OrganizationID))
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	return holder, err
}

// holds reports whether the holder's own record is there, at any nameserver.
func holds(look dns.Look, holder *Domain) bool {
	return look.JudgeFor(text(holder.VerificationToken)).Have > 0
}

func (c *DomainChecks) verify(tx *db.OrgTx, d *Domain) []func() error {
	now := tx.Now()
	d.State, d.VerifiedAt, d.MovesAt, d.ClaimEndsAt = Verified, &now, nil, nil
	return []func() error{
		func() error { return recordDomainVerified(tx, d) },
		func() error { return c.tell(tx, DomainNotice{Kind: DomainProven, Domain: *d}) },
	}
}

// beginMove tells the holder, who may never have had a record (the
// deployment's word) and gets one to keep the domain by.
func (c *DomainChecks) beginMove(tx *db.OrgTx, d, holder *Domain) []func() error {
	at := tx.Now().Add(moveNotice)
	end := at.Add(moveGrace)
	d.MovesAt = &at
	if d.ClaimEndsAt.Before(end) {
		d.ClaimEndsAt = &end
	}
	holder.needsToken()
	ours := func() error { return recordDomainMoveStarted(tx, d, at) }
	theirs := func() error {
		return tx.In(holder.OrganizationID, func(tx *db.OrgTx) error {
			n, err := domains.Update(tx, holder.ID, db.Set{"verification_token": holder.VerificationToken, "verification_prefix": holder.VerificationPrefix}.Quiet(), db.Eq("state", Verified))
			if err != nil || n == 0 {
				return errors.Join(err, errRaced)
			}
			return errors.Join(recordDomainMoveStarted(tx, holder, at), c.tell(tx, DomainNotice{Kind: DomainLeaves, Domain: *holder, MovesAt: at}))
		})
	}
	return []func() error{ours, theirs}
}

// refuse ends a claim that the holder answered with its own record.
func (c *DomainChecks) refuse(tx *db.OrgTx, d, holder *Domain) []func() error {
	d.State, d.MovesAt = Failed, nil
	return []func() error{
		func() error { return recordDomainFailed(tx, d, verifiedByOther) },
		func() error { return c.tell(tx, DomainNotice{Kind: DomainKeptByOther, Domain: *d}) },
	}
}

// take takes the domain from its holder, if it still is. The unique index of
// verified domains would refuse two.
func (c *DomainChecks) take(tx *db.OrgTx, holder *Domain) error {
	return tx.In(holder.OrganizationID, func(tx *db.OrgTx) error {
		n, err := domains.Update(tx, holder.ID, db.Set{"state": Failed, "verification_strategy": DNS, "next_check_at": nil, "missing_since": nil}, db.Eq("state", Verified))
		if err != nil || n == 0 {
			return errors.Join(err, errRaced)
		}
		holder.State, holder.VerificationStrategy, holder.UpdatedAt = Failed, DNS, tx.Now()
		if c.Lost != nil {
			if err := c.Lost(tx, holder.Domain); err != nil {
				return err
			}
		}
		return errors.Join(recordDomainFailed(tx, holder, verifiedByOther), c.tell(tx, DomainNotice{Kind: DomainLeft, Domain: *holder}))
	})
}
