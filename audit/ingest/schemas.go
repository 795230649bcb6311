package ingest

import (
	"encoding/json"
	"errors"
	"fmt"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

var schemas = db.GlobalTable[audit.Schema, id.AuditSchema]{}

// ErrAction refuses a name that no action can have.
var ErrAction = problem.New(problem.Invalid, "invalid_action", "An action is a name such as invoice.paid: letters, digits and . _ - : /, at most 128.")

// CreateSchema makes the next version of an action's schema. Entries that do
// not name a version must meet it from then on; those that name one, that one.
func CreateSchema(tx *db.AllTx, action string, s *Schema) (*audit.Schema, error) {
	if !Action(action) {
		return nil, ErrAction
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	kept, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encoding a schema: %w", err)
	}
	row := &audit.Schema{ID: id.New[id.AuditSchema](), Action: action, Schema: kept, CreatedAt: tx.Now()}
	for { // somebody else may take the number
		before, err := newest(tx, action)
		if err != nil {
			return nil, err
		}
		row.Version = before + 1
		err = schemas.Insert(tx, row)
		if errors.Is(err, db.ErrDuplicate) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return row, audit.RecordDeployment(tx.Tx, audit.LogSchemaCreated{Action: action, Version: row.Version, Schema: kept})
	}
}

// newest is the newest version of an action's schema, 0 where it has none.
func newest(tx db.AnyScope, action string) (int64, error) {
	rows, err := schemas.List(tx, db.Query{Where: []db.Cond{db.Eq("action", action)}, Order: []string{"-version"}, Limit: 1})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].Version, nil
}

// Schemas is one page of an action's schemas.
func Schemas(tx db.AnyScope, action string, page db.Page) ([]audit.Schema, db.Paging, error) {
	list := func(q db.Query) ([]audit.Schema, error) { return schemas.List(tx, q) }
	return db.ListPage(list, page, "id", func(s audit.Schema) string { return string(s.ID) }, db.Eq("action", action))
}

// Newest is one page of the newest schema of each action; its cursors are the
// actions' first schemas, which never change.
func Newest(tx db.AnyScope, page db.Page) ([]Described, db.Paging, error) {
	list := func(q db.Query) ([]audit.Schema, error) { return schemas.List(tx, q) }
	firsts, paging, err := db.ListPage(list, page, "id", func(s audit.Schema) string { return string(s.ID) }, db.Eq("version", 1))
	if err != nil {
		return nil, paging, err
	}
	out := make([]Described, len(firsts))
	for i, first := range firsts {
		rows, err := schemas.List(tx, db.Query{Where: []db.Cond{db.Eq("action", first.Action)}, Order: []string{"-version"}, Limit: 1})
		if err != nil {
			return nil, paging, err
		}
		out[i] = Described{First: first, Newest: rows[0]}
	}
	return out, paging, nil
}

// Described is an action with its newest schema.
type Described struct{ First, Newest audit.Schema }
