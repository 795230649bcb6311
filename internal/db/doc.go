// Package db is the only place that holds a *gorm.DB: it opens the database,
// migrates it, and hands out transactions whose type says whose rows they may
// touch.
//
//	err := d.InOrg(ctx, org, who, func(tx *db.OrgTx) error {
//		m, err := memberships.Get(tx, membershipID) // … AND organization_id = org
//		…
//	})
//
// A model embeds Owned, MaybeOwned or Global, and its package declares one
// handle over it:
//
//	var memberships = db.OwnedTable[Membership, id.Membership]{}
//
// An OwnedTable takes an *OrgTx (or, to read across organizations, an *AllTx),
// so a query that forgets its organization does not compile. On Postgres row
// security stands behind that: InOrg sets app.organization_id for its
// transaction, InDeployment and Locate set app.scope, and with neither set the
// policies show nothing (migrations/postgres/0001_foundation.sql).
//
// SQLite has one writer: whatever holds a transaction passes it on and never
// opens another. Nothing slow happens inside one.
package db
