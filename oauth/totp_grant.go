package oauth

import (
	"context"
	"errors"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/login/gates"
	"gatehouse/mfa"
)

// secondStep is one under way: of whom, with what.
type secondStep struct {
	*arrival
	challenge id.Challenge
	factor    *mfa.Factor // nil: there is no such challenge
}

// totpGrant goes on with a sign-in by the second step: the code that answers a
// challenge of one of the person's factors.
func (h *Handler) totpGrant(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	err := c.needs(member{"pending_authentication_token", t.PendingToken}, member{"authentication_challenge_id", t.ChallengeID}, member{"code", t.Code})
	if err != nil {
		return nil, err
	}
	key, err := h.tokenKey(ctx)
	if err != nil {
		return nil, err
	}
	step, s, err := h.second(ctx, c, t, who)
	if err != nil {
		return nil, err
	}
	if s != nil {
		return nil, h.refusal(ctx, s, who)
	}
	var i *issue
	try := mfa.Try{User: step.user.ID, Email: step.user.Email, Kind: step.factor.Second(), Challenge: &step.challenge, Code: t.Code, Who: who,
		Enrolling: step.factor.VerifiedAt == nil} // second has asked whether it may
	checked, err := h.MFA.Try(ctx, try, func(tx *db.Tx) error {
		a, err := t.takeUp(tx, c)
		if err != nil {
			return err
		}
		if err := a.spend(tx, nil); err != nil {
			return err
		}
		second, now := step.factor.Second(), tx.Now()
		a.second, a.secondAt = &second, &now
		i, s, err = h.admit(tx, key, a)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case checked.Code == mfa.CodeWait:
		return nil, errTooMany.WithRetryAfter(checked.Wait)
	case !checked.OK:
		return nil, checked.Err()
	}
	return h.answer(ctx, i, s, who)
}

// second is the step that the code is for. A gate before it has to be passed
// first, and a factor that has never been used is a second step only for
// somebody who has to enrol one: whoever knows a password alone must not bring
// their own.
func (h *Handler) second(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (step *secondStep, s *standing, err error) {
	challenge, malformed := id.Parse[id.Challenge](t.ChallengeID)
	err = h.DB.Tx(ctx, who, func(tx *db.Tx) error {
		s = nil
		a, err := t.takeUp(tx, c)
		if err != nil {
			return err
		}
		_, factor, err := mfa.GetChallenge(tx, challenge)
		if errors.Is(err, db.ErrNotFound) || malformed != nil {
			return errUnknownChallenge
		}
		if err != nil {
			return err
		}
		if factor.UserID == nil || *factor.UserID != a.user.ID {
			return errUserMismatch
		}
		verdict, org, err := a.check(tx)
		if err != nil {
			return err
		}
		step = &secondStep{a, challenge, factor}
		if step.mayTry(verdict) {
			return nil
		}
		s, err = h.stand(tx, a, verdict, org)
		return err
	})
	return step, s, err
}

func (s *secondStep) mayTry(v gates.Verdict) bool {
	switch v.Gate {
	case gates.Open, gates.SelectOrganization, gates.Enroll:
		return true
	case gates.Challenge:
		return s.factor.VerifiedAt != nil
	}
	return false
}
