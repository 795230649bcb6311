package directory

import (
	"slices"

	"gatehouse/internal/db"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// asked is a filter, or a part of one, in conditions of the database's.
type asked struct {
	cond    db.Cond           // the whole of it
	columns []db.Cond         // what an index on columns answers of it
	list    *db.DirectoryList // what another table's index finds, or several indexes for or
	single  bool              // a unique index answers it: one row at most
	weight  int               // comparisons that are made row by row
}

// indexed reports whether an index leaves only some of the rows to look at.
func (a asked) indexed() bool { return len(a.columns) > 0 || a.list != nil }

// whole reports whether indexes answer all of it.
func (a asked) whole() bool { return a.indexed() && a.weight == 0 }

// row is a condition that is compared row by row.
func row(cond db.Cond, weight int) asked { return asked{cond: cond, weight: weight} }

// within is what an index answers, as a search has it.
func (f finding[T]) within(a asked) []db.Cond {
	if a.list == nil {
		return a.columns
	}
	return append(slices.Clone(a.columns), a.list.Within(f.tx, searchBounds.examined))
}

// ask puts a filter into conditions. They mean what filter.Match does.
func (f finding[T]) ask(n filter.Node) (asked, error) {
	bound, err := filter.Bind(f.of.schema, n)
	if err != nil {
		return asked{}, err
	}
	return f.put(bound)
}

func (f finding[T]) put(n filter.Node) (asked, error) {
	switch n := n.(type) {
	case filter.And:
		return f.both(n)
	case filter.Or:
		return f.either(n)
	case filter.Not:
		of, err := f.put(n.Of)
		return row(db.Fails(of.cond), max(of.weight, 1)), err
	case filter.Some:
		return f.some(n)
	case filter.Test:
		return f.test(n)
	}
	return asked{}, schema.ErrFilter
}

func (f finding[T]) both(n filter.And) (asked, error) {
	l, err := f.put(n.Left)
	if err != nil {
		return asked{}, err
	}
	r, err := f.put(n.Right)
	if err != nil {
		return asked{}, err
	}
	a := asked{cond: db.AllOf(l.cond, r.cond), columns: slices.Concat(l.columns, r.columns), list: l.list, single: l.single || r.single, weight: l.weight + r.weight}
	switch {
	case l.list == nil:
		a.list = r.list
	case r.list != nil: // two long lists would be held against each other
		a.weight = l.weight + max(r.weight, 1)
	}
	return a, nil
}

func (f finding[T]) either(n filter.Or) (asked, error) {
	l, err := f.put(n.Left)
	if err != nil {
		return asked{}, err
	}
	r, err := f.put(n.Right)
	if err != nil {
		return asked{}, err
	}
	a := asked{cond: db.AnyOf(l.cond, r.cond), weight: l.weight + r.weight}
	if !l.indexed() || !r.indexed() {
		a.weight = max(l.weight, 1) + max(r.weight, 1)
		return a, nil
	}
	left, some := f.ids(l)
	right, others := f.ids(r)
	list := left.And(right)
	a.list, a.weight = &list, a.weight+some+others
	return a, nil
}

// ids are the rows that an index leaves of a, and how many comparisons that
// leaves to be made.
func (f finding[T]) ids(a asked) (list db.DirectoryList, weight int) {
	if len(a.columns) == 0 {
		return *a.list, 0
	}
	if a.list != nil {
		weight = 1
	}
	return db.RowsOf[T](f.tx, f.d, a.columns), weight
}

func (f finding[T]) test(n filter.Test) (asked, error) {
	if n.Attr == nil {
		return row(f.foreign(n), 4), nil
	}
	if n.Path.URN != "" {
		return f.value(n)
	}
	switch n.Path.Attr {
	case "id":
		return f.column(n, "id", false, false, true), nil
	case "externalId":
		return f.column(n, "external_id", false, true, false), nil
	case f.of.name:
		return f.column(n, f.of.nameKey, true, true, true), nil
	case "meta":
		return f.meta(n)
	case "active":
		return f.active(n)
	case "groups":
		return row(db.AnyGroup(f.tx, db.Always()), 1), nil // pr
	case "members":
		return row(db.AnyOf(db.AnyMember(f.tx, false, db.Always()), db.AnyMember(f.tx, true, db.Always())), 2), nil
	}
	return f.value(n)
}

// column is a text in a column; ranges says that an index answers them as well.
func (f finding[T]) column(n filter.Test, name string, key, ranges, unique bool) asked {
	if n.Op == filter.Pr {
		return row(db.NotNull(name), 1)
	}
	cond := db.DirectoryColumn(f.tx, name, key).Compare(string(n.Op), n.Value.(string))
	switch n.Op {
	case filter.Eq:
		return asked{cond: cond, columns: []db.Cond{cond}, single: unique}
	case filter.Sw, filter.Gt, filter.Ge, filter.Lt, filter.Le:
		if ranges {
			return asked{cond: cond, columns: []db.Cond{cond}}
		}
	}
	return row(cond, 1)
}

// active is a column; on groups it is an attribute that nobody has, and Bind
// has refused it.
func (f finding[T]) active(n filter.Test) (asked, error) {
	if n.Op == filter.Pr {
		return row(db.Always(), 1), nil
	}
	return row(db.Eq("active", n.Value.(bool) == (n.Op == filter.Eq)), 1), nil
}

func (f finding[T]) meta(n filter.Test) (asked, error) {
	if n.Op == filter.Pr {
		return row(db.Always(), 1), nil
	}
	switch n.Path.Sub {
	case "created":
		return row(db.CompareInstant("created_at", string(n.Op), instant(n)), 1), nil
	case "lastModified":
		cond := db.CompareInstant("updated_at", string(n.Op), instant(n))
		if n.Op == filter.Ne {
			return row(cond, 1), nil
		}
		return asked{cond: cond, columns: []db.Cond{cond}}, nil
	case "resourceType":
		if n.Holds(f.of.schema.Name) {
			return row(db.Always(), 1), nil
		}
		return row(db.Never(), 1), nil
	case "version":
		return row(db.DirectoryVersion(f.tx).Compare(string(n.Op), n.Value.(string)), 1), nil
	}
	return asked{}, unsearchable(n.Path)
}

// value is within the resource.
func (f finding[T]) value(n filter.Test) (asked, error) {
	cond, ok := compare(n, db.DirectoryValue(f.tx, namesOf(n.Path)...))
	if !ok {
		return asked{}, unsearchable(n.Path)
	}
	return row(cond, 1), nil
}

// foreign is within the resource, under a URN that nobody here knows.
func (f finding[T]) foreign(n filter.Test) db.Cond {
	v := db.ForeignValue{URN: n.Path.URN, Attr: n.Path.Attr, Sub: n.Path.Sub}
	switch wanted := n.Value.(type) {
	case bool:
		return v.IsBool(f.tx, wanted == (n.Op == filter.Eq))
	case string:
		return v.Compare(f.tx, string(n.Op), wanted)
	}
	return v.Filled(f.tx)
}

// compare is a test of a text or boolean, wherever it stands.
func compare(n filter.Test, of db.DirectoryText) (cond db.Cond, ok bool) {
	switch wanted := n.Value.(type) {
	case nil:
		return of.Filled(), true
	case bool:
		return of.IsBool(wanted == (n.Op == filter.Eq)), true
	case string:
		if !n.Exact() {
			of = of.Folded()
		}
		return of.Compare(string(n.Op), wanted), true
	}
	return db.Never(), false
}

func namesOf(p schema.Path) []string {
	var names []string
	for _, name := range []string{p.URN, p.Attr, p.Sub} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

func unsearchable(p schema.Path) error {
	return schema.ErrFilter.WithMessage("The filter names " + schema.Quote(p.String()) + ", which this server does not search by.")
}
