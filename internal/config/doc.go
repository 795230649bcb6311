// Package config turns the environment into one struct, once. Nothing else
// in Gatehouse reads the environment.
//
// One table (variables.go) names every variable with its default, its meaning
// and the function that reads it; loading, validation and docs/config.md all
// come from it, so they cannot disagree. The zero environment runs: SQLite
// under ./data, mail on a page, keys made on first start.
//
// Bad values and unknown GATEHOUSE_ names stop the start, each with one
// sentence that names the variable and how to mend it: a misspelt variable
// that is silently ignored is a security setting that is silently off.
//
// Secrets are config.Secret, which prints as [redacted] whatever prints it.
package config
