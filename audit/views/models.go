package views

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// View is a named way of looking at the log.
type View struct {
	db.MaybeOwned // without an organization: of the deployment's log
	ID            id.AuditView
	UserID        *id.User // nil: everybody's who sees that log
	Name          string
	Folded        string // the name, as two are compared
	Query         string // of an address
	MadeBy        string // as people call them
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// TableName is the table that this package owns.
func (View) TableName() string { return "audit_views" }

// Shared reports whether everybody who sees the log has it.
func (v *View) Shared() bool { return v.UserID == nil }

var table = db.MaybeTable[View, id.AuditView]{}
