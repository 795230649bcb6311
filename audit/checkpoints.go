package audit

import (
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// SignedRange says which signed things of one chain to list: those that are
// about numbers after After, up to and with Until (0: to the end).
type SignedRange struct {
	Organization *id.Organization // nil: the deployment's own chain
	After, Until int64
	Limit        int // 0: all
}

func (r SignedRange) conds(number string) []db.Cond {
	conds := append(chainOf(r.Organization), db.Gt(number, r.After))
	if r.Until > 0 {
		conds = append(conds, db.Lte(number, r.Until))
	}
	return conds
}

// Checkpoints are the checkpoints of a chain in the order of their numbers.
func Checkpoints(tx db.OwnedScope, r SignedRange) ([]Checkpoint, error) {
	return checkpoints.List(tx, db.Query{Where: r.conds("sequence"), Order: []string{"sequence", "id"}, Limit: r.Limit})
}

// Expiries are the expiries of a chain whose last number is in the range, in
// their order.
func Expiries(tx db.OwnedScope, r SignedRange) ([]Expiry, error) {
	return expiries.List(tx, db.Query{Where: r.conds("last_sequence"), Order: []string{"last_sequence", "id"}, Limit: r.Limit})
}

// InnerExpiries are those of organizations' chains between entries that are
// still there, in their order.
func InnerExpiries(tx *db.AllTx, each func(*Expiry)) error {
	keys, err := db.InnerExpiries(tx)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(keys, 500) {
		list, err := expiries.List(tx, db.Query{Where: []db.Cond{db.In("id", some)}, Order: []string{"organization_id", "last_sequence", "id"}})
		if err != nil {
			return err
		}
		for i := range list {
			each(&list[i])
		}
	}
	return nil
}

// PageCheckpoints is one page of the checkpoints that the transaction sees: of
// one organization, or (nil) of all chains.
func PageCheckpoints(tx db.OwnedScope, org *id.Organization, page db.Page) ([]Checkpoint, db.Paging, error) {
	var conds []db.Cond
	if org != nil {
		conds = chainOf(org)
	}
	list := func(q db.Query) ([]Checkpoint, error) { return checkpoints.List(tx, q) }
	return db.ListPage(list, page, "id", func(c Checkpoint) string { return string(c.ID) }, conds...)
}

// chainOf is the condition of one chain.
func chainOf(org *id.Organization) []db.Cond {
	if org == nil {
		return []db.Cond{db.Null("organization_id")}
	}
	return []db.Cond{db.Eq("organization_id", *org)}
}
