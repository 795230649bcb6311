package mailbox

import (
	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
)

// Record writes what came of a code into the log: code is "" where it was
// right. user is nil where nobody has the address.
func Record(tx *db.Tx, kind Kind, status string, user *id.User, email, code string) error {
	who := tx.Actor()
	e := audit.Authentication{Type: string(kind), Status: status, UserID: user, Email: field.Clip(email, 254),
		IPAddress: field.Clip(who.IP, 64), UserAgent: field.Clip(who.UserAgent, 512)}
	if code != "" {
		e.Error = &audit.AuthenticationError{Code: code, Message: Tried{Code: code}.Err().Error()}
	}
	if kind == EmailVerification {
		return audit.RecordDeployment(tx, audit.AuthenticationEmailVerification{Authentication: e})
	}
	return audit.RecordDeployment(tx, audit.AuthenticationMagicAuth{Authentication: e})
}
