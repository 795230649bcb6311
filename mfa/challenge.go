package mfa

import (
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
)

// Challenge asks for a code of one factor.
type Challenge struct {
	db.Global
	ID         id.Challenge
	FactorID   id.Factor
	CodeHash   []byte // nil where the factor makes its own codes, and until the SMS was sent
	Tries      int64
	VerifiedAt *time.Time
	ExpiresAt  time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// TableName is the table that this package owns.
func (Challenge) TableName() string { return "authentication_challenges" }

var challenges = db.GlobalTable[Challenge, id.Challenge]{}

// NewChallenge makes a challenge of a factor; for a telephone it has the code
// sent.
func (s *Service) NewChallenge(tx *db.Tx, f *Factor) (*Challenge, error) {
	lifetime := challengeLifetime
	if f.Type == SMS {
		lifetime = smsLifetime
	}
	c := &Challenge{ID: id.New[id.Challenge](), FactorID: f.ID, ExpiresAt: tx.Now().Add(lifetime)}
	if err := challenges.Insert(tx, c); err != nil {
		return nil, err
	}
	if f.Type == SMS {
		return c, s.sendSMS(tx, c)
	}
	return c, nil
}

// GetFactor is one factor, or db.ErrNotFound.
func GetFactor(tx db.AnyScope, factor id.Factor) (*Factor, error) { return factors.Get(tx, factor) }

// GetChallenge is a challenge and its factor, or db.ErrNotFound.
func GetChallenge(tx db.AnyScope, challenge id.Challenge) (*Challenge, *Factor, error) {
	c, err := challenges.Get(tx, challenge)
	if err != nil {
		return nil, nil, err
	}
	f, err := factors.Get(tx, c.FactorID)
	return c, f, err
}

// count takes one of the challenge's tries, or says why there is none.
func (c *Challenge) count(tx *db.Tx) error {
	n, err := challenges.Update(tx, c.ID, db.Set{"tries": db.Add("tries", 1)},
		db.Null("verified_at"), db.Lt("tries", maxTries), db.Gt("expires_at", tx.Now()))
	if err != nil || n == 1 {
		return err
	}
	now, err := challenges.Get(tx, c.ID)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return db.ErrNotFound
	case err != nil:
		return err
	case now.VerifiedAt != nil:
		return ErrAnswered
	case now.Tries >= maxTries:
		return ErrTooMany
	}
	return ErrRunOut
}

// right reports whether the code is the challenge's.
func (c *Challenge) right(tx *db.Tx, f *Factor, code string) (bool, error) {
	if f.Type != SMS {
		found, err := tryTOTP(tx, []Factor{*f}, code)
		return found != nil, err
	}
	hash, err := smsHash(tx, c.ID, code)
	return err == nil && c.CodeHash != nil && seal.Equal(hash, c.CodeHash), err
}

// close uses the challenge up, once.
func (c *Challenge) close(tx *db.Tx) (bool, error) {
	n, err := challenges.Update(tx, c.ID, db.Set{"verified_at": tx.Now()}, db.Null("verified_at"))
	return n == 1, err
}

// Wire is the challenge as the management API shows it.
func (c *Challenge) Wire() wire.Challenge {
	ends := wire.At(c.ExpiresAt)
	return wire.Challenge{ID: c.ID, FactorID: c.FactorID, ExpiresAt: &ends, CreatedAt: wire.At(c.CreatedAt), UpdatedAt: wire.At(c.UpdatedAt)}
}

// Sweep removes challenges and ceremonies that ran out a day ago.
func Sweep(tx *db.Tx) error {
	old := db.Lt("expires_at", tx.Now().Add(-24*time.Hour))
	if _, err := challenges.DeleteWhere(tx, old); err != nil {
		return err
	}
	_, err := ceremonies.DeleteWhere(tx, old)
	return err
}
