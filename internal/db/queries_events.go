package db

import "gatehouse/internal/id"

// PositionOf is where an entry stands in the numbered log, or ErrNotFound:
// absent, not numbered yet, or another organization's.
func PositionOf(tx OwnedScope, event id.Event) (int64, error) {
	where, args := mine(tx, "p")
	made := id.Time(event) // names the partition
	var found []int64
	err := tx.base().session().Raw("SELECT p.position FROM audit_positions p WHERE p.event_id = ? AND p.recorded_at >= ? AND p.recorded_at <= ? AND "+where,
		append([]any{event, made, made}, args...)...).Scan(&found).Error
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return 0, translate(err)
	}
	return found[0], nil
}
