package db

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"gatehouse/internal/problem"
)

// ErrNotFound says that there is no such row for this transaction: absent, or
// somebody else's.
var ErrNotFound = problem.ErrNotFound

// ErrDuplicate says that a unique index refused a row. Insert returns it
// without breaking the transaction, so the caller may go on to look why.
var ErrDuplicate = errors.New("a row with that key exists")

// Retryable reports whether a transaction failed because of another one beside
// it, so that the same may well succeed: a deadlock or a serialization failure
// on Postgres, a busy file on SQLite.
func Retryable(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code == "40001" || refused.Code == "40P01"
	}
	var busy *sqlite.Error
	return errors.As(err, &busy) && busy.Code()&0xff == sqlite3.SQLITE_BUSY
}

// Orphaned reports whether a row was refused because what it hangs on is gone.
func Orphaned(err error) bool {
	var refused *pgconn.PgError
	return errors.Is(err, gorm.ErrForeignKeyViolated) || errors.As(err, &refused) && refused.Code == "23503"
}

// violatesUnique reports whether a unique index refused a row (SQLSTATE 23505).
func violatesUnique(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "23505"
}

func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound):
		return ErrNotFound
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return ErrDuplicate
	}
	return err
}
