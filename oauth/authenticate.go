package oauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
)

// The wire's grant types (reference/wire-api.md 2.3).
const (
	grantCode     = "authorization_code"
	grantRefresh  = "refresh_token"
	grantPassword = "password"
	grantMagic    = "urn:workos:oauth:grant-type:magic-auth:code"
	grantVerify   = "urn:workos:oauth:grant-type:email-verification:code"
	grantTOTP     = "urn:workos:oauth:grant-type:mfa-totp"
	grantDevice   = "urn:ietf:params:oauth:grant-type:device_code" // RFC 8628 §3.4
	grantSelect   = "urn:workos:oauth:grant-type:organization-selection"

	// Older SDKs' spellings.
	grantMagicOld  = "urn:workos:oauth:grant-type:magic-auth"
	grantVerifyOld = "urn:workos:oauth:grant-type:email-verification"
)

// authenticated is the wire's answer. SDKs seal it into a cookie of 4 KB, so
// nothing large is ever added.
type authenticated struct {
	User           wire.User          `json:"user"`
	OrganizationID id.Organization    `json:"organization_id,omitempty"`
	AccessToken    string             `json:"access_token"`
	RefreshToken   string             `json:"refresh_token"`
	Method         string             `json:"authentication_method,omitempty"`
	Impersonator   *wire.Impersonator `json:"impersonator,omitempty"`
}

// authenticate is POST /user_management/authenticate.
func (h *Handler) authenticate(c echo.Context) error {
	noStore(c)
	h.allowOrigin(c)
	t, err := readTokenRequest(c.Request(), true)
	if err != nil {
		return err
	}
	credentials, err := readCredentials(c.Request(), t)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	who, err := h.identify(ctx, SurfaceWire, credentials)
	if err != nil {
		return h.challenge(c, err)
	}
	i, err := h.exchange(ctx, who, t, t.who(c.Request(), who))
	if err != nil {
		return err
	}
	access, err := h.accessToken(ctx, i)
	if err != nil {
		return err
	}
	body, err := wire.Encode(i.wire(access))
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/json; charset=utf-8", body)
}

func (h *Handler) exchange(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	switch t.GrantType {
	case grantCode:
		return h.redeem(ctx, SurfaceWire, c, t, who)
	case grantRefresh:
		org, err := organizationOf(t)
		if err != nil {
			return nil, err
		}
		return h.refresh(ctx, SurfaceWire, c, t.RefreshToken, org, who)
	case grantPassword:
		return h.passwordGrant(ctx, c, t, who)
	case grantDevice:
		return h.deviceGrant(ctx, SurfaceWire, c, t, who)
	case grantMagic, grantMagicOld:
		return h.magicGrant(ctx, c, t, who)
	case grantVerify, grantVerifyOld:
		return h.verificationGrant(ctx, c, t, who)
	case grantTOTP:
		return h.totpGrant(ctx, c, t, who)
	case grantSelect:
		return h.selectionGrant(ctx, c, t, who)
	}
	return nil, errInvalidRequest.WithMessage("That grant_type is not known.")
}

// organizationOf is the organization to switch to, or nil.
func organizationOf(t *tokenRequest) (*id.Organization, error) {
	if t.OrganizationID == "" {
		return nil, nil
	}
	org, err := id.Parse[id.Organization](t.OrganizationID)
	if err != nil {
		return nil, errNotMember
	}
	return &org, nil
}

func (i *issue) wire(access string) authenticated {
	a := authenticated{User: i.user, OrganizationID: value(i.session.OrganizationID), AccessToken: access, RefreshToken: i.refresh,
		Method: i.session.AuthMethod.Authentication()}
	if i.session.ImpersonatorEmail != nil {
		a.Impersonator = &wire.Impersonator{Email: *i.session.ImpersonatorEmail, Reason: i.session.ImpersonatorReason}
	}
	return a
}

// challenge adds the scheme that a 401 asks for (RFC 6749 §5.2).
func (h *Handler) challenge(c echo.Context, err error) error {
	if errors.Is(err, errBasicClient) {
		c.Response().Header().Set("WWW-Authenticate", `Basic realm="gatehouse"`)
	}
	return err
}

// errTooMany is the wire's 429 of a token endpoint.
var errTooMany = problem.NewOAuth(problem.TooMany, "too_many_requests", "Too many attempts. Wait before you try again.")
