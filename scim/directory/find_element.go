package directory

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// some is a condition on one element of a list. Addresses, groups and members
// have tables with indexes; other lists stand in the resource.
func (f finding[T]) some(n filter.Some) (asked, error) {
	switch {
	case n.Path.URN != "":
	case n.Path.Attr == "emails":
		return f.someEmail(n)
	case n.Path.Attr == "groups":
		return f.someGroup(n)
	case n.Path.Attr == "members":
		return f.someMember(n)
	}
	return f.someElement(n)
}

func (f finding[T]) someElement(n filter.Some) (asked, error) {
	of, weight, err := inside(n, func(sub string) (db.DirectoryText, bool) { return db.DirectoryElement(f.tx, sub), true })
	return row(db.AnyElement(f.tx, namesOf(n.Path), of), weight), err
}

// someEmail is answered by the addresses' table where it asks for the value in
// a way that an index serves; the type may stand beside it.
func (f finding[T]) someEmail(n filter.Some) (asked, error) {
	var conds []db.Cond
	found, whole := false, true
	for _, part := range conjuncts(n.Of) {
		t, isTest := part.(filter.Test)
		wanted, isText := t.Value.(string)
		switch {
		case !isTest || !isText:
			whole = false
		case t.Path.Attr == "value" && ranged(t.Op):
			conds, found = append(conds, db.DirectoryColumn(f.tx, "value_key", true).Compare(string(t.Op), wanted)), true
		case t.Path.Attr == "type" && t.Op == filter.Eq:
			conds = append(conds, db.Eq("type_key", wanted))
		default:
			whole = false
		}
	}
	if !found {
		return f.someElement(n)
	}
	address := db.AllOf(conds...)
	list := db.PeopleWithAddress(f.tx, f.d, address)
	if whole {
		return asked{cond: db.AnyAddress(f.tx, address), list: &list}, nil
	}
	a, err := f.someElement(n)
	a.list = &list
	return a, err
}

func (f finding[T]) someGroup(n filter.Some) (asked, error) {
	of, weight, err := inside(n, func(sub string) (db.DirectoryText, bool) { return db.GroupOfPerson(f.tx, sub) })
	a := row(db.AnyGroup(f.tx, of), weight)
	if group, whole := valueOf(n); group != "" {
		a.found(db.PeopleInGroup(f.tx, group), whole)
	}
	return a, err
}

// found says that another table's index finds a, or all that could be a.
func (a *asked) found(list db.DirectoryList, whole bool) {
	a.list = &list
	if whole {
		a.weight = 0
	}
}

func (f finding[T]) someMember(n filter.Some) (asked, error) {
	people, weight, err := inside(n, func(sub string) (db.DirectoryText, bool) { return db.MemberOfGroup(f.tx, sub, false) })
	if err != nil {
		return asked{}, err
	}
	groups, _, err := inside(n, func(sub string) (db.DirectoryText, bool) { return db.MemberOfGroup(f.tx, sub, true) })
	a := row(db.AnyOf(db.AnyMember(f.tx, false, people), db.AnyMember(f.tx, true, groups)), 2*weight)
	if member, whole := valueOf(n); member != "" {
		a.found(db.GroupsWithMember(f.tx, member), whole)
	}
	return a, err
}

// valueOf is the value that the element must have, and whether that is all that
// is asked of it.
func valueOf(n filter.Some) (value string, whole bool) {
	parts := conjuncts(n.Of)
	for _, part := range parts {
		if t, ok := part.(filter.Test); ok && t.Path.Attr == "value" && t.Op == filter.Eq {
			return t.Value.(string), len(parts) == 1
		}
	}
	return "", false
}

func conjuncts(n filter.Node) []filter.Node {
	if and, ok := n.(filter.And); ok {
		return append(conjuncts(and.Left), conjuncts(and.Right)...)
	}
	return []filter.Node{n}
}

func ranged(op filter.Op) bool {
	return op == filter.Eq || op == filter.Sw || op == filter.Gt || op == filter.Ge || op == filter.Lt || op == filter.Le
}

// inside is what stands between brackets, with each sub-attribute where text
// finds it, and how many comparisons it has.
func inside(n filter.Some, text func(sub string) (db.DirectoryText, bool)) (db.Cond, int, error) {
	weight := 0
	cond, err := element(n.Of, func(t filter.Test) (db.Cond, error) {
		weight++
		at, ok := text(t.Path.Attr)
		if !ok {
			return db.Never(), unsearchable(schema.Path{Attr: n.Path.Attr, Sub: t.Path.Attr})
		}
		cond, ok := compare(t, at)
		if !ok {
			return db.Never(), unsearchable(schema.Path{Attr: n.Path.Attr, Sub: t.Path.Attr})
		}
		return cond, nil
	})
	return cond, weight, err
}

func element(n filter.Node, leaf func(filter.Test) (db.Cond, error)) (db.Cond, error) {
	switch n := n.(type) {
	case filter.And:
		return joinedBy(db.AllOf, n.Left, n.Right, leaf)
	case filter.Or:
		return joinedBy(db.AnyOf, n.Left, n.Right, leaf)
	case filter.Not:
		of, err := element(n.Of, leaf)
		return db.Fails(of), err
	case filter.Test:
		return leaf(n)
	}
	return db.Never(), schema.ErrFilter
}

func joinedBy(join func(...db.Cond) db.Cond, left, right filter.Node, leaf func(filter.Test) (db.Cond, error)) (db.Cond, error) {
	l, err := element(left, leaf)
	if err != nil {
		return l, err
	}
	r, err := element(right, leaf)
	return join(l, r), err
}

func instant(n filter.Test) time.Time { return n.Value.(time.Time) }
