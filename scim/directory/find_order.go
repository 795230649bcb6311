package directory

import (
	"gatehouse/internal/db"
	"gatehouse/scim/schema"
)

// order is how a list is sorted.
type order struct {
	by      []db.DirectoryOrder
	made    bool // by the ids: in the order of making
	indexed bool // an index has them in this order
}

// order finds what sortBy names (RFC 7644 §3.4.2.3). Whoever has the same value
// stands in the order of making.
func (f finding[T]) order(q Search) (order, error) {
	if q.SortBy == (schema.Path{}) {
		q.Descending = false
	}
	made := db.DirectoryOrder{By: db.DirectoryKey(f.tx, "id"), Descending: q.Descending}
	p := f.of.schema.Canonical(q.SortBy)
	switch p.String() {
	case "", "id", "meta.created":
		return order{by: []db.DirectoryOrder{made}, made: true, indexed: true}, nil
	case f.of.name:
		return order{by: []db.DirectoryOrder{{By: db.DirectoryColumn(f.tx, f.of.nameKey, true), Descending: q.Descending}}, indexed: true}, nil
	case "meta.lastModified":
		return order{by: []db.DirectoryOrder{{By: db.DirectoryKey(f.tx, "updated_at"), Descending: q.Descending}, made}, indexed: true}, nil
	}
	by, err := f.sortKey(p)
	return order{by: []db.DirectoryOrder{{By: by, Nullable: true, Descending: q.Descending}, made}}, err
}

func (f finding[T]) sortKey(p schema.Path) (db.DirectoryText, error) {
	attr, sub := f.of.schema.Find(p)
	switch {
	case attr == nil || p.Sub != "" && sub == nil:
		return db.DirectoryText{}, unsorted(p, "this server does not know")
	case p.String() == "emails" || p.String() == "emails.value":
		return db.DirectoryColumn(f.tx, "email", false).Folded(), nil
	case attr.Name == "active":
		return db.DirectoryKey(f.tx, "active"), nil
	case p.String() == "externalId":
		return db.DirectoryColumn(f.tx, "external_id", false), nil
	}
	last := attr
	if sub != nil {
		last = sub
	} else if value := attr.SubAttribute("value"); value != nil && !attr.Multi {
		last, p.Sub = value, value.Name
	}
	if attr.Multi || last.Kind == schema.Complex || last.Mutability != schema.ReadWrite {
		return db.DirectoryText{}, unsorted(p, "nothing is sorted by")
	}
	text := db.DirectoryValue(f.tx, namesOf(p)...)
	if last.Kind == schema.String && !last.CaseExact {
		text = text.Folded()
	}
	return text, nil
}

func unsorted(p schema.Path, why string) error {
	return schema.ErrPath.WithMessage("sortBy names " + schema.Quote(p.String()) + ", which " + why + ".")
}
