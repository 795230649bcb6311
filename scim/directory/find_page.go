package directory

import (
	"fmt"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/scim/schema"
)

// everybody is a page without a filter. The total is counted as people come and
// go; the page is read from the nearer end of an index, so that the last one
// costs what the first does.
func (f finding[T]) everybody(q Search, order order) ([]T, int64, error) {
	total, gone, err := f.size()
	offset := q.StartIndex - 1
	if err != nil || q.Count == 0 || int64(offset) >= total {
		return []T{}, total, err
	}
	w := window{from: offset, to: min(offset+q.Count, int(total)), total: int(total), gone: gone}
	var rows []T
	if order.made {
		rows, err = f.made(w, order.by[0].Descending)
	} else {
		rows, err = f.sorted(w, order)
	}
	return rows, total, err
}

// window is the part of a list that a page shows.
type window struct {
	from, to, total int
	gone            int64
}

// turned is the same part of the list from its other end.
func (w window) turned() window {
	w.from, w.to = w.total-w.to, w.total-w.from
	return w
}

func (w window) nearerEnd() bool { return w.total-w.to < w.from }

// made is a page in the order of making, counted to from the nearest place that
// is known: one that a page began at before, or an end of the list.
func (f finding[T]) made(w window, descending bool) ([]T, error) {
	if descending {
		rows, err := f.made(w.turned(), false)
		slices.Reverse(rows)
		return rows, err
	}
	of := startsOf{f.d, f.of.groups}
	known := starts.nearest(of, w.gone, w.from)
	backward := w.total-w.to < w.from-known.at
	s := db.DirectorySearch[T]{Directory: f.d, Order: []db.DirectoryOrder{{By: db.DirectoryKey(f.tx, "id"), Descending: backward}}, Limit: w.to - w.from}
	if backward {
		s.Where = db.FromRow[T](f.tx, f.d, "", w.total-w.to, true)
	} else {
		s.Where = db.FromRow[T](f.tx, f.d, known.after, w.from-known.at, false)
	}
	rows, err := s.Rows(f.tx)
	if backward {
		slices.Reverse(rows)
	}
	if err == nil && len(rows) > 0 {
		starts.put(of, w.gone, start{w.from + len(rows), f.idOf(&rows[len(rows)-1])})
	}
	return rows, err
}

// sorted is a page in another order.
func (f finding[T]) sorted(w window, o order) ([]T, error) {
	by, backward := o.by, w.nearerEnd()
	if backward {
		w = w.turned()
		by = slices.Clone(by)
		for i := range by {
			by[i].Descending = !by[i].Descending
		}
	}
	switch {
	case !o.indexed && w.total > searchBounds.examined:
		return nil, schema.ErrTooMany.WithMessage(fmt.Sprintf("This directory has %d resources, and no index for that order; sort by %s, id or meta.lastModified, or filter.", w.total, f.of.name))
	case w.from > searchBounds.found:
		return nil, schema.ErrTooMany.WithMessage(fmt.Sprintf("In that order this server reads the first and the last %d resources; leave sortBy out to read them all.", searchBounds.found))
	}
	rows, err := db.DirectorySearch[T]{Directory: f.d, Order: by, Offset: w.from, Limit: w.to - w.from}.Rows(f.tx)
	if backward {
		slices.Reverse(rows)
	}
	return rows, err
}
