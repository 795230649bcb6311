package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"gatehouse/internal/id"
)

// DirectorySearch is a search among the people or groups of one directory.
//
// Whoever holds a directory's token writes filters, so nothing here runs over
// more rows than AtMost: Within are the conditions that an index answers, and
// only what they leave is looked at one by one.
type DirectorySearch[T OwnedRow] struct {
	Directory id.Directory
	Where     []Cond // what is asked, whole
	Within    []Cond // conditions of Where that an index answers; none: the whole directory is looked at
	AtMost    int    // rows that Within may leave
	Order     []DirectoryOrder
	ByID      bool // Order is by id, and Within the whole: the page's ids are found before any of its rows are read
	Offset    int
	Limit     int
}

// DirectoryOrder is one column or value of an order. A value that is missing
// comes last, and first where the order descends (RFC 7644 §3.4.2.3).
type DirectoryOrder struct {
	By         DirectoryText
	Nullable   bool
	Descending bool
}

// searchTime is how long one statement of a search may take.
var searchTime = 3 * time.Second

// ErrSlow says that a search was given up.
var ErrSlow = errors.New("the search took too long")

// Rows are those of the page.
func (s DirectorySearch[T]) Rows(tx OwnedScope) ([]T, error) {
	rows := []T{}
	err := bounded(tx, func(ctx context.Context) error { return s.page(tx, ctx).Find(&rows).Error })
	return rows, err
}

// Count is how many rows meet Where.
func (s DirectorySearch[T]) Count(tx OwnedScope) (n int64, err error) {
	err = bounded(tx, func(ctx context.Context) error { return s.where(tx, ctx).Count(&n).Error })
	return n, err
}

// Candidates is how many rows Within leaves, or a number above AtMost where
// there are more than that.
func (s DirectorySearch[T]) Candidates(tx OwnedScope) (n int64, err error) {
	err = bounded(tx, func(ctx context.Context) error {
		return s.session(tx, ctx).Raw("SELECT count(*) FROM (?) AS candidates", s.candidates(tx)).Scan(&n).Error
	})
	return n, err
}

// Plan is how the database would look for Rows, for whoever wonders: an index
// that goes unused shows here, and not before a directory is large.
func (s DirectorySearch[T]) Plan(tx OwnedScope) (string, error) {
	dry := s.page(tx, tx.base().ctx).Session(&gorm.Session{DryRun: true}).Find(&[]T{}).Statement
	explain := "EXPLAIN "
	if tx.base().db.Dialect == SQLite {
		explain = "EXPLAIN QUERY PLAN "
	}
	rows, err := tx.base().conn.QueryContext(tx.base().ctx, explain+dry.SQL.String(), dry.Vars...)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var line string
		columns := []any{&line}
		if tx.base().db.Dialect == SQLite {
			columns = []any{new(any), new(any), new(any), &line}
		}
		if err := rows.Scan(columns...); err != nil {
			return "", err
		}
		plan.WriteString(line + "\n")
	}
	return plan.String(), rows.Err()
}

func (s DirectorySearch[T]) session(tx OwnedScope, ctx context.Context) *gorm.DB {
	return tx.base().session().WithContext(ctx)
}

func (s DirectorySearch[T]) where(tx OwnedScope, ctx context.Context) *gorm.DB {
	conds := s.Where
	if len(s.Within) > 0 {
		conds = append(slices.Clone(conds), idAmong(tx, s.candidates(tx)))
	}
	return s.rows(tx, ctx, conds)
}

// rows are the directory's that meet conds.
func (s DirectorySearch[T]) rows(tx OwnedScope, ctx context.Context, conds []Cond) *gorm.DB {
	where, vars := whose(tx, tableOf[T](), len(s.Within) > 0 || len(s.Order) == 0)
	mine := Cond{clause.Expr{SQL: where, Vars: vars}}
	return table[T]{}.where(tx.base(), global, append([]Cond{mine, Eq("directory_id", s.Directory)}, conds...)).WithContext(ctx)
}

func (s DirectorySearch[T]) page(tx OwnedScope, ctx context.Context) *gorm.DB {
	order := clause.Expr{}
	for i, o := range s.Order {
		o.write(&order, i > 0)
	}
	if s.ByID {
		ids := clause.Expr{SQL: "SELECT id FROM (?) AS candidates ORDER BY ? LIMIT ? OFFSET ?", Vars: []any{s.candidates(tx), order, s.Limit, s.Offset}}
		return s.rows(tx, ctx, []Cond{idAmong(tx, ids)}).Order(clause.OrderBy{Expression: order})
	}
	g := s.where(tx, ctx)
	if len(s.Order) > 0 {
		g = g.Order(clause.OrderBy{Expression: order})
	}
	if s.Offset > 0 {
		g = g.Offset(s.Offset)
	}
	return g.Limit(s.Limit)
}

func (o DirectoryOrder) write(e *clause.Expr, further bool) {
	direction := ""
	if o.Descending {
		direction = " DESC"
	}
	if further {
		e.SQL += ", "
	}
	if o.Nullable {
		e.SQL += "(" + o.By.sql + " IS NULL)" + direction + ", "
		e.Vars = append(e.Vars, o.By.vars...)
	}
	e.SQL += o.By.Bytes().sql + direction
	e.Vars = append(e.Vars, o.By.vars...)
}

// candidates are the ids that Within leaves, one more than AtMost of them. The
// limit also keeps Postgres from looking for them in another way.
func (s DirectorySearch[T]) candidates(tx OwnedScope) clause.Expr {
	e := idsOf[T](tx, s.Directory, s.Within, true)
	e.SQL += " LIMIT ?"
	e.Vars = append(e.Vars, s.AtMost+1)
	return e
}

// idsOf are the ids of the directory's rows that meet conds; found says that
// these are what finds them.
func idsOf[T OwnedRow](tx OwnedScope, directory id.Directory, conds []Cond, found bool) clause.Expr {
	name := tableOf[T]()
	where, vars := whose(tx, name, found)
	e := clause.Expr{SQL: "SELECT id FROM " + name + " WHERE " + where + " AND directory_id = ?", Vars: append(vars, directory)}
	for _, c := range conds {
		e.SQL += " AND ?"
		e.Vars = append(e.Vars, c.expr)
	}
	return e
}

// whose is mine, asked of each row that is found and no way to find one: a
// directory has one organization, and a planner that knows no better would read
// all of the organization's rows in the order of an index on their ids. On
// Postgres that goes for rows that something else finds; the others are read
// in the order of an index that has the organization in it.
func whose(tx OwnedScope, table string, found bool) (string, []any) {
	where, vars := mine(tx, table)
	switch {
	case len(vars) == 0:
	case tx.base().db.Dialect == SQLite:
		where = "+" + where
	case found:
		where = table + ".organization_id || '' = ?"
	}
	return where, vars
}

func tableOf[T any]() string {
	var row T
	return any(row).(interface{ TableName() string }).TableName()
}

// RowsOf are the rows that meet conds, which an index answers, as a list.
func RowsOf[T OwnedRow](tx OwnedScope, directory id.Directory, conds []Cond) DirectoryList {
	return DirectoryList{idsOf[T](tx, directory, conds, true)}
}

// FromRow asks for rows from an offset behind the id after on, in the order of
// the ids, or against it. The ids alone are counted through, in an index. An
// empty after is the beginning.
func FromRow[T OwnedRow](tx OwnedScope, directory id.Directory, after string, offset int, backward bool) []Cond {
	var behind []Cond
	if after != "" {
		behind = []Cond{Gt("id", after)}
	}
	if offset == 0 {
		return behind
	}
	e := idsOf[T](tx, directory, behind, false)
	compare, order := "? >= (?)", " ORDER BY id LIMIT 1 OFFSET ?"
	if backward {
		compare, order = "? <= (?)", " ORDER BY id DESC LIMIT 1 OFFSET ?"
	}
	e.SQL += order
	e.Vars = append(e.Vars, offset)
	return []Cond{{clause.Expr{SQL: compare, Vars: []any{column("id"), e}}}}
}

// bounded runs a statement of a search for as long as one may take.
func bounded(tx OwnedScope, run func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(tx.base().ctx, searchTime)
	defer cancel()
	err := run(ctx)
	if err != nil && ctx.Err() != nil && tx.base().ctx.Err() == nil {
		return fmt.Errorf("%w: %w", ErrSlow, err)
	}
	return translate(err)
}
