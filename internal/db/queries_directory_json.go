package db

import (
	"strings"

	"gorm.io/gorm/clause"
)

// What a search asks of values within a resource. Names are parameters like
// everything else, and nothing that a filter says becomes a part of a statement.

// DirectoryValue is the value at a path of the resource, as text.
func DirectoryValue(tx OwnedScope, path ...string) DirectoryText {
	if tx.base().db.Dialect == SQLite {
		return DirectoryText{sql: "json_extract(?, ?)", vars: []any{column("resource"), jsonPath(path)}, dialect: SQLite}
	}
	return DirectoryText{sql: "jsonb_extract_path_text(?" + strings.Repeat(", ?", len(path)) + ")", vars: append([]any{column("resource")}, texts(path)...), dialect: Postgres}
}

// DirectoryElement is a value of the element that AnyElement asks about.
func DirectoryElement(tx OwnedScope, name string) DirectoryText {
	if tx.base().db.Dialect == SQLite {
		return DirectoryText{sql: "CASE e.type WHEN 'object' THEN json_extract(e.value, ?) END", vars: []any{jsonPath([]string{name})}, dialect: SQLite}
	}
	return DirectoryText{sql: "(e.value ->> CAST(? AS text))", vars: []any{name}, dialect: Postgres}
}

// AnyElement is the condition that one element of the list at a path meets of.
func AnyElement(tx OwnedScope, path []string, of Cond) Cond {
	if tx.base().db.Dialect == SQLite {
		return Cond{clause.Expr{SQL: "EXISTS (SELECT 1 FROM json_each(?, ?) AS e WHERE ?)", Vars: []any{column("resource"), jsonPath(path), of.expr}}}
	}
	list := "jsonb_extract_path(?" + strings.Repeat(", ?", len(path)) + ")"
	vars := append([]any{column("resource")}, texts(path)...)
	return Cond{clause.Expr{
		SQL:  "EXISTS (SELECT 1 FROM jsonb_array_elements(CASE jsonb_typeof(" + list + ") WHEN 'array' THEN " + list + " ELSE '[]' END) AS e WHERE ?)",
		Vars: append(append(append([]any{}, vars...), vars...), of.expr),
	}}
}

// Filled is the condition that there is something: what is stored has no empty
// values in it (schema.Clean).
func (t DirectoryText) Filled() Cond { return t.cond("? IS NOT NULL") }

// IsBool is the condition that a JSON value is that boolean.
func (t DirectoryText) IsBool(wanted bool) Cond {
	if t.dialect == SQLite {
		return t.cond("? = ?", wanted) // json_extract has 1 and 0 for them
	}
	return t.cond("? = ?", map[bool]string{true: "true", false: "false"}[wanted])
}

// ForeignValue is a value of an extension that no schema here describes, at
// urn, attr and, where it is not empty, sub. Their keys are stored as they came
// and compare without case; names are ASCII.
type ForeignValue struct{ URN, Attr, Sub string }

// Filled is the condition that there is one.
func (v ForeignValue) Filled(tx OwnedScope) Cond { return v.where(tx, Always()) }

// Compare is the condition that it, an element of it or that one's value is a
// text that stands to wanted, which is folded, as op says.
func (v ForeignValue) Compare(tx OwnedScope, op, wanted string) Cond {
	return v.any(tx, func(of DirectoryText) Cond { return of.Folded().Compare(op, wanted) }, "text", "string")
}

// IsBool is the same for a boolean.
func (v ForeignValue) IsBool(tx OwnedScope, wanted bool) Cond {
	if tx.base().db.Dialect == Postgres {
		return v.any(tx, func(of DirectoryText) Cond { return of.IsBool(wanted) }, "", "boolean")
	}
	name := map[bool]string{true: "true", false: "false"}[wanted]
	return v.any(tx, func(of DirectoryText) Cond { return of.cond("? IS NOT NULL") }, name, "")
}

// any asks test of the value, of its elements and of objects' values, if they
// have the type, which the databases call by different names.
func (v ForeignValue) any(tx OwnedScope, test func(DirectoryText) Cond, onSQLite, onPostgres string) Cond {
	if tx.base().db.Dialect == SQLite {
		of := func(name string) Cond {
			return test(DirectoryText{dialect: SQLite, vars: []any{onSQLite, onSQLite}, sql: "CASE WHEN " + name + ".type = ? THEN " + name + ".value" +
				" WHEN " + name + ".type = 'object' THEN CASE WHEN json_type(" + name + ".value, '$.value') = ? THEN json_extract(" + name + ".value, '$.value') END END"})
		}
		elements := Cond{clause.Expr{SQL: "EXISTS (SELECT 1 FROM json_each(CASE v.type WHEN 'array' THEN v.value ELSE '[]' END) AS e WHERE ?)", Vars: []any{of("e").expr}}}
		return v.where(tx, AnyOf(of("v"), elements))
	}
	value := "(CASE jsonb_typeof(e.value) WHEN 'object' THEN e.value -> 'value' ELSE e.value END)"
	typed := "CASE jsonb_typeof(" + value + ") WHEN ? THEN " + value + " #>> '{}' END"
	elements := Cond{clause.Expr{
		SQL:  "EXISTS (SELECT 1 FROM jsonb_array_elements(CASE jsonb_typeof(v.value) WHEN 'array' THEN v.value ELSE jsonb_build_array(v.value) END) AS e WHERE ?)",
		Vars: []any{test(DirectoryText{dialect: Postgres, sql: typed, vars: []any{onPostgres}}).expr},
	}}
	return v.where(tx, elements)
}

// where finds the value, as v, and asks of of it.
func (v ForeignValue) where(tx OwnedScope, of Cond) Cond {
	each, kind, lower := "jsonb_each", "jsonb_typeof(%.value)", `lower(%.key COLLATE "C")`
	if tx.base().db.Dialect == SQLite {
		each, kind, lower = "json_each", "%.type", "lower(%.key)"
	}
	from := each + "(?) AS u"
	keys := []string{v.URN, v.Attr}
	aliases := []string{"u", "v"}
	if v.Sub != "" {
		keys, aliases = append(keys, v.Sub), []string{"u", "a", "v"}
	}
	where, vars := "", []any{column("resource")}
	for i, name := range aliases {
		if i > 0 {
			above := aliases[i-1]
			from += ", " + each + "(CASE " + strings.ReplaceAll(kind, "%", above) + " WHEN 'object' THEN " + above + ".value ELSE '{}' END) AS " + name
		}
		where += strings.ReplaceAll(lower, "%", name) + " = ? AND "
	}
	for _, key := range keys {
		vars = append(vars, strings.ToLower(key)) // the grammar of names is ASCII
	}
	return Cond{clause.Expr{SQL: "EXISTS (SELECT 1 FROM " + from + " WHERE " + where + "?)", Vars: append(vars, of.expr)}}
}

// jsonPath is a path as SQLite writes it. The grammar of names and URNs has no
// quotation marks.
func jsonPath(path []string) string {
	var b strings.Builder
	b.WriteByte('$')
	for _, name := range path {
		b.WriteString(`."` + strings.ReplaceAll(name, `"`, "") + `"`)
	}
	return b.String()
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
