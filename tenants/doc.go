// Package tenants owns organizations and what belongs to them alone: their
// domains, policy, roles and branding, and which organization is the system's
// own.
//
// An organization row is global (the deployment lists them all); everything
// below it is reached only inside that organization's transaction:
//
//	h.DB.InOrg(ctx, org, who, func(tx *db.OrgTx) error {
//		_, err := tenants.AddDomain(tx, "acme.example", tenants.Pending)
//		return err
//	})
//
// Operators belong to the system organization. It is made at the first start,
// and no list, search or deletion of this package ever reaches it.
//
// A domain that is verified belongs to one organization; others may claim it
// and wait. DomainChecks looks for the DNS record that proves it (tenants/dns):
// often after a claim, for 30 days; daily once it is verified. A record that
// is gone is told of, at once and after 14 days, and takes nothing away: that
// is a person's decision. A domain that somebody else proves moves 72 hours
// after its holder was told, unless the holder puts its own record there.
// Standing says all of that in words.
//
// Deleting an organization here removes its rows; ending sessions and telling
// about members is lifecycle's, which knows everything above.
package tenants
