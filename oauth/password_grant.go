package oauth

import (
	"context"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// passwordGrant signs a person in by the application's own form. The check,
// its record and the session commit together.
func (h *Handler) passwordGrant(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	if err := c.needs(member{"email", t.Email}, member{"password", t.Password}); err != nil {
		return nil, err
	}
	settings, err := h.settings(ctx)
	if err != nil {
		return nil, err
	}
	if !settings.Password {
		return nil, errPasswordOff
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
	checked, err := h.Passwords.Check(ctx, users.Try{Email: t.Email, Password: t.Password, Who: who}, func(tx *db.Tx, u *users.User) (err error) {
		i, s, err = h.admit(tx, key, t.arrives(c, u, sessions.Password, tx.Now(), invitation))
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case checked.Code == users.CodeWait:
		return nil, errTooMany.WithRetryAfter(checked.Wait)
	case checked.Code == users.CodeBanned:
		return nil, users.ErrBanned
	case !checked.OK:
		return nil, errCredentials
	}
	return h.answer(ctx, i, s, who)
}

// answer is the session, or what stands before it.
func (h *Handler) answer(ctx context.Context, i *issue, s *standing, who actor.Actor) (*issue, error) {
	if s != nil {
		return nil, h.refusal(ctx, s, who)
	}
	return i, nil
}

// member is a parameter that a grant cannot go without.
type member struct{ name, value string }

// needs wants a client that proved itself, as the wire's own grants do, and
// the grant's parameters.
func (c *caller) needs(members ...member) error {
	if !c.proven {
		return errInvalidClient.WithMessage("This grant needs the client_secret.")
	}
	for _, m := range members {
		if m.value == "" {
			return missing(m.name)
		}
	}
	return nil
}

// settings are what the deployment lets people do.
func (h *Handler) settings(ctx context.Context) (s tenants.Settings, err error) {
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		s, err = tenants.GetSettings(tx)
		return err
	})
	return s, err
}
