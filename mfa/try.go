package mfa

import (
	"context"
	"errors"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
)

// Try is one attempt at a second step by a code.
type Try struct {
	User  id.User
	Email string // for the log
	Kind  sessions.Second
	// Factor is the one that is being enrolled; nil: any that is verified.
	Factor *id.Factor
	// Challenge is the one that the code answers; SMS codes have one.
	Challenge *id.Challenge
	// Enrolling lets the code be the factor's first. At a sign-in one that was
	// never used counts for nothing: whoever is only half signed in may have
	// begun it.
	Enrolling bool
	Code      string
	Who       actor.Actor
}

// Checked is what came of it.
type Checked struct {
	OK   bool
	Code string        // else why: one of the codes below
	Wait time.Duration // how long the next try has to wait, with CodeWait
	Left int           // recovery codes, where one was used
}

// Why a code was refused.
const (
	CodeIncorrect = "invalid_one_time_code"
	CodeUsed      = "one_time_code_previously_used"
	CodeExpired   = "one_time_code_expired"
	CodeTooMany   = "one_time_code_too_many_attempts"
	CodeWait      = "too_many_attempts"
)

var refusals = map[string]*problem.Error{
	CodeIncorrect: problem.New(problem.BadRequest, CodeIncorrect, "The code is not right."),
	CodeUsed:      problem.New(problem.BadRequest, CodeUsed, "The code was used before. Ask for a new one."),
	CodeExpired:   problem.New(problem.BadRequest, CodeExpired, "The code has run out. Ask for a new one."),
	CodeTooMany:   problem.New(problem.BadRequest, CodeTooMany, "Too many wrong codes. Ask for a new one."),
	CodeWait:      problem.New(problem.TooMany, CodeWait, "There were too many attempts. Wait a moment and try again."),
}

// Err is nil where the code was right, else the problem to answer with.
func (c Checked) Err() error {
	if c.OK {
		return nil
	}
	p := refusals[c.Code]
	if c.Wait > 0 {
		return p.WithRetryAfter(c.Wait)
	}
	return p
}

// Try tries a code. A wrong one is an outcome, not an error, so that its count
// commits. Where it is right, then runs in the same transaction. Wrong codes
// are counted for the account alone, over all sign-ins, browsers and networks,
// and apart from wrong passwords: neither count fills the other. It opens
// transactions: never call it inside one.
func (s *Service) Try(ctx context.Context, t Try, then func(*db.Tx) error) (Checked, error) {
	guess, wait, err := s.Limits.Begin(ctx, t.Guess())
	if err != nil || wait > 0 {
		return Checked{Code: CodeWait, Wait: wait}, err
	}
	defer guess.Done()
	var out Checked
	err = s.DB.Tx(ctx, t.Who, func(tx *db.Tx) error {
		if out, err = t.check(tx); err != nil {
			return err
		}
		if !out.OK {
			if _, err := guess.Failed(tx, tx.Now()); err != nil {
				return err
			}
			return t.record(tx, "failed", out.Code)
		}
		if err := guess.Succeeded(tx); err != nil {
			return err
		}
		if err := t.record(tx, "succeeded", ""); err != nil {
			return err
		}
		return then(tx)
	})
	if err != nil {
		return Checked{}, err
	}
	return out, nil
}

// Guess is what the try counts as.
func (t Try) Guess() limit.Guess {
	return limit.Guess{Kind: "second step " + guesses(t.Kind), Account: string(t.User), Few: true}
}

// guesses keeps recovery codes' count apart: whoever is locked out of their
// app's codes by a stranger still has those.
func guesses(kind sessions.Second) string {
	if kind == sessions.SecondRecovery {
		return "recovery"
	}
	return "code"
}

func (t Try) check(tx *db.Tx) (Checked, error) {
	code := strings.NewReplacer(" ", "", "-", "").Replace(t.Code[:min(len(t.Code), 64)])
	var ok bool
	var err error
	switch {
	case t.Kind == sessions.SecondRecovery:
		if ok, err = spendRecoveryCode(tx, t.User, t.Code); err == nil && ok {
			left, err := RecoveryCodesLeft(tx, t.User)
			return Checked{OK: true, Left: left}, err
		}
	case t.Challenge != nil:
		return t.answer(tx, code)
	case t.Kind == sessions.SecondTOTP:
		ok, err = t.app(tx, code)
	}
	if err != nil || !ok {
		return Checked{Code: CodeIncorrect}, err
	}
	return Checked{OK: true}, nil
}

// app tries the code with the person's authenticator apps, or with the one
// that they are enrolling.
func (t Try) app(tx *db.Tx, code string) (bool, error) {
	conds := []db.Cond{db.Eq("user_id", t.User), db.In("type", []Type{TOTP, GenericOTP})}
	if t.Factor != nil {
		conds = append(conds, db.Eq("id", *t.Factor))
	} else {
		conds = append(conds, db.NotNull("verified_at"))
	}
	rows, err := factors.List(tx, db.Query{Where: conds})
	if err != nil {
		return false, err
	}
	f, err := tryTOTP(tx, rows, code)
	if err != nil || f == nil {
		return false, err
	}
	return true, f.verified(tx)
}

// answer tries the code with a challenge of one of the person's factors.
func (t Try) answer(tx *db.Tx, code string) (Checked, error) {
	c, f, err := GetChallenge(tx, *t.Challenge)
	if errors.Is(err, db.ErrNotFound) || err == nil && (f.UserID == nil || *f.UserID != t.User || f.VerifiedAt == nil && !t.Enrolling) {
		return Checked{Code: CodeExpired}, nil
	}
	if err != nil {
		return Checked{}, err
	}
	switch err := c.count(tx); {
	case errors.Is(err, ErrTooMany):
		return Checked{Code: CodeTooMany}, nil
	case errors.Is(err, ErrAnswered):
		return Checked{Code: CodeUsed}, nil
	case errors.Is(err, ErrRunOut), errors.Is(err, db.ErrNotFound):
		return Checked{Code: CodeExpired}, nil
	case err != nil:
		return Checked{}, err
	}
	ok, err := c.right(tx, f, code)
	if err == nil && ok {
		ok, err = c.close(tx)
	}
	if err != nil || !ok {
		return Checked{Code: CodeIncorrect}, err
	}
	return Checked{OK: true}, f.verified(tx)
}

// verified notes the factor's first right code: it is asked for from now on.
func (f *Factor) verified(tx *db.Tx) error {
	n, err := factors.Update(tx, f.ID, db.Set{"verified_at": tx.Now()}, db.Null("verified_at"))
	if err != nil || n == 0 {
		return err
	}
	return audit.RecordDeployment(tx, audit.FactorVerified{Factor: f.Wire()})
}

func (t Try) record(tx *db.Tx, status, code string) error {
	a := audit.Authentication{Type: "mfa", Status: status, UserID: &t.User, Email: field.Clip(t.Email, 254),
		IPAddress: field.Clip(t.Who.IP, 64), UserAgent: field.Clip(t.Who.UserAgent, 512)}
	if code != "" {
		a.Error = &audit.AuthenticationError{Code: code, Message: refusals[code].Message}
	}
	return audit.RecordDeployment(tx, audit.AuthenticationMFA{Authentication: a})
}

// Verify answers a challenge of the management API, whoever's factor it is.
// A wrong code is false, not an error; errors are ErrAnswered, ErrRunOut,
// ErrTooMany and db.ErrNotFound.
func (s *Service) Verify(ctx context.Context, challenge id.Challenge, code string, who actor.Actor) (c *Challenge, valid bool, err error) {
	var f *Factor
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, f, err = GetChallenge(tx, challenge)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	account := string(f.ID)
	if f.UserID != nil {
		account = string(*f.UserID)
	}
	guess, wait, err := s.Limits.Begin(ctx, limit.Guess{Kind: "second step code", Account: account, Few: true})
	if err != nil {
		return nil, false, err
	}
	if wait > 0 {
		return nil, false, ErrTooMany
	}
	defer guess.Done()
	var refused error // its count commits
	err = s.DB.Tx(ctx, who, func(tx *db.Tx) error {
		if refused = c.count(tx); refused != nil {
			return nil
		}
		if c, f, err = GetChallenge(tx, challenge); err != nil { // the SMS may have gone out meanwhile
			return err
		}
		if valid, err = c.right(tx, f, strings.TrimSpace(code)); err != nil {
			return err
		}
		if !valid {
			_, err := guess.Failed(tx, tx.Now())
			return err
		}
		if err := guess.Succeeded(tx); err != nil {
			return err
		}
		if _, err := c.close(tx); err != nil {
			return err
		}
		return f.verified(tx)
	})
	return c, valid, errors.Join(err, refused)
}
