package db

import (
	"database/sql/driver"
	"fmt"
	"sync"

	"modernc.org/sqlite"

	"gatehouse/scim/schema"
)

// foldInSQLite gives SQLite gatehouse_fold, which is schema.Fold: its own
// lower() knows ASCII alone. Postgres has it by migration 0004.
var foldInSQLite = sync.OnceValue(func() error {
	err := sqlite.RegisterDeterministicScalarFunction("gatehouse_fold", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		if s, ok := args[0].(string); ok {
			return schema.Fold(s), nil
		}
		return args[0], nil
	})
	if err != nil {
		return fmt.Errorf("teaching SQLite to fold texts: %w", err)
	}
	return nil
})
