package mail

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// State is where a mail is.
type State string

// The states.
const (
	Queued State = "queued"
	Sent   State = "sent"
	Kept   State = "kept"   // development: shown, not sent
	Failed State = "failed" // given up: it ran out before a server took it
)

// Mail is one mail to one address.
type Mail struct {
	db.Global
	ID        id.Mail
	Kind      string
	Recipient string
	Locale    string
	Sealed    []byte // Rendered as JSON; nil once it was sent or given up
	State     State
	Tries     int64
	LastError *string
	SentAt    *time.Time
	ExpiresAt time.Time // after it the mail helps nobody
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TableName is the table that this package owns.
func (Mail) TableName() string { return "mails" }

var mails = db.GlobalTable[Mail, id.Mail]{}

func cell(m id.Mail) db.Cell { return db.Cell{Table: "mails", Column: "sealed", Row: string(m)} }

// ListKept lists the newest mails that are kept, for development's page.
func ListKept(tx db.AnyScope, page db.Page) ([]Mail, db.Paging, error) {
	list := func(q db.Query) ([]Mail, error) { return mails.List(tx, q) }
	return db.ListPage(list, page, "id", func(m Mail) string { return string(m.ID) }, db.Eq("state", Kept))
}

// GetKept is one mail that is kept, or db.ErrNotFound.
func GetKept(tx db.AnyScope, mail id.Mail) (*Mail, error) {
	return mails.First(tx, db.Eq("id", mail), db.Eq("state", Kept))
}

// Sweep removes mails a day after they helped anybody.
func Sweep(tx *db.Tx) (int64, error) {
	return mails.DeleteWhere(tx, db.Lt("expires_at", tx.Now().Add(-24*time.Hour)))
}
