package people

import (
	"context"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// sweepBatch bounds what one run removes; the next goes on.
const sweepBatch = 5000

// Sweep removes what single logout knew of sessions that have run out. It may
// run twice: it only deletes.
func Sweep(ctx context.Context, d *db.DB) error {
	mine, err := locateOver(ctx, d)
	if err != nil {
		return err
	}
	for org, keys := range mine {
		err := d.InOrg(ctx, org, actor.System("sweep"), func(tx *db.OrgTx) error {
			_, err := sessionRows.DeleteWhere(tx, db.In("id", keys))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// locateOver are the sessions that have run out, by organization.
func locateOver(ctx context.Context, d *db.DB) (map[id.Organization][]id.SSOSession, error) {
	mine := map[id.Organization][]id.SSOSession{}
	err := d.Locate(ctx, func(tx *db.AllTx) error {
		rows, err := sessionRows.List(tx, db.Query{Where: []db.Cond{db.Lt("expires_at", d.Now())}, Order: []string{"expires_at"}, Limit: sweepBatch})
		for _, s := range rows {
			mine[s.OrganizationID] = append(mine[s.OrganizationID], s.ID)
		}
		return err
	})
	return mine, err
}
