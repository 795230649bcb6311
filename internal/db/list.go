package db

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Long lists of ids go to the database as one parameter: neither database then
// has a limit to count against, and a statement's text is the same for each
// length, so that it is prepared once. A list is an array on Postgres and JSON
// on SQLite.

// listOf is the parameter for a list.
func listOf[S ~string](tx *Tx, values []S) string {
	if tx.db.Dialect == Postgres {
		return arrayLiteral(values)
	}
	if values == nil {
		return "[]"
	}
	list, _ := json.Marshal(values) // strings always can be
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
		b.WriteByte('"')
		_, _ = arrayEscaper.WriteString(&b, string(v))
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

// byIndex runs fn without sequential scans. Postgres keeps the plan of a
// statement that it has seen five times; one that was made while a table was
// small would read the whole table for each of some hundred ids, until the
// next ANALYZE. One id is not worth the two round trips.
func (tx *Tx) byIndex(ids int, fn func() error) error {
	if ids < 2 {
		return fn()
	}
	return tx.without("enable_seqscan", fn)
}

// without runs fn while the planner of Postgres has to do without something.
func (tx *Tx) without(name string, fn func() error) error {
	if tx.db.Dialect == SQLite {
		return fn()
	}
	if err := tx.setting(name, "off"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	return tx.setting(name, "on")
}

// setting is local to the transaction.
func (tx *Tx) setting(name, value string) error {
	if err := tx.session().Exec("SELECT set_config(?, ?, true)", name, value).Error; err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	return nil
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
