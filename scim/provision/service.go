package provision

import (
	"log/slog"

	"gatehouse/internal/db"
	"gatehouse/internal/mail"
)

// Service is what directories need besides the transaction of a request: jobs,
// and mails to those who look after them.
type Service struct {
	DB   *db.DB
	Post *mail.Post
	Base string // the public origin
	Log  *slog.Logger
}
