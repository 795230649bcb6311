package directory

import (
	"errors"
	"fmt"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// Search is a list as a provider asks for it (RFC 7644 §3.4.2).
type Search struct {
	Filter     filter.Node // nil: everybody
	StartIndex int         // of the first of the page, from 1; less is 1
	Count      int         // less than 0 is 0, which asks for the total alone
	SortBy     schema.Path // empty: in the order of making, which no change moves
	Descending bool        // with SortBy
}

// The bounds of a search. Whoever holds a directory's token writes filters, and
// what they cost is everybody's: a condition that no index answers is looked at
// for so many rows and no more, fewer the more of them there are.
type bounds struct {
	examined    int // rows that are looked at one by one
	comparisons int // rows times comparisons
	found       int // rows that an index finds, or that it counts through to a page
}

var searchBounds = bounds{examined: 20_000, comparisons: 100_000, found: 50_000}

// FindUsers is a page of the directory's people and how many there are in all.
// A filter that cannot be answered within the bounds is schema.ErrTooMany.
func FindUsers(tx *db.OrgTx, d *Directory, q Search) ([]User, int64, error) {
	return finding[User]{tx: tx, d: d.ID, of: userRows, idOf: func(u *User) string { return string(u.ID) }}.find(q)
}

// FindGroups is the same for groups.
func FindGroups(tx *db.OrgTx, d *Directory, q Search) ([]Group, int64, error) {
	return finding[Group]{tx: tx, d: d.ID, of: groupRows, idOf: func(g *Group) string { return string(g.ID) }}.find(q)
}

// rowsOf is what a search knows of a type.
type rowsOf struct {
	schema  *schema.Type
	name    string // the attribute that is unique
	nameKey string // its column
	groups  bool
}

var (
	userRows  = rowsOf{schema: schema.User, name: "userName", nameKey: "user_name_key"}
	groupRows = rowsOf{schema: schema.Group, name: "displayName", nameKey: "display_name_key", groups: true}
)

// finding is one search.
type finding[T db.OwnedRow] struct {
	tx   *db.OrgTx
	d    id.Directory
	of   rowsOf
	idOf func(*T) string
}

func (f finding[T]) find(q Search) (rows []T, total int64, err error) {
	q.StartIndex, q.Count = max(q.StartIndex, 1), min(max(q.Count, 0), schema.MaxResults)
	order, err := f.order(q)
	if err != nil {
		return nil, 0, err
	}
	if q.Filter == nil {
		rows, total, err = f.everybody(q, order)
	} else {
		rows, total, err = f.filtered(q, order)
	}
	if errors.Is(err, db.ErrSlow) {
		return nil, 0, schema.ErrTooMany.WithMessage("The filter takes too long to answer; add a condition with eq.")
	}
	return rows, total, err
}

func (f finding[T]) filtered(q Search, order order) ([]T, int64, error) {
	a, err := f.ask(q.Filter)
	if err != nil {
		return nil, 0, err
	}
	s := f.search(q, order, a)
	if a.single {
		return f.one(q, s)
	}
	count := s.Count
	if a.whole() {
		count = func(tx db.OwnedScope) (int64, error) { return f.candidates(s) }
	} else if err := f.afford(s); err != nil {
		return nil, 0, err
	}
	rows, total, err := f.page(s, count)
	if err == nil && total == 0 && a.list != nil {
		err = f.short(*a.list)
	}
	if err != nil {
		return nil, 0, err
	}
	return rows, total, nil
}

// short refuses a filter that begins at a list which is too long: nothing is
// found in it.
func (f finding[T]) short(list db.DirectoryList) error {
	long, err := list.Longer(f.tx, searchBounds.examined)
	if err == nil && long {
		return tooManyFound(searchBounds.examined)
	}
	return err
}

func tooManyFound(most int) error {
	return schema.ErrTooMany.WithMessage(fmt.Sprintf("The filter finds more than %d resources, or compares as many one by one; use a narrower one.", most))
}

// search is the page of what is asked.
func (f finding[T]) search(q Search, order order, a asked) db.DirectorySearch[T] {
	s := db.DirectorySearch[T]{Directory: f.d, Order: order.by, Offset: q.StartIndex - 1, Limit: q.Count}
	switch {
	case a.single:
		s.Where, s.Order, s.Offset, s.Limit = []db.Cond{a.cond}, nil, 0, 1
	case a.whole():
		s.Within, s.AtMost, s.ByID = f.within(a), searchBounds.found, order.made
	default:
		s.Where, s.Within = []db.Cond{a.cond}, f.within(a)
		s.AtMost = min(searchBounds.examined, searchBounds.comparisons/max(a.weight, 1))
	}
	return s
}

// one answers what a unique index does: one row, on the first page.
func (f finding[T]) one(q Search, s db.DirectorySearch[T]) ([]T, int64, error) {
	rows, err := s.Rows(f.tx)
	total := int64(len(rows))
	if q.StartIndex > 1 || q.Count == 0 {
		rows = rows[:0]
	}
	return rows, total, err
}

// page reads the page, and counts only where its length does not tell the total.
func (f finding[T]) page(s db.DirectorySearch[T], count func(db.OwnedScope) (int64, error)) ([]T, int64, error) {
	if s.Limit == 0 {
		n, err := count(f.tx)
		return []T{}, n, err
	}
	rows, err := s.Rows(f.tx)
	if err != nil {
		return nil, 0, err
	}
	if n := len(rows); n < s.Limit && (n > 0 || s.Offset == 0) {
		return rows, int64(s.Offset + n), nil
	}
	n, err := count(f.tx)
	return rows, n, err
}

// afford refuses conditions that would be looked at for too many rows. Indexed
// ones beside them bound it; without any, the size of the directory does.
func (f finding[T]) afford(s db.DirectorySearch[T]) error {
	if len(s.Within) == 0 {
		total, _, err := f.size()
		if err == nil && total > int64(s.AtMost) {
			return schema.ErrTooMany.WithMessage(fmt.Sprintf("This directory has %d resources, and the filter would be compared with each; add a condition with eq on %s, externalId or id.", total, f.of.name))
		}
		return err
	}
	_, err := f.candidates(s)
	return err
}

// candidates is how many an index leaves, if they are not too many.
func (f finding[T]) candidates(s db.DirectorySearch[T]) (int64, error) {
	n, err := s.Candidates(f.tx)
	if err == nil && n > int64(s.AtMost) {
		return 0, tooManyFound(s.AtMost)
	}
	return n, err
}

// size is how many there are, and how many have ever gone.
func (f finding[T]) size() (total, gone int64, err error) {
	sum, err := db.CountDirectory(f.tx, f.d)
	if f.of.groups {
		return sum.GroupsTotal, sum.GroupsGone, err
	}
	return sum.UsersActive + sum.UsersInactive, sum.UsersGone, err
}
