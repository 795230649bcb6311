package api

import (
	"errors"
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/mfa"
)

// factorBody is what an enrolment reads.
type factorBody struct {
	Type        string `json:"type" api:"required"`
	TOTPIssuer  string `json:"totp_issuer"`
	TOTPUser    string `json:"totp_user"`
	TOTPSecret  string `json:"totp_secret"`
	PhoneNumber string `json:"phone_number"`
	UserID      string `json:"user_id"`
}

// enrolled is the answer to an enrolment for a person.
type enrolled struct {
	Factor    wire.Factor    `json:"authentication_factor"`
	Challenge wire.Challenge `json:"authentication_challenge"`
}

// verified is the answer to a code.
type verified struct {
	Challenge wire.Challenge `json:"challenge"`
	Valid     bool           `json:"valid"`
}

func (h *Handler) factorRoutes() []route {
	one := wire.Factor{}
	return []route{
		{Method: http.MethodPost, Path: "/user_management/users/:id/auth_factors", Tag: "MFA", Summary: "Enrol a second step for a person. It counts once a code of it was right.",
			Body: factorBody{}, Needs: []string{"type"}, Status: 201, Answer: enrolled{}, Deployment: true, Foreign: refused(`{"type":"totp"}`), run: enrolForUser},
		{Method: http.MethodGet, Path: "/user_management/users/:id/auth_factors", Tag: "MFA", Summary: "List a person's second steps.",
			Paged: true, Status: 200, Answer: one, Foreign: absent(theirUser), run: listFactors},
		{Method: http.MethodPost, Path: "/auth/factors/enroll", Tag: "MFA", Summary: "Enrol a second step, for a person or for somebody whom your application knows itself.",
			Body: factorBody{}, Needs: []string{"type"}, Status: 201, Answer: one, Deployment: true, Foreign: refused(`{"type":"totp"}`), run: enrolFactor},
		{Method: http.MethodGet, Path: "/auth/factors/:id", Tag: "MFA", Summary: "Get a second step.",
			Status: 200, Answer: one, Deployment: true, Foreign: refused(""), run: getFactor},
		{Method: http.MethodDelete, Path: "/auth/factors/:id", Tag: "MFA", Summary: "Remove a second step.",
			Status: 204, Deployment: true, Foreign: refused(""), run: deleteFactor},
		{Method: http.MethodPost, Path: "/auth/factors/:id/challenge", Tag: "MFA", Summary: "Ask for a code of a second step; a telephone gets one by SMS.",
			Status: 201, Answer: wire.Challenge{}, Deployment: true, Foreign: refused("{}"), run: challengeFactor},
		{Method: http.MethodPost, Path: "/auth/challenges/:id/verify", Tag: "MFA", Summary: "Check a code. A wrong one is valid: false, not an error.",
			Body: codeBody{}, Status: 201, Answer: verified{}, Deployment: true, Foreign: refused(`{"code":"000000"}`), run: verifyChallenge},
	}
}

// enrol makes the factor that the body asks for.
func (c *call) enrol(tx reach, in factorBody, user *id.User) (wire.Factor, *mfa.Factor, error) {
	var none wire.Factor
	switch kind := mfa.Type(in.Type); kind {
	case mfa.TOTP, mfa.GenericOTP:
		e, err := c.h.MFA.BeginTOTP(tx.Tx, mfa.NewTOTP{User: user, Type: kind, Issuer: in.TOTPIssuer, Account: in.TOTPUser, Secret: in.TOTPSecret})
		if err != nil {
			return none, nil, err
		}
		w, err := e.Wire()
		return w, e.Factor, err
	case mfa.SMS:
		f, err := c.h.MFA.BeginSMS(tx.Tx, user, in.PhoneNumber, "")
		if err != nil {
			return none, nil, err
		}
		return f.Wire(), f, nil
	}
	return none, nil, mfa.ErrFactorType
}

func enrolForUser(c *call) error {
	u, err := c.named()
	if err != nil {
		return err
	}
	var in factorBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.TOTPUser == "" {
		in.TOTPUser = u.Email
	}
	return c.change(func(tx reach) (answer, error) {
		if err := tx.ordinary(u.ID); err != nil {
			return answer{}, err
		}
		w, f, err := c.enrol(tx, in, &u.ID)
		if err != nil {
			return answer{}, err
		}
		challenge, err := c.h.MFA.NewChallenge(tx.Tx, f)
		if err != nil {
			return answer{}, err
		}
		return made(enrolled{w, challenge.Wire()}), nil
	})
}

func listFactors(c *call) error {
	user, err := idOf[id.User](c, "id")
	if err != nil {
		return err
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		if _, err := tx.user(user); err != nil {
			return answer{}, err
		}
		rows, paging, err := mfa.Factors(tx, user, page)
		return list(each(rows, func(f mfa.Factor) wire.Factor { return f.Wire() }), paging), err
	})
}

func enrolFactor(c *call) error {
	var in factorBody
	if err := c.decode(&in); err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		var user *id.User
		if in.UserID != "" {
			named, err := parse[id.User](in.UserID)
			if err != nil {
				return answer{}, err
			}
			if _, err := tx.user(named); err != nil {
				return answer{}, err
			}
			if err := tx.ordinary(named); err != nil {
				return answer{}, err
			}
			user = &named
		}
		w, _, err := c.enrol(tx, in, user)
		if err != nil {
			return answer{}, err
		}
		return made(w), nil
	})
}

// factor is the one in the path. An operator's is not the API's to touch: a
// developer's key must not take an owner's second step away.
func (c *call) factor(tx reach) (*mfa.Factor, error) {
	named, err := idOf[id.Factor](c, "id")
	if err != nil {
		return nil, err
	}
	f, err := mfa.GetFactor(tx, named)
	if err == nil && f.UserID != nil {
		err = tx.ordinary(*f.UserID)
	}
	return f, err
}

func getFactor(c *call) error {
	return c.read(func(tx reach) (answer, error) {
		f, err := c.factor(tx)
		if err != nil {
			return answer{}, err
		}
		return found(f.Wire()), nil
	})
}

func deleteFactor(c *call) error {
	return c.change(func(tx reach) (answer, error) {
		f, err := c.factor(tx)
		if err != nil {
			return answer{}, err
		}
		return empty(http.StatusNoContent), mfa.RemoveFactor(tx.Tx, f)
	})
}

func challengeFactor(c *call) error {
	var asked *mfa.Factor
	err := c.reading(func(tx reach) (err error) {
		asked, err = c.factor(tx)
		return err
	})
	if err == nil {
		err = c.h.MFA.MayChallenge(c.ctx(), asked)
	}
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		f, err := c.factor(tx)
		if err != nil {
			return answer{}, err
		}
		challenge, err := c.h.MFA.NewChallenge(tx.Tx, f)
		if err != nil {
			return answer{}, err
		}
		return made(challenge.Wire()), nil
	})
}

func verifyChallenge(c *call) error {
	challenge, err := idOf[id.Challenge](c, "id")
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
	made, valid, err := c.h.MFA.Verify(c.ctx(), challenge, in.Code, c.who)
	if errors.Is(err, db.ErrNotFound) {
		return db.ErrNotFound
	}
	if err != nil {
		return err
	}
	return c.say(answer{http.StatusCreated, verified{made.Wire(), valid}})
}
