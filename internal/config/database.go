package config

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
)

// DatabaseKind is which of the two databases it is.
type DatabaseKind string

// The databases that Gatehouse speaks.
const (
	SQLite   DatabaseKind = "sqlite"
	Postgres DatabaseKind = "postgres"
)

// Database is where rows live.
type Database struct {
	Kind DatabaseKind
	Path string // of the SQLite file
	URL  Secret // of Postgres
}

var errDatabaseURL = errors.New("must be postgres://user:password@host/name or sqlite:PATH")

// parseDatabase reads a database's address. Its errors do not repeat the
// value, which holds a password.
func parseDatabase(value string) (Database, error) {
	if path, ok := strings.CutPrefix(value, "sqlite:"); ok {
		return parseSQLite(path)
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return Database{}, errDatabaseURL
	}
	// A Unix socket has its directory in the query: postgres:///name?host=/run/postgresql.
	if u.Host == "" && u.Query().Get("host") == "" {
		return Database{}, errDatabaseURL
	}
	return Database{Kind: Postgres, URL: NewSecret(value)}, nil
}

func parseSQLite(path string) (Database, error) {
	switch {
	case path == "", strings.HasSuffix(path, "/"):
		return Database{}, errors.New("must name a file behind sqlite:, for example sqlite:./data/gatehouse.db")
	case path == ":memory:":
		return Database{}, errors.New("cannot be in memory, because reads have connections of their own: write sqlite: and the path of a file")
	case strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///"):
		return Database{}, errors.New("has a host behind sqlite:, which is a plain path: write sqlite:/var/lib/gatehouse.db or sqlite:./data/gatehouse.db")
	case strings.ContainsAny(path, "?#\x00"):
		return Database{}, errors.New("must be a plain path behind sqlite:, without parameters")
	}
	return Database{Kind: SQLite, Path: filepath.Clean(path)}, nil
}
