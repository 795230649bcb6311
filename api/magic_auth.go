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

// magicAuthBody is what POST reads. Where the person is (ip_address,
// user_agent) belongs to the sign-in, which tells it itself.
type magicAuthBody struct {
	Email string `json:"email" api:"required"`
}

// What callers are told where the deployment does not have it.
var (
	errMethodOff = problem.NewOAuth(problem.BadRequest, "authentication_method_not_allowed", "This way to sign in is switched off.")
	errSignUpOff = problem.NewOAuth(problem.BadRequest, "sign_up_not_allowed", "Nobody has that address, and people do not make their own accounts here.")
)

func (h *Handler) magicAuthRoutes() []route {
	one := wire.MagicAuth{}
	return []route{
		{Method: http.MethodPost, Path: "/user_management/magic_auth", Tag: "Magic auth", Summary: "Make a six-digit code that signs a person in, and mail it where that is set up. An unknown address gets an account.",
			Body: magicAuthBody{}, Status: 201, Answer: one, Deployment: true, Foreign: refused(`{"email":"new@example.com"}`), run: createMagicAuth},
		{Method: http.MethodPost, Path: "/user_management/magic_auth/send", Tag: "Magic auth", Summary: "As the one above; older SDKs. The answer has no code.",
			Body: magicAuthBody{}, Status: 200, Deployment: true, Foreign: refused(`{"email":"new@example.com"}`), run: sendMagicAuth},
		{Method: http.MethodGet, Path: "/user_management/magic_auth/:id", Tag: "Magic auth", Summary: "Get a sign-in code.",
			Status: 200, Answer: one, Deployment: true, Foreign: refused(""), run: getMagicAuth},
	}
}

func createMagicAuth(c *call) error {
	return c.magicAuth(func(i *mailbox.Issued) answer { return made(i.MagicAuth()) })
}

// sendMagicAuth mails whatever the setting says: its caller cannot send the
// code itself.
func sendMagicAuth(c *call) error {
	return c.magicAuth(func(*mailbox.Issued) answer { return empty(http.StatusOK) }, mailed)
}

// mailed has a letter sent whatever the deployment's setting.
func mailed(l *mailbox.Letter) { l.Mail = true }

func (c *call) magicAuth(show func(*mailbox.Issued) answer, more ...func(*mailbox.Letter)) error {
	var in magicAuthBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.Email == "" {
		return missing("email")
	}
	if _, err := users.ParseEmail(in.Email); err != nil {
		return err
	}
	if err := c.h.Mailbox.MaySend(c.ctx(), mailbox.MagicAuth, in.Email, ""); err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		settings, err := tenants.GetSettings(tx)
		if err != nil {
			return answer{}, err
		}
		if !settings.MagicAuth {
			return answer{}, errMethodOff
		}
		u, err := c.findOrSignUp(tx, in.Email, settings.SignUp)
		if err != nil {
			return answer{}, err
		}
		l := mailbox.Letter{Mail: settings.SendMagicAuth}
		for _, change := range more {
			change(&l)
		}
		i, err := c.h.Mailbox.Send(tx.Tx, mailbox.New{Kind: mailbox.MagicAuth, Email: u.Email, User: u}, l)
		if err != nil {
			return answer{}, err
		}
		return show(i), nil
	})
}

// findOrSignUp is the person with the address, who gets an account if nobody
// has it. An operator's sign-in is not the API's to make.
func (c *call) findOrSignUp(tx reach, email string, signUp bool) (*users.User, error) {
	u, err := users.GetByEmail(tx, email)
	if err == nil {
		return u, tx.ordinary(u.ID)
	}
	if !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	if !signUp {
		return nil, errSignUpOff
	}
	return users.Create(tx.Tx, users.New{Email: email})
}

func getMagicAuth(c *call) error {
	return revealed(c, mailbox.MagicAuth, mailbox.ProofID[id.MagicAuth], func(i *mailbox.Issued) any { return i.MagicAuth() })
}

// revealed answers with a proof and its secrets, which only the application
// that may mail them itself reads. Those of operators are nobody's.
func revealed[K id.Kind](c *call, kind mailbox.Kind, proof func(K) id.EmailProof, show func(*mailbox.Issued) any) error {
	named, err := idOf[K](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		i, err := mailbox.Reveal(tx.Tx, kind, proof(named))
		if err != nil {
			return answer{}, err
		}
		if i.AttemptID != nil || tx.ordinary(*i.UserID) != nil { // a hosted page asked for it, for the person's eyes
			return answer{}, db.ErrNotFound
		}
		return found(show(i)), nil
	})
}
