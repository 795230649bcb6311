package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/mailbox"
	"gatehouse/tenants"
	"gatehouse/users"
)

type codeBody struct {
	Code string `json:"code" api:"required"`
}

// userAnswer is a person in an envelope: what SDKs read of these endpoints.
type userAnswer struct {
	User wire.User `json:"user"`
}

var (
	errVerified  = problem.New(problem.BadRequest, "email_already_verified", "The address has been proven already.")
	errWasProven = problem.New(problem.BadRequest, "email_previously_verified", "The address has been proven already.")
)

// verificationCodes are the wire's own words for a code that proves an address.
var verificationCodes = map[string]*problem.Error{
	mailbox.CodeIncorrect: problem.New(problem.BadRequest, "email_verification_code_incorrect", "The code is not right."),
	mailbox.CodeExpired:   problem.New(problem.BadRequest, "email_verification_code_expired", "The code has run out. Send a new one."),
	mailbox.CodeUsed:      problem.New(problem.BadRequest, "email_verification_code_previously_used", "The code was used before. Send a new one."),
	mailbox.CodeTooMany:   problem.New(problem.BadRequest, "email_verification_code_expired", "Too many wrong codes. Send a new one."),
}

func (h *Handler) emailVerificationRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: "/user_management/users/:id/email_verification/send", Tag: "Email verification", Summary: "Make a code that proves a person's address, and mail it where that is set up.",
			Status: 200, Answer: userAnswer{}, Deployment: true, Foreign: refused("{}"), run: sendVerification},
		{Method: http.MethodPost, Path: "/user_management/users/:id/email_verification/confirm", Tag: "Email verification", Summary: "Prove a person's address by the code that was mailed to it.",
			Body: codeBody{}, Status: 200, Answer: userAnswer{}, Deployment: true, Foreign: refused(`{"code":"000000"}`), run: confirmVerification},
		{Method: http.MethodGet, Path: "/user_management/email_verification/:id", Tag: "Email verification", Summary: "Get a verification code.",
			Status: 200, Answer: wire.EmailVerification{}, Deployment: true, Foreign: refused(""), run: getVerification},
	}
}

func sendVerification(c *call) error {
	u, err := c.named()
	if err != nil {
		return err
	}
	if u.EmailVerified {
		return errVerified
	}
	if err := c.h.Mailbox.MaySend(c.ctx(), mailbox.EmailVerification, u.Email, ""); err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		settings, err := tenants.GetSettings(tx)
		if err != nil {
			return answer{}, err
		}
		if err := tx.ordinary(u.ID); err != nil {
			return answer{}, err
		}
		_, err = c.h.Mailbox.Send(tx.Tx, mailbox.New{Kind: mailbox.EmailVerification, Email: u.Email, User: u}, mailbox.Letter{Mail: settings.SendEmailVerification})
		return found(userAnswer{u.Wire()}), err
	})
}

// named is the person in the path, as they are before the request changes
// anything.
func (c *call) named() (u *users.User, err error) {
	user, err := idOf[id.User](c, "id")
	if err != nil {
		return nil, err
	}
	err = c.reading(func(tx reach) error {
		u, err = tx.user(user)
		return err
	})
	return u, err
}

func confirmVerification(c *call) error {
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
	if u.EmailVerified {
		return errWasProven
	}
	try := mailbox.Try{Kind: mailbox.EmailVerification, Email: u.Email, User: &u.ID, Code: in.Code, Who: c.who}
	out, err := c.h.Mailbox.Try(c.ctx(), try, func(tx *db.Tx, p *mailbox.Proof) (err error) {
		u, err = c.proven(tx, p)
		return err
	})
	if err == nil {
		err = refusal(out, verificationCodes)
	}
	if err != nil {
		return err
	}
	return c.say(found(userAnswer{u.Wire()}))
}

// proven notes that a code came back. The application knows its person: it
// showed them the form, so what they set up stays.
func (c *call) proven(tx *db.Tx, p *mailbox.Proof) (*users.User, error) {
	u, err := users.Get(tx, *p.UserID)
	if err != nil {
		return nil, err
	}
	if p.EmailKey != u.EmailKey { // changed in this moment: the new one has not been proven
		return nil, verificationCodes[mailbox.CodeExpired]
	}
	return mailbox.Claim(tx, u, users.AssertedByMailbox, true)
}

// refusal words a code that was refused, in the endpoint's own codes.
func refusal(out mailbox.Tried, words map[string]*problem.Error) error {
	if p, ok := words[out.Code]; ok && !out.OK {
		return p
	}
	return out.Err()
}

func getVerification(c *call) error {
	return revealed(c, mailbox.EmailVerification, mailbox.ProofID[id.EmailVerification], func(i *mailbox.Issued) any { return i.EmailVerification() })
}
