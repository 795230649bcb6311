package db

import (
	"context"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// model is how a type's fields are a table's columns, looked at once. GORM
// knows it, and looks again at each statement: on Postgres, where most of what
// a request costs would be that, the handles write and read by it themselves
// (native.go). Types that hold what it does not know stay with GORM.
type model struct {
	table   string // quoted
	list    string // of all columns, quoted
	columns []modelColumn
	byName  map[string]*modelColumn // by the column's name, and by the field's
	inserts sync.Map                // number of rows → statement
	last    bool                    // it is a Leaf
}

// Leaf is a row on which nothing in the database hangs: what a transaction
// postpones of it is written behind all else, in one statement.
type Leaf interface{ Leaf() }

type modelColumn struct {
	name    string
	quoted  string
	field   *schema.Field
	kind    columnKind
	pointer bool
}

type columnKind int

const (
	textColumn columnKind = iota
	intColumn
	boolColumn
	timeColumn
	bytesColumn
	jsonColumn
)

var (
	timeType  = reflect.TypeFor[time.Time]()
	bytesType = reflect.TypeFor[[]byte]()

	rawJSONType = reflect.TypeFor[json.RawMessage]()

	models sync.Map // reflect.Type → *model; nil: not known
)

// modelOf is the model of a type, nil where GORM has to do it.
func modelOf[T any](g *gorm.DB) *model {
	t := reflect.TypeFor[T]()
	if m, ok := models.Load(t); ok {
		return m.(*model)
	}
	m := newModel(g, new(T))
	models.Store(t, m)
	return m
}

func newModel(g *gorm.DB, row any) *model {
	statement := &gorm.Statement{DB: g}
	if err := statement.Parse(row); err != nil {
		return nil // GORM says what is wrong
	}
	s := statement.Schema
	if len(s.FieldsWithDefaultDBValue) > 0 || s.BeforeCreate || s.AfterCreate || s.BeforeSave || s.AfterSave || s.BeforeUpdate || s.AfterUpdate || s.BeforeDelete || s.AfterDelete || s.AfterFind {
		return nil
	}
	m := &model{table: quoted(s.Table), columns: make([]modelColumn, len(s.DBNames)), byName: map[string]*modelColumn{}}
	names := make([]string, len(s.DBNames))
	for i, name := range s.DBNames {
		c := modelColumn{name: name, quoted: quoted(name), field: s.FieldsByDBName[name]}
		if !c.classify() {
			return nil
		}
		m.columns[i], names[i] = c, c.quoted
		m.byName[name], m.byName[c.field.Name] = &m.columns[i], &m.columns[i]
	}
	m.list = strings.Join(names, ",")
	_, m.last = row.(Leaf)
	return m
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// classify finds out how the column's values are written and read.
func (c *modelColumn) classify() bool {
	f := c.field
	if f.HasDefaultValue || !f.Readable || f.AutoCreateTime > 0 && f.FieldType != timeType || f.AutoUpdateTime > 0 && f.FieldType != timeType {
		return false
	}
	if f.Serializer != nil {
		_, isJSON := f.Serializer.(schema.JSONSerializer)
		c.kind = jsonColumn
		return isJSON
	}
	t := f.FieldType
	if c.pointer = t.Kind() == reflect.Pointer; c.pointer {
		t = t.Elem()
	}
	switch {
	case t == timeType:
		c.kind = timeColumn
	case t == bytesType:
		c.kind = bytesColumn
	case t.Kind() == reflect.String:
		c.kind = textColumn
	case t.Kind() == reflect.Int64 || t.Kind() == reflect.Int || t.Kind() == reflect.Int32:
		c.kind = intColumn
	case t.Kind() == reflect.Bool:
		c.kind = boolColumn
	default:
		return false
	}
	return true
}

// insert is the statement that adds so many rows.
func (m *model) insert(rows int) string {
	if text, ok := m.inserts.Load(rows); ok {
		return text.(string)
	}
	var names []string
	for i := range m.columns {
		if m.columns[i].field.Creatable {
			names = append(names, m.columns[i].quoted)
		}
	}
	b := []byte("INSERT INTO " + m.table + " (" + strings.Join(names, ",") + ") VALUES ")
	for row := range rows {
		if row > 0 {
			b = append(b, ',')
		}
		for i := range names {
			b = append(b, "(,"[min(i, 1)], '$')
			b = strconv.AppendInt(b, int64(row*len(names)+i+1), 10)
		}
		b = append(b, ')')
	}
	m.inserts.Store(rows, string(b))
	return string(b)
}

// appendArgs adds a row's values in the order of insert. What is to hold the
// instant at which it was made is filled in, as GORM does.
func (m *model) appendArgs(ctx context.Context, args []any, row reflect.Value, now time.Time) ([]any, error) {
	for i := range m.columns {
		c := &m.columns[i]
		if !c.field.Creatable {
			continue
		}
		v := c.field.ReflectValueOf(ctx, row)
		if c.field.AutoCreateTime > 0 || c.field.AutoUpdateTime > 0 {
			if at := v.Addr().Interface().(*time.Time); at.IsZero() {
				*at = now
			}
		}
		value, err := c.value(v)
		if err != nil {
			return nil, err
		}
		args = append(args, value)
	}
	return args, nil
}

func (c *modelColumn) value(v reflect.Value) (any, error) {
	if c.pointer {
		if v.IsNil() {
			return nil, nil
		}
		v = v.Elem()
	}
	switch c.kind {
	case textColumn:
		return v.String(), nil
	case intColumn:
		return v.Int(), nil
	case boolColumn:
		return v.Bool(), nil
	case timeColumn:
		return *v.Addr().Interface().(*time.Time), nil
	case bytesColumn:
		return v.Bytes(), nil
	}
	text, err := encoded(v)
	if err != nil || string(text) == "null" {
		return nil, err
	}
	return string(text), nil
}

func encoded(v reflect.Value) ([]byte, error) {
	if v.Type() == rawJSONType && v.Len() > 0 {
		return v.Bytes(), nil // it is JSON already
	}
	return json.Marshal(v.Interface())
}

// read fills a row, all of whose fields are zero, from r.
func (m *model) read(ctx context.Context, row reflect.Value, r *rawRow) {
	for i := range m.columns {
		if r.null() {
			r.at++
			continue
		}
		c := &m.columns[i]
		v := c.field.ReflectValueOf(ctx, row)
		if c.pointer {
			v.Set(reflect.New(v.Type().Elem()))
			v = v.Elem()
		}
		c.read(v, r)
	}
}

func (c *modelColumn) read(v reflect.Value, r *rawRow) {
	switch c.kind {
	case textColumn:
		v.SetString(r.text())
	case intColumn:
		v.SetInt(r.int())
	case boolColumn:
		v.SetBool(r.bool())
	case timeColumn:
		*v.Addr().Interface().(*time.Time) = r.time()
	case bytesColumn:
		v.SetBytes(r.bytes())
	case jsonColumn:
		if err := json.Unmarshal(r.next(), v.Addr().Interface()); err != nil {
			r.fail(err.Error())
		}
	}
}
