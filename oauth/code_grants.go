package oauth

import (
	"context"
	"errors"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/mailbox"
	"gatehouse/sessions"
	"gatehouse/users"
)

// magicGrant signs a person in by a code that was mailed to them. Whoever
// brings it reads the mailbox, so the address is theirs, and what somebody set
// up before under the unproven address ends (mailbox.Claim).
func (h *Handler) magicGrant(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	if err := c.needs(member{"email", t.Email}, member{"code", t.Code}); err != nil {
		return nil, err
	}
	settings, err := h.settings(ctx)
	if err != nil {
		return nil, err
	}
	if !settings.MagicAuth {
		return nil, errMagicOff
	}
	invitation, err := h.invitation(ctx, t)
	if err != nil {
		return nil, err
	}
	key, err := h.tokenKey(ctx)
	if err != nil {
		return nil, err
	}
	var i *issue
	var s *standing
	try := mailbox.Try{Kind: mailbox.MagicAuth, Email: t.Email, Code: t.Code, Who: who}
	out, err := h.Mailbox.Try(ctx, try, func(tx *db.Tx, p *mailbox.Proof) error {
		u, err := claimed(tx, p, false)
		if err != nil {
			return err
		}
		if err := users.SignedIn(tx, u); err != nil {
			return err
		}
		i, s, err = h.admit(tx, key, t.arrives(c, u, sessions.MagicAuth, tx.Now(), invitation))
		return err
	})
	if err == nil {
		err = h.tried(ctx, out, try, nil)
	}
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, i, s, who)
}

// claimed is the person whose mailbox was proven, and records that.
func claimed(tx *db.Tx, p *mailbox.Proof, knowsPassword bool) (*users.User, error) {
	u, err := users.GetByEmail(tx, p.Email)
	if errors.Is(err, db.ErrNotFound) || err == nil && (p.UserID == nil || *p.UserID != u.ID) { // the address went to another meanwhile
		return nil, errOneTimeCode
	}
	if err != nil {
		return nil, err
	}
	if u.BannedNow(tx.Now()) {
		return nil, users.ErrBanned
	}
	tx.As(tx.Actor().As(u.ID, u.Email))
	if err := mailbox.Record(tx, p.Kind, "succeeded", &u.ID, u.Email, ""); err != nil {
		return nil, err
	}
	return mailbox.Claim(tx, u, users.AssertedByMailbox, knowsPassword)
}

// tried is nil where the code was right; a refused one is recorded.
func (h *Handler) tried(ctx context.Context, out mailbox.Tried, t mailbox.Try, user *id.User) error {
	if out.OK {
		return nil
	}
	err := h.DB.Tx(ctx, t.Who, func(tx *db.Tx) error {
		if user == nil {
			if u, err := users.GetByEmail(tx, t.Email); err == nil {
				user = &u.ID
			}
		}
		return mailbox.Record(tx, t.Kind, "failed", user, t.Email, out.Code)
	})
	switch {
	case err != nil:
		return err
	case out.Code == mailbox.CodeWait:
		return errTooMany.WithRetryAfter(out.Wait)
	}
	return out.Err()
}

// verificationGrant goes on with a sign-in by the code that proves the
// person's address. The application may have sent another since; the newest
// counts.
func (h *Handler) verificationGrant(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	if err := c.needs(member{"pending_authentication_token", t.PendingToken}, member{"code", t.Code}); err != nil {
		return nil, err
	}
	key, err := h.tokenKey(ctx)
	if err != nil {
		return nil, err
	}
	var waiting *arrival
	err = h.DB.Tx(ctx, who, func(tx *db.Tx) error {
		waiting, err = t.takeUp(tx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	var i *issue
	var s *standing
	try := mailbox.Try{Kind: mailbox.EmailVerification, Email: waiting.user.Email, User: &waiting.user.ID, Code: t.Code, Who: who}
	out, err := h.Mailbox.Try(ctx, try, func(tx *db.Tx, p *mailbox.Proof) error {
		a, err := t.takeUp(tx, c)
		if err != nil {
			return err
		}
		if err := a.spend(tx, nil); err != nil {
			return err
		}
		if a.user, err = claimed(tx, p, a.method == sessions.Password); err != nil {
			return err
		}
		a.at = a.user.Proven(a.at)
		i, s, err = h.admit(tx, key, a)
		return err
	})
	if err == nil {
		err = h.tried(ctx, out, try, &waiting.user.ID)
	}
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, i, s, who)
}

// errOneTimeCode is what a wrong code gets.
var errOneTimeCode = problem.New(problem.BadRequest, mailbox.CodeIncorrect, "The code is not right.")
