package db

import "testing"

// SetRowSecurityURL lends dbtest's fresh Postgres to the tests inside this package.
func SetRowSecurityURL(f func(testing.TB) string) { rowSecurityURL = f }

// DataKey lends the model to dbtest, which imports this package.
type DataKey = dataKey
