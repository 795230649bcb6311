package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/login/gates"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// userClaims is the userinfo answer (OpenID Connect Core §5.3.2).
type userClaims struct {
	Subject      id.User         `json:"sub"`
	Organization id.Organization `json:"org_id,omitempty"`
	personClaims
}

// userinfo is GET and POST /oauth2/userinfo. It looks at the session, so a
// token of one that has ended is refused although it has not expired.
func (h *Handler) userinfo(c echo.Context) error {
	noStore(c)
	claims, err := h.verifyAccess(c.Request().Context(), bearer(c.Request()))
	if err != nil {
		return h.bearerChallenge(c, err)
	}
	scope := parseScopes(claims.Scope)
	if !scope.has(scopeOpenID) {
		return h.bearerChallenge(c, errScope)
	}
	answer := userClaims{Subject: claims.Subject}
	err = h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) error {
		s, err := live(tx, claims.Session)
		if err != nil {
			return orElse(err, sessions.ErrEnded, errInvalidToken)
		}
		u, err := users.Get(tx, claims.Subject)
		if err != nil {
			return orElse(err, db.ErrNotFound, errInvalidToken)
		}
		answer.Organization, answer.personClaims = value(s.OrganizationID), claimsOf(u.Wire(), scope)
		return nil
	})
	if err != nil {
		return h.bearerChallenge(c, err)
	}
	body, err := wire.Encode(answer)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/json; charset=utf-8", body)
}

// live is the session, unless its organization lets none live for as long: the
// next refresh will end it.
func live(tx *db.AllTx, session id.Session) (*sessions.Session, error) {
	s, err := sessions.Live(tx, session)
	if err != nil || s.OrganizationID == nil {
		return s, err
	}
	policy, err := tenants.GetPolicy(tx, *s.OrganizationID)
	if err != nil {
		return nil, err
	}
	if !s.LivesWithin(s.Lifetimes().Within(gates.Bounds(policy)), tx.Now()) {
		return nil, sessions.ErrEnded
	}
	return s, nil
}

// verifyAccess reads an access token of the standard surface. The algorithm is
// the key's own, never what the token says (RFC 8725 §3.1); an ID token does
// not pass, because its "typ" is another.
func (h *Handler) verifyAccess(ctx context.Context, token string) (*accessClaims, error) {
	claims, err := h.verify(ctx, token, typeAccess)
	if err != nil {
		return nil, err
	}
	var access accessClaims
	if err := json.Unmarshal(claims, &access); err != nil {
		return nil, errInvalidToken
	}
	if access.Issuer != h.Base || access.Audience != string(access.Client) || h.DB.Now().Unix() >= access.Expires {
		return nil, errInvalidToken
	}
	return &access, nil
}

// verify is the payload of a token that this deployment signed.
func (h *Handler) verify(ctx context.Context, token, typ string) (json.RawMessage, error) {
	if token == "" || len(token) > 2*maxMember {
		return nil, errInvalidToken
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil || len(parsed.Headers) != 1 || parsed.Headers[0].ExtraHeaders[jose.HeaderType] != typ {
		return nil, errInvalidToken
	}
	key, err := h.Keys.verifying(ctx, parsed.Headers[0].KeyID)
	if err != nil {
		return nil, err
	}
	if key == nil || parsed.Headers[0].Algorithm != string(key.Algorithm) {
		return nil, errInvalidToken
	}
	var payload json.RawMessage
	if err := parsed.Claims(key.public, &payload); err != nil {
		return nil, errInvalidToken
	}
	return payload, nil
}

// bearerChallenge says in the header what the token lacks (RFC 6750 §3).
func (h *Handler) bearerChallenge(c echo.Context, err error) error {
	headers := c.Response().Header()
	switch {
	case errors.Is(err, errScope):
		headers.Set("WWW-Authenticate", `Bearer realm="gatehouse", error="insufficient_scope", scope="openid"`)
	case errors.Is(err, errInvalidToken) && bearer(c.Request()) == "":
		headers.Set("WWW-Authenticate", `Bearer realm="gatehouse"`)
	case errors.Is(err, errInvalidToken):
		headers.Set("WWW-Authenticate", `Bearer realm="gatehouse", error="invalid_token"`)
	}
	return err
}
