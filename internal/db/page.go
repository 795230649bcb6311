package db

import (
	"slices"
	"strconv"

	"gatehouse/internal/problem"
)

// Page is the part of a list that a caller asks for. Lists are paged by key:
// a cursor is the id of a row, so that page 1000 costs what page 1 does.
type Page struct {
	After  string // id of the last row of the page before
	Before string // id of the first row of the page after
	Limit  int    // 0 means DefaultLimit
	Order  Order  // "" means Descending
}

// Order is the direction of a list. Ids sort by time of making.
type Order string

// The orders. Normal is descending with After and Before exchanged.
const (
	Descending Order = "desc"
	Ascending  Order = "asc"
	Normal     Order = "normal"
)

// How many rows a page has.
const (
	DefaultLimit = 10
	MaxLimit     = 100
)

// Paging is where a list goes on: the cursors of its neighbours, empty at the
// ends of the list.
type Paging struct{ Before, After string }

// ParsePage reads the query parameters of a list, or says which one is wrong.
func ParsePage(limit, order, after, before string) (Page, error) {
	p := Page{After: after, Before: before, Limit: DefaultLimit, Order: Order(order)}
	if limit != "" {
		n, err := strconv.Atoi(limit)
		if err != nil || n < 1 || n > MaxLimit {
			return Page{}, invalidParameter("limit", "limit is a whole number from 1 to 100.")
		}
		p.Limit = n
	}
	switch p.Order {
	case "":
		p.Order = Descending
	case Descending, Ascending, Normal:
	default:
		return Page{}, invalidParameter("order", "order is desc, asc or normal.")
	}
	return p, p.check()
}

func invalidParameter(field, sentence string) error {
	return problem.ErrInvalid.WithMessage(sentence).WithDetails(problem.Detail{Code: "invalid_" + field, Message: sentence, Field: field})
}

func (p Page) check() error {
	if p.After != "" && p.Before != "" {
		return invalidParameter("before", "Give after or before, not both.")
	}
	if len(p.After)+len(p.Before) > 64 {
		return problem.ErrInvalidCursor
	}
	return nil
}

// Lister is a table handle's List, bound to a transaction.
type Lister[T any] func(Query) ([]T, error)

// ListPage lists one page of the rows that meet conds, ordered by the column
// key, of which keyOf reads the value. A cursor must be a row that the
// transaction sees, whether or not it still meets conds: somebody who walks a
// filtered list may have changed the row meanwhile.
func ListPage[T any](list Lister[T], p Page, key string, keyOf func(T) string, conds ...Cond) ([]T, Paging, error) {
	known := func(cursor string) (bool, error) {
		rows, err := list(Query{Where: []Cond{Eq(key, cursor)}, Limit: 1})
		return len(rows) > 0, err
	}
	return ListPageOf(list, known, p, key, keyOf, conds...)
}

// ListPageOf is ListPage where the rows are not what a cursor names, but the
// places that it has: known says whether there is such a thing. A member who
// left a group is a cursor in its list still.
func ListPageOf[T any](list Lister[T], known func(cursor string) (bool, error), p Page, key string, keyOf func(T) string, conds ...Cond) ([]T, Paging, error) {
	return ListPageBy(p, known, keyOf, func(r Run) ([]T, error) { return list(r.query(key, conds)) })
}

// Run is what ListPageBy has read: rows beyond a cursor, in one direction.
type Run struct {
	Cursor string // "" begins at the end that comes first
	Down   bool   // from higher keys to lower ones
	Limit  int
}

// ListPageBy is ListPageOf over rows that no table handle lists: read reads a
// run of them.
func ListPageBy[T any](p Page, known func(cursor string) (bool, error), keyOf func(T) string, read func(Run) ([]T, error)) ([]T, Paging, error) {
	if err := p.check(); err != nil {
		return nil, Paging{}, err
	}
	if cursor := p.After + p.Before; cursor != "" {
		if there, err := known(cursor); err != nil {
			return nil, Paging{}, err
		} else if !there {
			return nil, Paging{}, problem.ErrInvalidCursor
		}
	}
	w := p.window()
	rows, err := read(w.run())
	if err != nil {
		return nil, Paging{}, err
	}
	more := len(rows) > w.limit
	rows = rows[:min(len(rows), w.limit)]
	if w.backward {
		slices.Reverse(rows)
	}
	if len(rows) == 0 {
		return rows, Paging{}, nil
	}
	return rows, w.paging(more, keyOf(rows[0]), keyOf(rows[len(rows)-1])), nil
}

// window is a page in the terms of one SQL query: start after the cursor and
// read on in one direction.
type window struct {
	cursor     string
	limit      int
	descending bool // the order of the list
	backward   bool // reads against that order, for the page before the cursor
	exchanged  bool // the caller calls forward backward
}

func (p Page) window() window {
	w := window{cursor: p.After, limit: p.Limit, descending: p.Order != Ascending, exchanged: p.Order == Normal}
	if w.exchanged {
		p.After, p.Before = p.Before, p.After
		w.cursor = p.After
	}
	if p.Before != "" {
		w.cursor, w.backward = p.Before, true
	}
	if w.limit < 1 || w.limit > MaxLimit {
		w.limit = DefaultLimit
	}
	return w
}

// run asks for one row more than the page has, to know whether there are.
func (w window) run() Run {
	return Run{Cursor: w.cursor, Down: w.descending != w.backward, Limit: w.limit + 1}
}

func (r Run) query(key string, conds []Cond) Query {
	q := Query{Where: slices.Clone(conds), Order: []string{key}, Limit: r.Limit}
	if r.Down {
		q.Order = []string{"-" + key}
	}
	switch {
	case r.Cursor == "":
	case r.Down:
		q.Where = append(q.Where, Lt(key, r.Cursor))
	default:
		q.Where = append(q.Where, Gt(key, r.Cursor))
	}
	return q
}

// paging is empty at the ends: After on the last page, Before on the first.
// Where a cursor was given there is a page on its side, the caller's own.
func (w window) paging(more bool, first, last string) Paging {
	var p Paging
	if more && !w.backward || w.backward {
		p.After = last
	}
	if more && w.backward || !w.backward && w.cursor != "" {
		p.Before = first
	}
	if w.exchanged {
		p.Before, p.After = p.After, p.Before
	}
	return p
}
