package puzzle

import (
	"encoding/base64"
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// solved is a puzzle that has counted.
type solved struct {
	db.Global
	ID        id.Puzzle // of the hash of its text
	ExpiresAt time.Time
	CreatedAt time.Time
}

func (solved) TableName() string { return "solved_puzzles" }

var spent = db.GlobalTable[solved, id.Puzzle]{}

// Spend uses a puzzle up whose answer was checked: ErrExpired where it has
// counted before. Of two that bring it at once the database lets one through.
func (p Text) Spend(tx *db.Tx) error {
	key := id.Puzzle("puzzle_" + base64.RawURLEncoding.EncodeToString(seal.Hash(string(p))))
	err := spent.Insert(tx, &solved{ID: key, ExpiresAt: tx.Now().Add(Lifetime)})
	if errors.Is(err, db.ErrDuplicate) {
		return ErrExpired
	}
	return err
}

// Sweep removes puzzles that nobody could bring again.
func Sweep(tx *db.Tx) (int64, error) {
	return spent.DeleteWhere(tx, db.Lt("expires_at", tx.Now()))
}
