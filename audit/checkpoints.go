package audit

import (
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
