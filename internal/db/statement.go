package db

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"gorm.io/gorm/clause"
)

// statement is a statement for Postgres as it grows: what GORM's clauses write
// themselves into (clause.Builder), without the rest of GORM around them.
type statement struct {
	table string // quoted: what clause.CurrentTable stands for
	text  []byte
	args  []any
	err   error
}

func (s *statement) WriteByte(c byte) error {
	s.text = append(s.text, c)
	return nil
}

func (s *statement) WriteString(text string) (int, error) {
	s.text = append(s.text, text...)
	return len(text), nil
}

// WriteQuoted writes the name of a column.
func (s *statement) WriteQuoted(field any) {
	switch f := field.(type) {
	case clause.Column:
		if f.Alias == "" && !f.Raw {
			s.of(f.Table)
			s.text = append(s.text, quoted(f.Name)...)
			return
		}
	case string:
		s.text = append(s.text, quoted(f)...)
		return
	}
	_ = s.AddError(fmt.Errorf("db: %#v is no column", field))
}

// of writes whose column it is.
func (s *statement) of(table string) {
	switch table {
	case "":
		return
	case clause.CurrentTable:
		s.text = append(s.text, s.table...)
	default:
		s.text = append(s.text, quoted(table)...)
	}
	s.text = append(s.text, '.')
}

// AddVar writes parameters, or what stands for them.
func (s *statement) AddVar(_ clause.Writer, values ...any) {
	for i, v := range values {
		if i > 0 {
			s.text = append(s.text, ',')
		}
		s.value(v)
	}
}

func (s *statement) value(v any) {
	switch v := v.(type) {
	case clause.Column:
		s.WriteQuoted(v)
		return
	case clause.Expression:
		v.Build(s)
		return
	case []any:
		s.values(v)
		return
	case nil, string, []byte, driver.Valuer:
		s.bind(v)
		return
	}
	switch rv := reflect.ValueOf(v); {
	case rv.Kind() == reflect.String:
		s.bind(rv.String())
	case rv.Kind() == reflect.Slice && rv.Type().Elem().Kind() != reflect.Uint8:
		list := make([]any, rv.Len())
		for i := range list {
			list[i] = rv.Index(i).Interface()
		}
		s.values(list)
	default:
		s.bind(v)
	}
}

// values writes a list in parentheses; an empty one, which nothing is in, holds NULL.
func (s *statement) values(list []any) {
	if len(list) == 0 {
		s.text = append(s.text, "(NULL)"...)
		return
	}
	s.text = append(s.text, '(')
	s.AddVar(s, list...)
	s.text = append(s.text, ')')
}

func (s *statement) bind(v any) {
	s.args = append(s.args, v)
	s.text = append(s.text, '$')
	s.text = strconv.AppendInt(s.text, int64(len(s.args)), 10)
}

func (s *statement) AddError(err error) error {
	s.err = errors.Join(s.err, err)
	return s.err
}

// where adds the conditions, and whose rows they are for.
func (s *statement) where(tx *Tx, kind ownership, conds []Cond) {
	exprs := make([]clause.Expression, 0, len(conds)+1)
	for _, c := range conds {
		exprs = append(exprs, clause.And(c.expr)) // an OR of one thing would else be joined by OR
	}
	mine, err := ofScope(tx, kind)
	switch {
	case err != nil:
		_ = s.AddError(err)
	case mine != nil:
		exprs = append(exprs, clause.And(mine))
	}
	if len(exprs) > 0 {
		s.text = append(s.text, " WHERE "...)
		clause.Where{Exprs: exprs}.Build(s)
	}
}
