package api

import (
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/apikeys"
	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// errDeploymentKey refuses an organization's key what reaches beyond its
// organization.
var errDeploymentKey = problem.New(problem.Forbidden, "deployment_key_required",
	"That key belongs to one organization. This takes a key of the deployment.")

// authenticate finds whose key a request carries.
func (h *Handler) authenticate(ec echo.Context) (*call, error) {
	value := bearer(ec.Request().Header.Get(echo.HeaderAuthorization))
	if value == "" {
		return nil, unauthorized(ec)
	}
	key, err := apikeys.Locate(ec.Request().Context(), h.DB, value)
	if problem.As(err) != nil {
		return nil, unauthorized(ec)
	}
	if err != nil {
		return nil, err
	}
	who := browser.ActorOf(ec.Request())
	who.Kind, who.ID, who.Name = actor.KindAPIKey, string(key.ID), key.Name
	return &call{Context: ec, h: h, key: key, who: who}, nil
}

func unauthorized(ec echo.Context) error {
	ec.Response().Header().Set(echo.HeaderWWWAuthenticate, "Bearer") // RFC 9110 §11.6.1
	return problem.ErrUnauthorized
}

// bearer is the credential of an Authorization header (RFC 6750 §2.1). Go's
// SDK sends "Bearer " with nothing behind it where it has no key.
func bearer(header string) string {
	scheme, value, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(value)
}

// count holds a key to its rate.
func (h *Handler) count(c *call, r route) error {
	if h.Limits == nil {
		return nil
	}
	kind, rate := "api key", h.rate()
	if r.Often {
		kind, rate = "api key, often", oftenRate
	}
	ok, after, err := h.Limits.Take(c.ctx(), kind, string(c.key.ID), rate)
	if err != nil {
		return err
	}
	if !ok {
		return problem.ErrTooMany.WithRetryAfter(after)
	}
	return nil
}

// organization is whose key it is; empty for the deployment's.
func (c *call) organization() id.Organization {
	if c.key.OrganizationID == nil {
		return ""
	}
	return *c.key.OrganizationID
}
