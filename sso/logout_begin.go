package sso

import (
	"context"
	"errors"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/sso/oidc"
	"gatehouse/sso/saml"
)

// Departing is who signs out, as the provider calls them.
type Departing struct {
	saml.Logout
	IDToken    string
	ReturnPath string // where the browser ends
}

// BeginLogout is where the browser of somebody who signed out goes to sign out
// at the provider too; nil where the connection does not ask for that, or the
// provider offers none. Here they are signed out whatever becomes of it.
func (s *Service) BeginLogout(ctx context.Context, who actor.Actor, c id.Connection, d Departing) (*Away, error) {
	setup, err := s.keyed(ctx, c, "")
	if errors.Is(err, ErrUnknown) {
		return nil, nil // deleted meanwhile
	}
	if err != nil {
		return nil, err
	}
	away := Away{Request: id.New[id.SSORequest](), Name: setup.Connection.Name}
	state := seal.Token(seal.TokenBytes)
	to, err := s.leaveBy(ctx, setup, d, state, away)
	if err != nil || to == nil {
		return nil, err
	}
	err = s.DB.InOrg(ctx, setup.Connection.OrganizationID, who, func(tx *db.OrgTx) error {
		a := newAttempt(tx, c, KindLogout)
		to.Record, to.Reference = a.ID, a.Reference
		if err := attempts.Insert(tx, a); err != nil {
			return err
		}
		// Its answer changes nothing for the browser that brings it, so that it
		// needs no cookie: the return path is ours to keep.
		return newRequest(tx, away.Request, c, a.ID, For{Purpose: Logout, ReturnPath: d.ReturnPath, Bound: seal.Token(seal.TokenBytes)}, state, carried{})
	})
	return to, err
}

func (s *Service) leaveBy(ctx context.Context, setup *Setup, d Departing, state string, away Away) (*Away, error) {
	if setup.Connection.State != Active {
		return nil, nil
	}
	if o := setup.Live.OIDC; o != nil {
		return s.leaveOIDC(ctx, setup, d, state, away)
	}
	settings, err := setup.SAML(s.Base)
	if err != nil || settings.IdPSLOURL == "" {
		return nil, err
	}
	if settings.SigningKey == nil { // of a connection that signs nothing else
		if setup, err = s.withKey(ctx, setup); err != nil {
			return nil, err
		}
		if settings, err = setup.SAML(s.Base); err != nil {
			return nil, err
		}
	}
	out, err := settings.LogoutRequest(string(away.Request), d.Logout, state, s.DB.Now())
	if err != nil {
		return nil, err
	}
	return outgoing(out, away), nil
}

// withKey is the connection's setup with a key of ours.
func (s *Service) withKey(ctx context.Context, setup *Setup) (*Setup, error) {
	c := setup.Connection
	if err := EnsureKey(ctx, s.DB, actor.System("first key"), c.OrganizationID, c.ID); err != nil {
		return nil, err
	}
	return s.locate(ctx, c.ID)
}

// leaveOIDC is RP-Initiated Logout 1.0, where the connection asks for it: a
// provider where our address is not registered would keep people on a page of
// its own.
func (s *Service) leaveOIDC(ctx context.Context, setup *Setup, d Departing, state string, away Away) (*Away, error) {
	if !setup.Live.OIDC.EndSession {
		return nil, nil
	}
	to, err := s.Party.EndSession(ctx, setup.OIDC(s.Base), d.IDToken, LoggedOutURL(s.Base, setup.Connection.ID), state)
	if errors.Is(err, oidc.ErrNoLogout) || problem.As(err) != nil { // it has none, or cannot be asked now
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	away.URL = to
	return &away, nil
}

// Returned is where somebody ends who comes back from signing out at an OpenID
// provider; "" where nobody was sent there with that state.
func (s *Service) Returned(ctx context.Context, who actor.Actor, c id.Connection, state string) (to string, err error) {
	setup, err := s.locate(ctx, c)
	if err != nil {
		return "", err
	}
	err = s.DB.InOrg(ctx, setup.Connection.OrganizationID, who, func(tx *db.OrgTx) error {
		r, err := byState(tx, c, state)
		if err != nil || r.Purpose != Logout {
			return err
		}
		first, err := r.answer(tx)
		if err != nil || !first {
			return err
		}
		to = said(r.ReturnPath)
		if r.RecordedID == nil {
			return nil
		}
		a, err := attempts.Get(tx, *r.RecordedID)
		if err != nil {
			return err
		}
		now := tx.Now()
		a.Outcome, a.FinishedAt = Succeeded, &now
		_, err = a.store(tx)
		return err
	})
	if errors.Is(err, ErrRequest) {
		return "", nil
	}
	return to, err
}
