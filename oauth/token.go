package oauth

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
)

// tokens is the standard answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
type tokens struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope"`
}

// token is POST /oauth2/token.
func (h *Handler) token(c echo.Context) error {
	noStore(c)
	t, err := readTokenRequest(c.Request(), false)
	if err != nil {
		return err
	}
	credentials, err := readCredentials(c.Request(), t)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	who, err := h.identify(ctx, SurfaceOAuth2, credentials)
	if err == nil {
		err = who.authenticated()
	}
	if err != nil {
		return h.challenge(c, err)
	}
	i, err := h.standardExchange(ctx, who, t, t.who(c.Request(), who))
	if err != nil {
		return err
	}
	answer, err := h.standardAnswer(ctx, i)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, answer)
}

func (h *Handler) standardExchange(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	switch t.GrantType {
	case grantCode:
		return h.redeem(ctx, SurfaceOAuth2, c, t, who)
	case grantRefresh:
		org, err := organizationOf(t)
		if err != nil {
			return nil, err
		}
		i, err := h.refresh(ctx, SurfaceOAuth2, c, t.RefreshToken, org, who)
		if err != nil {
			return nil, err
		}
		return i, i.narrow(t.Scope)
	}
	if t.GrantType == grantDevice {
		return h.deviceGrant(ctx, SurfaceOAuth2, c, t, who)
	}
	return nil, errUnsupportedType
}

// narrow gives this access token less than was granted (RFC 6749 §6). What was
// not granted cannot be asked for.
func (i *issue) narrow(asked string) error {
	if asked == "" {
		return nil
	}
	for _, s := range strings.Fields(asked) {
		if slices.Contains(knownScopes, s) && !i.scope.has(s) {
			return errScopeExceeded
		}
	}
	i.scope = parseScopes(asked)
	return nil
}

func (h *Handler) standardAnswer(ctx context.Context, i *issue) (tokens, error) {
	access, err := h.accessToken(ctx, i)
	if err != nil {
		return tokens{}, err
	}
	answer := tokens{AccessToken: access, TokenType: "Bearer", ExpiresIn: i.client.AccessTokenSeconds, RefreshToken: i.refresh, Scope: i.scope.String()}
	if i.scope.has(scopeOpenID) {
		answer.IDToken, err = h.idToken(ctx, i, access)
	}
	return answer, err
}
