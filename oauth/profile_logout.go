package oauth

import (
	"errors"

	"github.com/labstack/echo/v4"

	"gatehouse/audit"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/sso"
	"gatehouse/sso/people"
)

// What an application is told that wants somebody signed out at their provider.
var (
	ErrLogoutConnection = problem.NewOAuth(problem.BadRequest, "connection_invalid", "The profile's connection is turned off.")
	errLogoutToken      = problem.New(problem.NotFound, "logout_token_unknown", "That link to sign out is unknown, was used, or has run out.")
)

// NewLogoutToken is what GET /sso/logout takes, once: it signs the profile's
// person out, here and at their provider.
func NewLogoutToken(tx *db.OrgTx, profile id.Profile) (string, error) {
	i, err := people.Get(tx, profile)
	if err != nil {
		return "", err
	}
	c, err := sso.Get(tx, i.ConnectionID)
	if err != nil {
		return "", err
	}
	if c.State != sso.Active {
		return "", ErrLogoutConnection
	}
	token := seal.Token(seal.TokenBytes)
	row := &ssoToken{ID: id.New[id.SSOToken](), Kind: tokenLogout, TokenHash: seal.Hash(token), IdentityID: i.ID, ExpiresAt: tx.Now().Add(codeLifetime)}
	if err := ssoTokens.Insert(tx, row); err != nil {
		return "", err
	}
	return token, audit.Record(tx, audit.SSOLogoutRequested{Profile: i.ID, User: i.UserID})
}

// logoutSSO is GET /sso/logout: the application sends the browser here. The
// token is used up, every session of the profile ends, and the browser goes on
// to the provider.
func (h *Handler) logoutSSO(c echo.Context) error {
	p, err := browser.Query(c.Request())
	if err != nil {
		return ErrPageRequest
	}
	ctx, who := c.Request().Context(), browser.ActorOf(c.Request())
	var token *ssoToken
	err = h.DB.Locate(ctx, func(tx *db.AllTx) error {
		token, err = locateToken(tx, tokenLogout, p.Get("token"))
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		return errLogoutToken
	}
	if err != nil {
		return err
	}
	var told *people.Leaving
	err = h.DB.InOrg(ctx, token.OrganizationID, who, func(tx *db.OrgTx) error {
		n, err := ssoTokens.Update(tx, token.ID, db.Set{"used_at": tx.Now()}, db.Null("used_at"))
		if err == nil && n == 0 {
			err = errLogoutToken
		}
		if err != nil {
			return err
		}
		i, err := people.Get(tx, token.IdentityID)
		if err != nil {
			return orElse(err, db.ErrNotFound, errLogoutToken)
		}
		tx.As(tx.Actor().As(i.UserID, ""))
		told, err = people.LeaveAll(tx, i)
		return err
	})
	if err != nil {
		return err
	}
	if err := h.forgetCookie(c); err != nil {
		return err
	}
	noStore(c)
	return h.Login.Tell(c, told, signedOutPath)
}
