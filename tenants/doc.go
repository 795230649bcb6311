// Package tenants owns organizations and what belongs to them alone: their
// domains, roles and branding, and which organization is the system's own.
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
// and wait. Deleting an organization here removes its rows; ending sessions
// and telling about members is lifecycle's, which knows everything above.
package tenants
