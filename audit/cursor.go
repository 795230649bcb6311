package audit

import (
	"errors"
	"fmt"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

var cursors = db.GlobalTable[Cursor, id.Cursor]{}

// CursorAt is how far a follower has come; 0 before its first step.
func CursorAt(tx db.AnyScope, follower id.Cursor) (int64, error) {
	c, err := cursors.Get(tx, follower)
	if errors.Is(err, db.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the cursor of %s: %w", follower, err)
	}
	return c.Position, nil
}

// HoldCursor is CursorAt that keeps other processes from the follower's work
// until the transaction ends.
func HoldCursor(tx db.AnyScope, follower id.Cursor) (int64, error) {
	err := cursors.Insert(tx, &Cursor{ID: follower, UpdatedAt: tx.Now()})
	if err != nil && !errors.Is(err, db.ErrDuplicate) {
		return 0, fmt.Errorf("making the cursor of %s: %w", follower, err)
	}
	c, err := cursors.GetForUpdate(tx, follower)
	if err != nil {
		return 0, fmt.Errorf("holding the cursor of %s: %w", follower, err)
	}
	return c.Position, nil
}

// MoveCursor sets a cursor that the transaction holds.
func MoveCursor(tx db.AnyScope, follower id.Cursor, position int64) error {
	return cursors.UpdateLater(tx, follower, db.Set{"position": position, "updated_at": tx.Now()})
}
