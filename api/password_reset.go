package api

import (
	"errors"
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/mailbox"
	"gatehouse/tenants"
	"gatehouse/users"
)

type resetBody struct {
	Email string `json:"email" api:"required"`
}

type resetConfirmBody struct {
	Token       string `json:"token" api:"required"`
	NewPassword string `json:"new_password" api:"required"`
}

var errPasswordsOff = problem.New(problem.Forbidden, "email_password_auth_disabled", "Signing in by a password is switched off.")

func (h *Handler) passwordResetRoutes() []route {
	one := wire.PasswordReset{}
	return []route{
		{Method: http.MethodPost, Path: "/user_management/password_reset", Tag: "Password reset", Summary: "Make a link by which a person chooses a new password, and mail it where that is set up.",
			Body: resetBody{}, Status: 201, Answer: one, Deployment: true, Foreign: refused(`{"email":"new@example.com"}`), run: createReset},
		{Method: http.MethodPost, Path: "/user_management/password_reset/send", Tag: "Password reset", Summary: "As the one above; older SDKs. The answer has no token.",
			Body: resetBody{}, Status: 200, Deployment: true, Foreign: refused(`{"email":"new@example.com"}`), run: sendReset},
		{Method: http.MethodGet, Path: "/user_management/password_reset/:id", Tag: "Password reset", Summary: "Get a password reset.",
			Status: 200, Answer: one, Deployment: true, Foreign: refused(""), run: getReset},
		{Method: http.MethodPost, Path: "/user_management/password_reset/confirm", Tag: "Password reset", Summary: "Set the new password. Every session of the person ends.",
			Body: resetConfirmBody{}, Status: 200, Answer: userAnswer{}, Deployment: true, Foreign: refused(`{"token":"x","new_password":"y"}`), run: confirmReset},
	}
}

func createReset(c *call) error {
	return c.reset(func(i *mailbox.Issued) answer { return made(i.PasswordReset(c.h.Mailbox.URL(i))) })
}

func sendReset(c *call) error {
	return c.reset(func(*mailbox.Issued) answer { return empty(http.StatusOK) }, mailed)
}

func (c *call) reset(show func(*mailbox.Issued) answer, more ...func(*mailbox.Letter)) error {
	var in resetBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.Email == "" {
		return missing("email")
	}
	if err := c.h.Mailbox.MaySend(c.ctx(), mailbox.PasswordReset, in.Email, ""); err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		settings, err := tenants.GetSettings(tx)
		if err == nil && !settings.Password {
			err = errPasswordsOff
		}
		if err != nil {
			return answer{}, err
		}
		u, err := users.GetByEmail(tx, in.Email)
		if err == nil {
			err = tx.ordinary(u.ID)
		}
		if err != nil {
			return answer{}, err
		}
		l := mailbox.Letter{Mail: settings.SendPasswordReset}
		for _, change := range more {
			change(&l)
		}
		i, err := c.h.Mailbox.Send(tx.Tx, mailbox.New{Kind: mailbox.PasswordReset, Email: u.Email, User: u}, l)
		if err != nil {
			return answer{}, err
		}
		return show(i), nil
	})
}

func getReset(c *call) error {
	return revealed(c, mailbox.PasswordReset, mailbox.ProofID[id.PasswordReset], func(i *mailbox.Issued) any { return i.PasswordReset(c.h.Mailbox.URL(i)) })
}

func confirmReset(c *call) error {
	var in resetConfirmBody
	if err := c.decode(&in); err != nil {
		return err
	}
	switch {
	case in.Token == "":
		return missing("token")
	case in.NewPassword == "":
		return missing("new_password")
	}
	u, err := c.h.Mailbox.Reset(c.ctx(), in.Token, in.NewPassword, c.who, nil)
	if errors.Is(err, mailbox.ErrLink) {
		return db.ErrNotFound
	}
	if err != nil {
		return err
	}
	return c.say(found(userAnswer{u.Wire()}))
}
