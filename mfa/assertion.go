package mfa

import (
	"context"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// BeginSignIn asks whoever is there to sign in by a passkey, which has to
// verify its person: it is password and second step in one. With a user it
// asks that person for a second step instead.
func (s *Service) BeginSignIn(tx *db.Tx, bound string, user *Person) (*Question, error) {
	rp, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	if user == nil {
		options, session, err := rp.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
		if err != nil {
			return nil, err
		}
		return ask(tx, nil, forSignIn, bound, session, options.Response)
	}
	h, err := hold(tx, *user)
	if err != nil {
		return nil, err
	}
	if len(h.credentials) == 0 {
		return nil, ErrPasskey
	}
	options, session, err := rp.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, err
	}
	return ask(tx, &user.ID, forSecondStep, bound, session, options.Response)
}

// FinishSignIn checks a passkey's answer and runs then for the person whose it
// is, in the transaction that uses the question up. It opens transactions:
// never call it inside one.
func (s *Service) FinishSignIn(ctx context.Context, r Answer, then func(*db.Tx, id.User) error) error {
	return s.finish(ctx, r, forSignIn, nil, then)
}

// FinishSecondStep is FinishSignIn for a second step of a person who is known.
func (s *Service) FinishSecondStep(ctx context.Context, r Answer, user Person, then func(*db.Tx) error) error {
	return s.finish(ctx, r, forSecondStep, &user, func(tx *db.Tx, _ id.User) error { return then(tx) })
}

func (s *Service) finish(ctx context.Context, r Answer, why purpose, p *Person, then func(*db.Tx, id.User) error) error {
	c, h, err := s.question(ctx, r, why, p)
	if err != nil {
		return err
	}
	if len(r.Body) > maxAnswer {
		return ErrPasskey
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(r.Body)
	if err != nil {
		return s.refuse(ctx, string(why), err)
	}
	key, err := s.keyOf(ctx, parsed.RawID)
	if err != nil {
		return err
	}
	used, err := s.validate(c, h, key, parsed)
	if err != nil {
		return errors.Join(s.refuse(ctx, string(why), err), s.failed(ctx, r, why, key))
	}
	if used.Authenticator.CloneWarning && why == forSignIn {
		return s.cloned(ctx, r, c, key)
	}
	return s.DB.Tx(ctx, r.Who, func(tx *db.Tx) error {
		if err := c.spend(tx); err != nil {
			return err
		}
		if err := key.used(tx, used); err != nil {
			return err
		}
		if err := record(tx, r, why, key.UserID, "succeeded"); err != nil {
			return err
		}
		return then(tx, key.UserID)
	})
}

// keyOf is the passkey with that credential id.
func (s *Service) keyOf(ctx context.Context, credentialID []byte) (k *Passkey, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		k, err = passkeys.First(tx, db.Eq("credential_hash", seal.Hash(string(credentialID))))
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrPasskey
	}
	return k, err
}

func (s *Service) validate(c *ceremony, h holder, key *Passkey, parsed *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
	rp, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	if c.UserID != nil {
		return rp.ValidateLogin(h, c.Session, parsed)
	}
	if key.ClonedAt != nil {
		return nil, errors.New("it may have been copied: its person has to remove it")
	}
	return rp.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		if string(handle) != string(key.UserID) {
			return nil, errors.New("the handle is not its person's")
		}
		return holder{Person: Person{ID: key.UserID}, credentials: []webauthn.Credential{key.Credential}}, nil
	}, c.Session, parsed)
}

// used keeps what changed of the passkey: its counter above all. A counter
// that went back is noted; as a second step the passkey still counts, because
// a password was right besides.
func (k *Passkey) used(tx *db.Tx, used *webauthn.Credential) error {
	set := db.Set{"credential": db.JSON(used), "last_used_at": tx.Now()}
	if used.Authenticator.CloneWarning && k.ClonedAt == nil {
		set["cloned_at"] = tx.Now()
		if err := audit.RecordDeployment(tx, audit.PasskeyCloned{Passkey: k.Wire()}); err != nil {
			return err
		}
	}
	_, err := passkeys.Update(tx, k.ID, set.Quiet())
	return err
}

// cloned refuses a passkey whose counter went back as the only proof: there
// may be two of it. Its person is told on their account page.
func (s *Service) cloned(ctx context.Context, r Answer, c *ceremony, k *Passkey) error {
	err := s.DB.Tx(ctx, r.Who, func(tx *db.Tx) error {
		if err := c.spend(tx); err != nil {
			return err
		}
		if _, err := passkeys.Update(tx, k.ID, db.Set{"cloned_at": tx.Now()}, db.Null("cloned_at")); err != nil {
			return err
		}
		return audit.RecordDeployment(tx, audit.PasskeyCloned{Passkey: k.Wire()})
	})
	if err == nil {
		err = ErrPasskey
	}
	return err
}

func (s *Service) failed(ctx context.Context, r Answer, why purpose, k *Passkey) error {
	return s.DB.Tx(ctx, r.Who, func(tx *db.Tx) error { return record(tx, r, why, k.UserID, "failed") })
}

// record tells of a passkey's answer: a sign-in by it, or a second step.
func record(tx *db.Tx, r Answer, why purpose, user id.User, status string) error {
	a := audit.Authentication{Type: "passkey", Status: status, UserID: &user,
		IPAddress: field.Clip(r.Who.IP, 64), UserAgent: field.Clip(r.Who.UserAgent, 512)}
	if status == "failed" {
		a.Error = &audit.AuthenticationError{Code: ErrPasskey.Code, Message: ErrPasskey.Message}
	}
	if why == forSecondStep {
		a.Type = "mfa"
		return audit.RecordDeployment(tx, audit.AuthenticationMFA{Authentication: a})
	}
	return audit.RecordDeployment(tx, audit.AuthenticationPasskey{Authentication: a})
}
