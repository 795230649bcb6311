package db

import (
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm/clause"
)

// DirectoryText is a text of a person's or group's row that a search compares:
// a column, or a value within the resource. Texts compare by their bytes.
type DirectoryText struct {
	sql     string
	vars    []any
	folded  bool // a key already
	dialect Dialect
	bytes   bool // in their order already
}

// DirectoryColumn is a column; key says that it holds folded text.
func DirectoryColumn(tx OwnedScope, name string, key bool) DirectoryText {
	return DirectoryText{sql: "?", vars: []any{column(name)}, folded: key, dialect: tx.base().db.Dialect, bytes: inBytes[name]}
}

// DirectoryKey is a column that is no text, or that sorts in its index's order.
func DirectoryKey(tx OwnedScope, name string) DirectoryText {
	return DirectoryText{sql: "?", vars: []any{column(name)}, folded: true, bytes: true, dialect: tx.base().db.Dialect}
}

// inBytes are the columns that Postgres keeps in the order of their bytes, so
// that an index answers a range of them.
var inBytes = map[string]bool{"user_name_key": true, "external_id": true, "display_name_key": true, "value_key": true}

// DirectoryVersion is the entity tag of the row, as meta.version has it.
func DirectoryVersion(tx OwnedScope) DirectoryText {
	return DirectoryText{sql: `('W/"' || CAST(? AS text) || '"')`, vars: []any{column("version")}, dialect: tx.base().db.Dialect}
}

func (t DirectoryText) expr(sql string) clause.Expr {
	return clause.Expr{SQL: strings.Replace(sql, "?", t.sql, 1), Vars: t.vars}
}

// cond is a condition on t, which stands for the first placeholder.
func (t DirectoryText) cond(sql string, more ...any) Cond {
	e := t.expr(sql)
	e.Vars = append(append([]any{}, e.Vars...), more...)
	return Cond{e}
}

// Folded is the key by which t compares without case; gatehouse_fold is
// schema.Fold in both databases.
func (t DirectoryText) Folded() DirectoryText {
	if t.folded {
		return t
	}
	t.sql, t.folded, t.bytes = "gatehouse_fold("+t.sql+")", true, false
	return t
}

// Bytes is t in the order of its bytes, whatever order the database has.
func (t DirectoryText) Bytes() DirectoryText {
	if t.dialect == Postgres && !t.bytes {
		t.sql = "(" + t.sql + `) COLLATE "C"`
	}
	return t
}

// Compare is the condition that t stands to wanted as op says; op is one of
// SCIM's. A row without the text does not meet it.
func (t DirectoryText) Compare(op, wanted string) Cond {
	switch op {
	case "eq":
		return t.cond("? = ?", wanted)
	case "ne":
		return t.cond("? <> ?", wanted)
	case "co":
		if t.dialect == Postgres {
			return t.cond("strpos(?, ?) > 0", wanted)
		}
		return t.cond("instr(?, ?) > 0", wanted)
	case "sw":
		return t.begins(wanted)
	case "ew":
		return t.ends(wanted)
	}
	return t.Bytes().cond("? "+map[string]string{"gt": ">", "ge": ">=", "lt": "<", "le": "<="}[op]+" ?", wanted)
}

// begins is a range where an index answers that, and a comparison elsewhere: no
// pattern, so no sign of wanted means anything but itself.
func (t DirectoryText) begins(wanted string) Cond {
	switch {
	case !t.bytes && t.dialect == Postgres:
		return t.cond("starts_with(?, ?)", wanted)
	case !t.bytes:
		return t.cond("substr(?, 1, ?) = ?", utf8.RuneCountInString(wanted), wanted)
	}
	from, end := t.Compare("ge", wanted), successor(wanted)
	if end == "" {
		return from
	}
	return AllOf(from, t.Compare("lt", end))
}

// successor is the smallest text that lies behind all that begin with s, in the
// order of their bytes; empty where there is none.
func successor(s string) string {
	for s != "" {
		last, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
		switch {
		case last == 0xD7FF:
			return s + "\uE000" // between them are surrogates, which no text has
		case last < utf8.MaxRune:
			return s + string(last+1)
		}
	}
	return ""
}

func (t DirectoryText) ends(wanted string) Cond {
	n := utf8.RuneCountInString(wanted)
	switch {
	case n == 0:
		return t.cond("? IS NOT NULL")
	case t.dialect == Postgres:
		return t.cond("right(?, CAST(? AS integer)) = ?", n, wanted)
	}
	return t.cond("substr(?, ?) = ?", -n, wanted)
}

// CompareInstant is the condition that a column of times stands to wanted as op
// says. Columns hold microseconds; wanted may lie between two of them.
func CompareInstant(name, op string, wanted time.Time) Cond {
	at := wanted.UTC().Truncate(time.Microsecond)
	between := !at.Equal(wanted)
	switch {
	case op == "eq" && between:
		return Never()
	case op == "eq":
		return Eq(name, at)
	case op == "ne" && between:
		return NotNull(name)
	case op == "ne":
		return Not(name, at)
	case op == "gt" || op == "ge" && between:
		return Gt(name, at)
	case op == "ge":
		return Gte(name, at)
	case op == "le" || between:
		return Lte(name, at)
	}
	return Lt(name, at)
}

// AllOf asks for all of conds; none of them is met by everything.
func AllOf(conds ...Cond) Cond { return joined(" AND ", "1 = 1", conds) }

// AnyOf asks for one of conds at least; none of them is met by nothing.
func AnyOf(conds ...Cond) Cond { return joined(" OR ", "1 = 0", conds) }

func joined(word, none string, conds []Cond) Cond {
	if len(conds) == 0 {
		return Cond{clause.Expr{SQL: none}}
	}
	vars := make([]any, len(conds))
	for i, c := range conds {
		vars[i] = c.expr
	}
	return Cond{clause.Expr{SQL: "(" + strings.Repeat(word+"?", len(conds))[len(word):] + ")", Vars: vars}}
}

// Fails asks for rows that do not meet c. What SQL does not know is not met.
func Fails(c Cond) Cond {
	return Cond{clause.Expr{SQL: "NOT COALESCE(?, FALSE)", Vars: []any{c.expr}}}
}

// Always and Never are met by everything, and by nothing.
func Always() Cond { return AllOf() }
func Never() Cond  { return AnyOf() }
