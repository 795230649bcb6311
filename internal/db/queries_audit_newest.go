package db

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/id"
)

// ReadAudit is ListAudit outside of a transaction, for whoever sees the
// organization own, or all of them where it is empty. What they may not see is not
// found; nobody's is the operators' own organization. It exists on Postgres alone.
func (d *DB) ReadAudit(ctx context.Context, own id.Organization, s AuditSearch) ([]FoundEntry, error) {
	list, err := s.along(d, d.askAudit(ctx, own, s.Organization))
	return list, wrapSearch(err)
}

// AuditEnds reports whether ReadAudit has looked at all that there is: at less
// than it may look at in s, and nothing is older.
func (d *DB) AuditEnds(ctx context.Context, own id.Organization, s AuditSearch, older *AuditSearch) (ends bool, err error) {
	err = d.askAudit(ctx, own, s.Organization)(func(b *pgx.Batch, ours id.Organization) {
		p := page{AuditSearch: s, ours: ours}
		text := "SELECT true"
		if s.filtered() {
			text += " AND NOT EXISTS (" + p.edge() + ")"
		}
		if older != nil {
			p.AuditSearch = *older
			p.Look = 1
			text += " AND NOT EXISTS (" + p.edge() + ")"
		}
		b.Queue(text, p.args...)
	}, func(results pgx.BatchResults) error { return results.QueryRow().Scan(&ends) })
	return ends, wrapSearch(err)
}

// askAudit asks about the log of an organization, or of all, in one round trip.
func (d *DB) askAudit(ctx context.Context, own, organization id.Organization) asks {
	seen, ours := scope{reach: reachDeployment}, organization
	if own != "" {
		seen, ours = scope{reach: reachOrg, org: own}, own
	}
	return func(queue func(*pgx.Batch, id.Organization), read func(pgx.BatchResults) error) error {
		if organization != "" && organization != ours {
			return ErrNotFound
		}
		b := &pgx.Batch{}
		b.Queue(setScopeStatement+", "+inOrderOfIndex+", $3 = '' OR EXISTS (SELECT 1 FROM organizations WHERE id = $3 AND NOT system)", string(seen.org), seen.across(), string(organization))
		queue(b, ours)
		results := d.pool.SendBatch(ctx, b)
		defer results.Close()
		there := false
		if err := firstOf(results, &there); err != nil {
			return err
		}
		if !there {
			return ErrNotFound
		}
		return read(results)
	}
}

// firstOf reads the last column of the next statement's row.
func firstOf(results pgx.BatchResults, there *bool) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	columns := make([]any, len(rows.FieldDescriptions()))
	columns[len(columns)-1] = there
	_, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (struct{}, error) { return struct{}{}, row.Scan(columns...) })
	return err
}
