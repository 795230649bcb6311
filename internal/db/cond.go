package db

import (
	"strings"

	"gorm.io/gorm/clause"
)

// Cond is one condition on a column; conditions of a call are joined by AND.
type Cond struct{ expr clause.Expression }

// Set maps columns to their new values.
type Set map[string]any

func column(name string) clause.Column { return clause.Column{Name: name} }

// Eq asks for column = value; a nil value asks for NULL.
func Eq(name string, value any) Cond { return Cond{clause.Eq{Column: column(name), Value: value}} }

// Not asks for column <> value; a nil value asks for NOT NULL.
func Not(name string, value any) Cond { return Cond{clause.Neq{Column: column(name), Value: value}} }

// Null and NotNull ask whether a column is filled.
func Null(name string) Cond    { return Eq(name, nil) }
func NotNull(name string) Cond { return Not(name, nil) }

// Gt, Gte, Lt and Lte compare.
func Gt(name string, value any) Cond  { return Cond{clause.Gt{Column: column(name), Value: value}} }
func Gte(name string, value any) Cond { return Cond{clause.Gte{Column: column(name), Value: value}} }
func Lt(name string, value any) Cond  { return Cond{clause.Lt{Column: column(name), Value: value}} }
func Lte(name string, value any) Cond { return Cond{clause.Lte{Column: column(name), Value: value}} }

// In asks for one of values; none of them matches nothing.
func In[V any](name string, values []V) Cond {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return Cond{clause.IN{Column: column(name), Values: list}}
}

// Contains asks for a text within a column, without regard to case.
func Contains(name, text string) Cond {
	pattern := "%" + likeEscaper.Replace(strings.ToLower(text)) + "%"
	return Cond{clause.Expr{SQL: "LOWER(?) LIKE ? ESCAPE '!'", Vars: []any{column(name), pattern}}}
}

// Mentions is Contains for any column, as it is written in text: JSON among them.
func Mentions(name, text string) Cond {
	pattern := "%" + likeEscaper.Replace(strings.ToLower(text)) + "%"
	return Cond{clause.Expr{SQL: "LOWER(CAST(? AS text)) LIKE ? ESCAPE '!'", Vars: []any{column(name), pattern}}}
}

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// Or asks for at least one of conds; none of them matches nothing.
func Or(conds ...Cond) Cond {
	if len(conds) == 0 {
		return Cond{clause.Expr{SQL: "1 = 0"}}
	}
	list := make([]clause.Expression, len(conds))
	for i, c := range conds {
		list[i] = c.expr
	}
	return Cond{clause.Or(list...)}
}

// Add is a column's new value: the old one plus n.
func Add(name string, n int64) any {
	return clause.Expr{SQL: "? + ?", Vars: []any{column(name), n}}
}
