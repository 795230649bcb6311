package limit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"gatehouse/internal/db"
)

// key is the primary key of a counter: a hash of kind and subject.
type key string

// counter is a row. A window uses Count, a guard Failures and BlockedUntil;
// WindowStart is the window's, or the moment from which failures are forgotten.
type counter struct {
	db.Global
	ID           key `gorm:"primaryKey"`
	WindowStart  time.Time
	Count        int64
	Failures     int64
	BlockedUntil *time.Time
	ExpiresAt    time.Time
	UpdatedAt    time.Time
}

func (counter) TableName() string { return "rate_limits" }

var counters = db.GlobalTable[counter, key]{}

// keyOf hashes its parts with their lengths, so that no two lists of parts
// make the same key.
func keyOf(parts ...string) key {
	h := sha256.New()
	for _, p := range parts {
		n := len(p)
		h.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		h.Write([]byte(p))
	}
	return key(hex.EncodeToString(h.Sum(nil)[:20]))
}

// change reads a counter for update, lets fn change it, and writes it. A
// counter that is not there yet is made first, because two transactions may
// want to make it at once.
func change(tx db.AnyScope, k key, now time.Time, fn func(*counter)) error {
	row, err := counters.GetForUpdate(tx, k)
	if errors.Is(err, db.ErrNotFound) {
		row = &counter{ID: k, WindowStart: now}
		fn(row)
		row.UpdatedAt = now
		if err = counters.Insert(tx, row); !errors.Is(err, db.ErrDuplicate) {
			return err
		}
		row, err = counters.GetForUpdate(tx, k)
	}
	if err != nil {
		return err
	}
	fn(row)
	_, err = counters.Update(tx, k, db.Set{
		"window_start": row.WindowStart, "count": row.Count, "failures": row.Failures,
		"blocked_until": row.BlockedUntil, "expires_at": row.ExpiresAt, "updated_at": now,
	})
	return err
}

// Sweep deletes the counters that say nothing any more. A worker runs it now
// and then; running it twice is harmless.
func Sweep(tx *db.Tx) (int64, error) {
	return counters.DeleteWhere(tx, db.Lt("expires_at", tx.Now()))
}
