package webhook

import (
	"context"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// A deleted endpoint is gone at once for everybody, and has neither its address
// nor its secret any more; what it was sent may be millions of rows, which the
// sweep takes away, some hundred with each transaction, and the endpoint's row
// behind them.

// stragglerTime is how long the row stays: a fan-out that saw the endpoint just
// before may still write for it.
const stragglerTime = 10 * time.Minute

// gone is what a deleted endpoint's row says.
func gone(e id.Endpoint, now time.Time) db.Set {
	return db.Set{"deleted_at": now, "status": Disabled, "url": "deleted:" + string(e), "description": nil,
		"sealed_secret": []byte{}, "sealed_previous": nil, "previous_until": nil, "open_until": nil, "updated_at": now}
}

// alive is the endpoints that are not deleted.
func alive(conds ...db.Cond) []db.Cond { return append(conds, db.Null("deleted_at")) }

// DeleteAll removes the endpoints of an organization that is being deleted, in
// the same transaction: its row would take all of their deliveries with it.
func DeleteAll(tx *db.OrgTx) error { return db.OrphanEndpoints(tx) }

// clear takes away what is left of deleted endpoints. It may run twice, and in
// several processes: what is gone is gone.
func (s *Service) clear(ctx context.Context) error {
	var dead []Endpoint
	err := s.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
		dead, err = endpoints.List(tx, db.Query{Where: []db.Cond{db.NotNull("deleted_at")}})
		return err
	})
	for i := range dead {
		if err != nil {
			return err
		}
		err = s.clearOne(ctx, &dead[i])
	}
	return err
}

func (s *Service) clearOne(ctx context.Context, e *Endpoint) error {
	of := db.Query{Where: []db.Cond{db.Eq("endpoint_id", e.ID)}, Order: []string{"id"}, Limit: sweepBatch}
	for {
		n, err := s.remove(ctx, of)
		if err != nil {
			return err
		}
		if n < sweepBatch {
			break
		}
	}
	if s.DB.Now().Sub(*e.DeletedAt) < stragglerTime {
		return nil
	}
	return s.in(ctx, e.OrganizationID, func(tx db.OwnedScope) error {
		_, err := endpoints.Delete(tx, e.ID, db.NotNull("deleted_at"))
		return err
	})
}

// remove deletes a batch of deliveries, whosever they are, and says how many.
func (s *Service) remove(ctx context.Context, q db.Query) (n int, err error) {
	of := map[id.Organization][]id.Delivery{}
	err = s.DB.ReadDeployment(ctx, func(tx *db.AllTx) error {
		rows, err := deliveries.List(tx, q)
		for _, d := range rows {
			var org id.Organization
			if d.OrganizationID != nil {
				org = *d.OrganizationID
			}
			of[org] = append(of[org], d.ID)
		}
		n = len(rows)
		return err
	})
	for org, ids := range of {
		if err != nil {
			return n, err
		}
		err = s.in(ctx, owner(org), func(tx db.OwnedScope) error {
			_, err := deliveries.DeleteWhere(tx, db.In("id", ids))
			return err
		})
	}
	return n, err
}
