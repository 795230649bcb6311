// Package migrations holds the schema, written by hand once for each database.
//
// Files are numbered, embedded and forward only: old code must run on the new
// schema, so a column is added, filled, and its predecessor removed a release
// later. The drift test in internal/db compares what both sets make: tables,
// columns, nullability, unique indexes, and the GORM models over them.
package migrations

import "embed"

// Files are the goose migrations, below postgres/ and sqlite/.
//
//go:embed postgres/*.sql sqlite/*.sql
var Files embed.FS
