package db

import (
	"errors"

	"gorm.io/gorm"

	"gatehouse/internal/problem"
)

// ErrNotFound says that there is no such row for this transaction: absent, or
// somebody else's.
var ErrNotFound = problem.ErrNotFound

// ErrDuplicate says that a unique index refused a row. Insert returns it
// without breaking the transaction, so the caller may go on to look why.
var ErrDuplicate = errors.New("a row with that key exists")

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
