package db

import (
	"encoding/json"
	"strings"
)

// Long lists of ids go to the database as one parameter: neither database then
// has a limit to count against, and a statement's text is the same for each
// length, so that it is prepared once. A list is an array on Postgres, where
// = ANY is hashed whatever the planner guesses, and JSON on SQLite.

// among and notAmong ask whether a column's value is in the list that the
// placeholder stands for.
func (tx *Tx) among(column string) string {
	if tx.db.Dialect == Postgres {
		return column + " = ANY (CAST(? AS text[]))"
	}
	return column + " IN (SELECT value FROM json_each(?))"
}

// Postgres hashes = ANY and, before its version 15, not <> ALL: IS NOT TRUE
// keeps it from making the one of the other.
func (tx *Tx) notAmong(column string) string {
	if tx.db.Dialect == Postgres {
		return "(" + column + " = ANY (CAST(? AS text[]))) IS NOT TRUE"
	}
	return column + " NOT IN (SELECT value FROM json_each(?))"
}

// listed is the list as a table l with the column value.
func (tx *Tx) listed() string {
	if tx.db.Dialect == Postgres {
		return "unnest(CAST(? AS text[])) AS l(value)"
	}
	return "json_each(?) AS l"
}

// listOf is the placeholder's value.
func listOf[S ~string](tx *Tx, values []S) string {
	if tx.db.Dialect == Postgres {
		return arrayLiteral(values)
	}
	list, _ := json.Marshal(values) // strings always can be
	if values == nil {
		return "[]"
	}
	return string(list)
}

var arrayEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\x00", "")

func arrayLiteral[S ~string](values []S) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + arrayEscaper.Replace(string(v)) + `"`)
	}
	b.WriteByte('}')
	return b.String()
}

// mine is the condition that rows of the table are the transaction's
// organization's, and its arguments; an *AllTx sees all. It is scoped for
// statements that are written out.
func mine(tx OwnedScope, table string) (string, []any) {
	if s := tx.base().scope; s.reach == reachOrg {
		return table + ".organization_id = ?", []any{s.org}
	}
	return "1 = 1", nil
}
