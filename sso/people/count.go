package people

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// CountSince is how many people have signed in by a connection since then.
func CountSince(tx db.OwnedScope, c id.Connection, since time.Time) (int64, error) {
	return identities.Count(tx, db.Eq("connection_id", c), db.Gte("last_used_at", since))
}

// Count is how many people are known by a connection for sure.
func Count(tx db.OwnedScope, c id.Connection) (int64, error) {
	return identities.Count(tx, db.Eq("connection_id", c), db.NotNull("proven_at"))
}
