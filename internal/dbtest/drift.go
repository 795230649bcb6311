package dbtest

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"gatehouse/internal/db"
)

// Column is one column as both databases should have it.
type Column struct {
	Type string // text, time, bytes, bool, int
	Null bool
}

// Schema is what a database really has: columns by "table.column", and unique
// indexes as "table(column, column) where …".
type Schema struct {
	Columns map[string]Column
	Unique  []string
}

// ReadSchema asks the database for its tables, less those of the tools.
func ReadSchema(t testing.TB, d *db.DB) Schema {
	t.Helper()
	if d.Dialect == db.SQLite {
		return readSQLite(t, d)
	}
	return readPostgres(t, d)
}

func foreign(table string) bool {
	return strings.HasPrefix(table, "goose_") || strings.HasPrefix(table, "river_") || strings.HasPrefix(table, "sqlite_")
}

var kinds = map[string]string{
	"text": "text", "jsonb": "text", "tsvector": "text", "json": "text", "array": "text", "timestamp with time zone": "time", "timestamp": "time", "bytea": "bytes", "blob": "bytes",
	"boolean": "bool", "bigint": "int", "integer": "int",
}

func kind(t testing.TB, name string) string {
	k, ok := kinds[strings.ToLower(name)]
	if !ok {
		t.Errorf("a column has the type %s, which this house does not use", name)
	}
	return k
}

func readPostgres(t testing.TB, d *db.DB) Schema {
	s := Schema{Columns: map[string]Column{}}
	_, conn := d.Pools()
	for _, r := range query(t, conn, 4, `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public' AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = format('%I.%I', table_schema, table_name)::regclass AND c.relispartition)`) {
		if !foreign(r[0]) {
			s.Columns[r[0]+"."+r[1]] = Column{kind(t, r[2]), r[3] == "YES"}
		}
	}
	for _, r := range query(t, conn, 2, `SELECT tablename, replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = format('%I.%I', schemaname, tablename)::regclass AND c.relispartition) AND schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%'`) {
		if !foreign(r[0]) {
			s.Unique = append(s.Unique, r[0]+indexTail(r[1]))
		}
	}
	slices.Sort(s.Unique)
	return s
}

func readSQLite(t testing.TB, d *db.DB) Schema {
	s := Schema{Columns: map[string]Column{}}
	_, conn := d.Pools()
	for _, r := range query(t, conn, 2, `SELECT name, '' FROM sqlite_master WHERE type = 'table'`) {
		if foreign(r[0]) {
			continue
		}
		var key []string
		for _, c := range query(t, conn, 4, `SELECT name, type, "notnull", pk FROM pragma_table_info('`+r[0]+`') ORDER BY pk`) {
			s.Columns[r[0]+"."+c[0]] = Column{kind(t, c[1]), c[2] == "0"}
			if c[3] != "0" {
				key = append(key, c[0])
			}
		}
		if len(key) > 0 {
			s.Unique = append(s.Unique, r[0]+" ("+strings.Join(key, ", ")+")")
		}
	}
	for _, r := range query(t, conn, 2, `SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE%'`) {
		if !foreign(r[0]) {
			s.Unique = append(s.Unique, r[0]+indexTail(r[1]))
		}
	}
	slices.Sort(s.Unique)
	return s
}

// indexTail is " (columns) where condition" of an index's definition, without
// what Postgres adds to it.
func indexTail(definition string) string {
	tail := definition[strings.Index(definition, "("):]
	tail = strings.NewReplacer("::text", "", "((", "(", "))", ")", `"`, "").Replace(tail)
	if columns, where, ok := strings.Cut(tail, " WHERE "); ok {
		tail = columns + " where " + strings.Trim(regexp.MustCompile(`\s+`).ReplaceAllString(where, " "), "()")
	}
	return " " + tail
}

// CheckModels holds GORM models against the table that the migrations made:
// each field has a column of its kind, each column a field, and what may be
// NULL is a pointer.
func CheckModels(t *testing.T, models ...any) {
	t.Helper()
	real := ReadSchema(t, SQLite(t))
	for _, m := range models {
		parsed, err := schema.Parse(m, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, f := range parsed.Fields {
			if f.DBName == "" {
				continue
			}
			seen[f.DBName] = true
			checkField(t, real, parsed.Table, f)
		}
		for name := range real.Columns {
			table, column, _ := strings.Cut(name, ".")
			if table == parsed.Table && !seen[column] {
				t.Errorf("%T has no field for the column %s", m, name)
			}
		}
	}
}

func checkField(t *testing.T, real Schema, table string, f *schema.Field) {
	column, ok := real.Columns[table+"."+f.DBName]
	if !ok {
		t.Errorf("%s.%s: no such column", table, f.DBName)
		return
	}
	if f.Serializer == nil {
		want := map[schema.DataType]string{schema.String: "text", schema.Time: "time", schema.Bytes: "bytes", schema.Bool: "bool", schema.Int: "int", schema.Uint: "int"}[f.GORMDataType]
		if want != column.Type {
			t.Errorf("%s.%s: the field is %s, the column %s", table, f.DBName, f.GORMDataType, column.Type)
		}
	}
	pointer := f.FieldType.String()[0] == '*' || f.FieldType.String() == "[]uint8"
	if column.Null && !pointer {
		t.Errorf("%s.%s: the column may be NULL, the field (%s) not", table, f.DBName, f.FieldType)
	}
	if !column.Null && f.FieldType.String()[0] == '*' {
		t.Errorf("%s.%s: the field may be nil, the column is NOT NULL", table, f.DBName)
	}
}

func query(t testing.TB, conn *sql.DB, columns int, text string) [][]string {
	t.Helper()
	rows, err := conn.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out [][]string
	for rows.Next() {
		values, targets := make([]any, columns), make([]any, columns)
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, columns)
		for i, v := range values {
			row[i] = fmt.Sprint(v)
		}
		out = append(out, row)
	}
	return out
}
