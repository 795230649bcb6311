package sso

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Hold is a connection, and keeps it as it is until the transaction ends: two
// who come by it for the first time come one after the other.
func Hold(tx *db.OrgTx, c id.Connection) (*Connection, error) { return connections.GetForUpdate(tx, c) }
