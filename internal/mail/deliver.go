package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	webmail "gatehouse/web/mail"
)

var postman = actor.System("mail")

// Register adds the job that delivers.
func (p *Post) Register(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, args deliverArgs) error { return p.deliver(ctx, args.Mail) })
}

// deliver hands one mail to the server. Where the process dies between that
// and the note of it, the mail goes out twice: rather that than never. An
// error makes the queue try again later.
func (p *Post) deliver(ctx context.Context, key id.Mail) error {
	m, text, err := p.due(ctx, key)
	if err != nil || m == nil {
		return err
	}
	if p.SMTP == nil {
		return errors.New("a mail waits and there is no mail server: set GATEHOUSE_SMTP_URL")
	}
	if failure := p.SMTP.Deliver(ctx, m, text); failure != nil {
		return errors.Join(failure, p.DB.Tx(ctx, postman, func(tx *db.Tx) error {
			_, err := mails.Update(tx, key, db.Set{"tries": db.Add("tries", 1), "last_error": field.Clip(failure.Error(), maxError)})
			return err
		}))
	}
	return p.DB.Tx(ctx, postman, func(tx *db.Tx) error {
		_, err := mails.Update(tx, key, db.Set{"state": Sent, "sent_at": tx.Now(), "sealed": nil, "tries": db.Add("tries", 1), "last_error": nil})
		return err
	})
}

const maxError = 500

// due is the mail if it still waits and still helps. One that ran out is given
// up, with its text.
func (p *Post) due(ctx context.Context, key id.Mail) (m *Mail, text webmail.Rendered, err error) {
	err = p.DB.Tx(ctx, postman, func(tx *db.Tx) error {
		found, err := mails.Get(tx, key)
		if errors.Is(err, db.ErrNotFound) || err == nil && found.State != Queued {
			return nil
		}
		if err != nil {
			return err
		}
		if !tx.Now().Before(found.ExpiresAt) {
			_, err := mails.Update(tx, key, db.Set{"state": Failed, "sealed": nil}, db.Eq("state", Queued))
			return err
		}
		m = found
		text, err = Open(tx, m)
		return err
	})
	return m, text, err
}

// Open is the text of a mail that still has one.
func Open(tx *db.Tx, m *Mail) (webmail.Rendered, error) {
	var text webmail.Rendered
	plain, err := tx.OpenGlobal(cell(m.ID), m.Sealed)
	if err != nil {
		return text, err
	}
	if err := json.Unmarshal(plain, &text); err != nil {
		return text, fmt.Errorf("reading the mail %s: %w", m.ID, err)
	}
	return text, nil
}
