package oauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
)

// introspection is what a token is good for now (RFC 7662 §2.2). Of one that
// is good for nothing it says that alone.
type introspection struct {
	Active       bool            `json:"active"`
	TokenType    string          `json:"token_type,omitempty"`
	Issuer       string          `json:"iss,omitempty"`
	Subject      id.User         `json:"sub,omitempty"`
	Audience     string          `json:"aud,omitempty"`
	Client       id.Client       `json:"client_id,omitempty"`
	Session      id.Session      `json:"sid,omitempty"`
	TokenID      string          `json:"jti,omitempty"`
	IssuedAt     int64           `json:"iat,omitempty"`
	Expires      int64           `json:"exp,omitempty"`
	Scope        string          `json:"scope,omitempty"`
	Organization id.Organization `json:"org_id,omitempty"`
}

// introspect is POST /oauth2/introspect: an application asks whether an access
// token of its own still counts, which the token itself cannot know once its
// session has ended. It takes a proven client, because the answer is about a
// person; another application's token is as inactive as none.
func (h *Handler) introspect(c echo.Context) error {
	noStore(c)
	t, err := readParameters(c.Request(), false)
	if err != nil {
		return err
	}
	credentials, err := readCredentials(c.Request(), t)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	client, err := h.identify(ctx, SurfaceOAuth2, credentials)
	if err == nil && !client.proven {
		err = errInvalidClient.WithMessage("An application that asks about tokens must send its client_secret.")
	}
	if err != nil {
		return h.challenge(c, err)
	}
	if t.Token == "" {
		return missing("token")
	}
	answer, err := h.standingOf(ctx, client.ID, t.Token)
	if errors.Is(err, errInvalidToken) {
		answer, err = introspection{}, nil
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, answer)
}

// standingOf is what a client's access token is good for: as long as its
// session lives, and in the organization that the session is in now. Every
// other text is errInvalidToken.
func (h *Handler) standingOf(ctx context.Context, client id.Client, token string) (introspection, error) {
	claims, err := h.verifyAccess(ctx, token)
	if err != nil {
		return introspection{}, err
	}
	if claims.Client != client {
		return introspection{}, errInvalidToken
	}
	answer := introspection{Active: true, TokenType: "Bearer", Issuer: claims.Issuer, Subject: claims.Subject, Audience: claims.Audience, Client: claims.Client,
		Session: claims.Session, TokenID: claims.TokenID, IssuedAt: claims.IssuedAt, Expires: claims.Expires, Scope: claims.Scope}
	err = h.DB.Locate(ctx, func(tx *db.AllTx) error {
		s, err := live(tx, claims.Session)
		if err != nil {
			return orElse(err, sessions.ErrEnded, errInvalidToken)
		}
		answer.Organization = value(s.OrganizationID)
		return nil
	})
	return answer, err
}
