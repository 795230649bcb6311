package mail

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	webmail "gatehouse/web/mail"
)

// Post sends mails.
type Post struct {
	DB   *db.DB
	Name string // the deployment's, where nobody else's stands
	SMTP *SMTP  // nil: mails are kept and shown (development)
	Log  *slog.Logger

	// Look is how an organization looks; it is given because organizations
	// stand on a higher floor.
	Look func(tx *db.Tx, org id.Organization) (webmail.Brand, error)
}

// To is whom a mail is for, and in whose name it is written.
type To struct {
	Address      string           // one address, as users.ParseEmail shows it
	Locale       string           // language tags, best first; empty: English
	Organization *id.Organization // whose look it has; nil: the deployment's
	Application  string           // what the reader signs in to; empty: the sender's name
	Lifetime     time.Duration    // after it the mail helps nobody; zero: a week
}

// week is how long notices and the like are tried.
const week = 7 * 24 * time.Hour

// deliverArgs asks for one mail to be delivered. It may run twice: what was
// sent has no text any more.
type deliverArgs struct {
	Mail id.Mail `json:"mail"`
}

// Kind names the job.
func (deliverArgs) Kind() string { return "mail" }

// Send writes the letter and leaves it to be delivered once the transaction
// has committed.
func (p *Post) Send(tx *db.Tx, to To, letter webmail.Letter) error {
	lang := i18n.Match(to.Locale, "", "", "")
	rendered, err := webmail.Render(webmail.Frame{Lang: lang, Brand: p.brand(tx, to.Organization), Application: p.application(to)}, letter)
	if err != nil {
		return fmt.Errorf("writing the mail %s: %w", letter.Kind(), err)
	}
	text, err := json.Marshal(rendered)
	if err != nil {
		return err
	}
	if to.Lifetime <= 0 {
		to.Lifetime = week
	}
	m := &Mail{ID: id.New[id.Mail](), Kind: letter.Kind(), Recipient: to.Address, Locale: lang.Tag(), State: Queued, ExpiresAt: tx.Now().Add(to.Lifetime)}
	if p.SMTP == nil {
		m.State = Kept
	}
	if m.Sealed, err = tx.SealGlobal(cell(m.ID), text); err != nil {
		return err
	}
	if err := mails.Insert(tx, m); err != nil {
		return err
	}
	if p.SMTP == nil {
		p.Log.InfoContext(tx.Context(), "a mail was kept: open /admin/mail", "kind", m.Kind)
		return nil
	}
	return jobs.Enqueue(tx, deliverArgs{m.ID})
}

func (p *Post) application(to To) string {
	if to.Application != "" {
		return to.Application
	}
	return p.Name
}

// brand is the sender's look. One that cannot be read is the deployment's: a
// look must not hold up a code.
func (p *Post) brand(tx *db.Tx, org *id.Organization) webmail.Brand {
	plain := webmail.Brand{Name: p.Name}
	if org == nil || p.Look == nil {
		return plain
	}
	b, err := p.Look(tx, *org)
	if err != nil || b.Name == "" {
		p.Log.WarnContext(tx.Context(), "an organization's look cannot be read for a mail", "organization", *org, "error", err)
		return plain
	}
	return b
}
