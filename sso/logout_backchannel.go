package sso

import (
	"context"
	"errors"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sso/oidc"
	"gatehouse/sso/saml"
	"gatehouse/sso/trail"
)

// ErrLogoutUsed says that a logout token came before.
var ErrLogoutUsed = problem.New(problem.BadRequest, "oidc_logout_token_used", "That logout token was used already.")

// ReceiveLogoutToken takes what an OpenID provider sends when somebody signed
// out there (OpenID Connect Back-Channel Logout 1.0): verified as an ID token
// is, it counts once, and ends what it names of this connection's people. A
// refusal is a *trail.Refusal, and has ended nothing.
func (s *Service) ReceiveLogoutToken(ctx context.Context, who actor.Actor, c id.Connection, raw string, end Ends) error {
	setup, err := s.locate(ctx, c)
	if err != nil {
		return err
	}
	if setup.Connection.Protocol != OIDC {
		return ErrUnknown
	}
	x := &departure{Service: s, who: who, setup: setup, out: &LoggedOut{}, trail: &trail.Trail{}}
	token, err := s.Party.VerifyLogout(ctx, setup.OIDC(s.Base), raw)
	if err != nil {
		_, err = x.refuse(ctx, err)
		return err
	}
	err = s.DB.InOrg(ctx, setup.Connection.OrganizationID, who, func(tx *db.OrgTx) error {
		first, err := See(tx, c, token.ID, token.Until)
		if err == nil && !first {
			err = errUsed
		}
		if err != nil {
			return err
		}
		n, err := end(tx, c, named(token))
		if err != nil {
			return err
		}
		return x.store(tx, token.Subject, n, nil)
	})
	if errors.Is(err, errUsed) {
		_, err = x.refuse(ctx, trail.Refuse(ErrLogoutUsed, trail.Replay, "a token that was not used", token.ID))
	}
	return err
}

// named is whom a logout token means, in SAML's words: sub and sid are NameID
// and SessionIndex by other names.
func named(t *oidc.LogoutToken) saml.Logout {
	l := saml.Logout{NameID: t.Subject}
	if t.SessionID != "" {
		l.SessionIndexes = []string{t.SessionID}
	}
	return l
}
