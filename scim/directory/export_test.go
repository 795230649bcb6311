package directory

import "gatehouse/internal/db"

// Bound sets what a search may cost, and returns how to set it back.
func Bound(examined, comparisons, found int) (back func()) {
	was := searchBounds
	searchBounds = bounds{examined, comparisons, found}
	return func() { searchBounds = was }
}

// PlanUsers and PlanGroups tell how the database would answer a search.
func PlanUsers(tx *db.OrgTx, d *Directory, q Search) (string, error) {
	return finding[User]{tx: tx, d: d.ID, of: userRows}.plan(q)
}

func PlanGroups(tx *db.OrgTx, d *Directory, q Search) (string, error) {
	return finding[Group]{tx: tx, d: d.ID, of: groupRows}.plan(q)
}

func (f finding[T]) plan(q Search) (string, error) {
	o, err := f.order(q)
	if err != nil {
		return "", err
	}
	if q.Filter == nil {
		return db.DirectorySearch[T]{Directory: f.d, Order: o.by, Limit: q.Count, Offset: q.StartIndex - 1}.Plan(f.tx)
	}
	a, err := f.ask(q.Filter)
	if err != nil {
		return "", err
	}
	return f.search(q, o, a).Plan(f.tx)
}
