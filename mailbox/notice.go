package mailbox

import (
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/mail"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
)

// Notice tells a person by mail what was done with their account, with a link
// by which they can say that it was not they. From where it was done is the
// transaction's actor's to tell.
func (m *Mailbox) Notice(tx *db.Tx, u *users.User, letter func(seen webmail.Seen, disownURL string) webmail.Letter) error {
	return m.NoticeTo(tx, u, u.Email, letter)
}

// NoticeTo is Notice to another address than the account's: the one that it
// had until now.
func (m *Mailbox) NoticeTo(tx *db.Tx, u *users.User, address string, letter func(seen webmail.Seen, disownURL string) webmail.Letter) error {
	i, err := issue(tx, New{Kind: Disown, Email: address, User: u})
	if err != nil {
		return err
	}
	who := tx.Actor()
	seen := webmail.Seen{Device: browser.AgentName(who.UserAgent), IP: who.IP, At: tx.Now()}
	to := mail.To{Address: address}
	if u.Locale != nil {
		to.Locale = *u.Locale
	}
	return m.Post.Send(tx, to, letter(seen, m.URL(i)))
}
