package db

import (
	"fmt"
	"time"

	"gatehouse/internal/id"
)

// Streams of every organization are worked on by the same loop. These write
// their leases and cursors across organizations, by the id and the lease that
// each statement names; a policy of the table lets the deployment's scope.

// FreeStreams are streams that send and that nobody works on.
func FreeStreams(tx *AllTx, limit int) (free []id.Stream, err error) {
	err = tx.session().Raw("SELECT id FROM log_streams WHERE state <> 'paused' AND (leased_until IS NULL OR leased_until < ?) ORDER BY id LIMIT ?", tx.Now(), limit).Scan(&free).Error
	return free, translate(err)
}

// LeaseStream takes a stream that nobody works on, and says whether it did.
func LeaseStream(tx *AllTx, key id.Stream, lease string, until time.Time) (bool, error) {
	return tx.one("UPDATE log_streams SET lease = ?, leased_until = ? WHERE id = ? AND state <> 'paused' AND (leased_until IS NULL OR leased_until < ?)", lease, until, key, tx.Now())
}

// HeldStream is what may have changed of a stream while somebody works on it.
type HeldStream struct {
	ID        id.Stream
	Position  int64
	State     string
	Waits     bool // for a time that it is asked again
	UpdatedAt time.Time
}

// RenewStreams renews a process's leases, and says which ones it has still.
func RenewStreams(tx *AllTx, lease string, until time.Time) (kept []HeldStream, err error) {
	err = tx.session().Raw("UPDATE log_streams SET leased_until = ? WHERE lease = ? RETURNING id, position, state, next_at IS NOT NULL AS waits, updated_at", until, lease).Scan(&kept).Error
	return kept, translate(err)
}

// ReleaseStream gives a stream back.
func ReleaseStream(tx *AllTx, key id.Stream, lease string) error {
	_, err := tx.one("UPDATE log_streams SET lease = NULL, leased_until = NULL WHERE id = ? AND lease = ?", key, lease)
	return err
}

// ReleaseStreams gives all streams back, whoever has them.
func ReleaseStreams(tx *AllTx) error {
	return translate(tx.session().Exec("UPDATE log_streams SET lease = NULL, leased_until = NULL WHERE lease IS NOT NULL").Error)
}

// StreamAdvance is what a destination has taken.
type StreamAdvance struct {
	Stream   id.Stream
	Lease    string
	From, To int64 // the cursor, before and after
	Entries  int64 // that met the filter; 0: none was sent
}

// AdvanceStream moves a cursor from where it stood when its batch was read, if
// the lease still holds, and says whether it did. What people set up stays as
// new as it was: updated_at does not move.
func AdvanceStream(tx *AllTx, a StreamAdvance) (bool, error) {
	if a.Entries == 0 {
		return tx.one("UPDATE log_streams SET position = ? WHERE id = ? AND lease = ? AND position = ?", a.To, a.Stream, a.Lease, a.From)
	}
	return tx.one(`UPDATE log_streams SET position = ?, delivered = delivered + ?, last_delivered_at = ?, failures = 0, failing_since = NULL, next_at = NULL, last_error = NULL, last_error_at = NULL,
		state = CASE state WHEN 'error' THEN 'active' ELSE state END WHERE id = ? AND lease = ? AND position = ?`, a.To, a.Entries, tx.Now(), a.Stream, a.Lease, a.From)
}

// StreamFailure is why a destination took nothing.
type StreamFailure struct {
	Stream id.Stream
	Lease  string
	Error  string
	Next   time.Time // when it is asked again
	Broken bool      // people are to look
	Told   bool      // and are told so
}

// FailStream notes a failure, if the lease still holds, and says whether it did.
func FailStream(tx *AllTx, f StreamFailure) (bool, error) {
	state := "state"
	if f.Broken {
		state = "CASE state WHEN 'active' THEN 'error' ELSE state END"
	}
	set := "failures = failures + 1, failing_since = COALESCE(failing_since, ?), next_at = ?, last_error = ?, last_error_at = ?, state = " + state
	args := []any{tx.Now(), f.Next, f.Error, tx.Now()}
	if f.Told {
		set, args = set+", told_at = ?", append(args, tx.Now())
	}
	return tx.one("UPDATE log_streams SET "+set+" WHERE id = ? AND lease = ?", append(args, f.Stream, f.Lease)...)
}

// one runs a statement that meets one row or none.
func (tx *AllTx) one(text string, args ...any) (bool, error) {
	result := tx.session().Exec(text, args...)
	if result.Error != nil {
		return false, fmt.Errorf("writing a stream: %w", translate(result.Error))
	}
	return result.RowsAffected == 1, nil
}
