package audit

import (
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
)

// Prepare is an entry's row, for the few mutations that internal/db writes as
// one statement (refreshing tokens, redeeming codes). The entry still commits
// with what it tells of.
func Prepare(who actor.Actor, now time.Time, e Entry) (db.AuditRow, error) {
	row, err := eventOf(who, now, e)
	if err != nil {
		return db.AuditRow{}, err
	}
	targets, err := json.Marshal(row.Targets)
	if err != nil {
		return db.AuditRow{}, fmt.Errorf("encoding the targets of %s: %w", e.Type(), err)
	}
	return db.AuditRow{
		ID: row.ID, Type: row.Type, OccurredAt: row.OccurredAt, RecordedAt: row.RecordedAt, ActorKind: row.ActorKind, ActorID: row.ActorID, ActorName: row.ActorName,
		Targets: targets, IPAddress: row.IPAddress, UserAgent: row.UserAgent, RequestID: row.RequestID, Reference: row.Reference, Data: row.Data,
	}, nil
}
