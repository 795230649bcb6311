package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/mailbox"
	"gatehouse/users"
)

type emailChangeBody struct {
	NewEmail string `json:"new_email" api:"required"`
}

var changeCodes = map[string]*problem.Error{
	mailbox.CodeIncorrect: problem.New(problem.BadRequest, "email_change_code_incorrect", "The code is not right."),
	mailbox.CodeExpired:   problem.New(problem.BadRequest, "email_change_code_expired", "The code has run out. Send a new one."),
	mailbox.CodeUsed:      mailbox.ErrNoChange,
	mailbox.CodeTooMany:   problem.New(problem.TooMany, "email_change_too_many_attempts", "Too many wrong codes. Send a new one."),
}

func (h *Handler) emailChangeRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: "/user_management/users/:id/email_change/send", Tag: "Email change", Summary: "Mail a code to the address that an account is to have.",
			Body: emailChangeBody{}, Status: 200, Answer: wire.EmailChange{}, Deployment: true, Foreign: refused(`{"new_email":"new@example.com"}`), run: sendEmailChange},
		{Method: http.MethodPost, Path: "/user_management/users/:id/email_change/confirm", Tag: "Email change", Summary: "Give an account the address that a code proves. The old address is told.",
			Body: codeBody{}, Status: 200, Answer: wire.EmailChangeConfirmation{}, Deployment: true, Foreign: refused(`{"code":"000000"}`), run: confirmEmailChange},
	}
}

func sendEmailChange(c *call) error {
	u, err := c.named()
	if err != nil {
		return err
	}
	var in emailChangeBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.NewEmail == "" {
		return missing("new_email")
	}
	if _, err := users.ParseEmail(in.NewEmail); err != nil {
		return err
	}
	if err := c.h.Mailbox.MaySend(c.ctx(), mailbox.EmailChange, in.NewEmail, ""); err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		if err := tx.ordinary(u.ID); err != nil {
			return answer{}, err
		}
		if err := mailbox.MayChange(tx, u, in.NewEmail); err != nil {
			return answer{}, err
		}
		// Always mailed: whoever reads the answer must not be who proves it.
		i, err := c.h.Mailbox.Send(tx.Tx, mailbox.New{Kind: mailbox.EmailChange, Email: in.NewEmail, User: u}, mailbox.Letter{Mail: true})
		if err != nil {
			return answer{}, err
		}
		return found(i.EmailChange(u)), nil
	})
}

func confirmEmailChange(c *call) error {
	u, err := c.named()
	if err != nil {
		return err
	}
	var in codeBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.Code == "" {
		return missing("code")
	}
	waits := false
	err = c.reading(func(tx reach) (err error) {
		waits, err = mailbox.HasChange(tx, u)
		return err
	})
	if err == nil && !waits {
		err = mailbox.ErrNoChange
	}
	if err != nil {
		return err
	}
	out, err := c.h.Mailbox.Try(c.ctx(), mailbox.Try{Kind: mailbox.EmailChange, User: &u.ID, Code: in.Code, Who: c.who}, func(tx *db.Tx, p *mailbox.Proof) (err error) {
		u, err = c.h.Mailbox.ChangeEmail(tx, p)
		return err
	})
	if err == nil {
		err = refusal(out, changeCodes)
	}
	if err != nil {
		return err
	}
	return c.say(found(wire.EmailChangeConfirmation{User: u.Wire()}))
}
