package login

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/sso"
)

// metadata is our side of a SAML connection, for the provider.
func (h *Handler) metadata(c echo.Context) error {
	key, err := sso.ParseParam(c.Param("connection"))
	if err != nil || h.SSO == nil {
		return sso.ErrUnknown
	}
	document, err := h.SSO.Metadata(c.Request().Context(), key)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.Blob(http.StatusOK, "application/samlmetadata+xml", document)
}

// keySet are our keys for an OpenID provider that takes private_key_jwt.
func (h *Handler) keySet(c echo.Context) error {
	key, err := sso.ParseParam(c.Param("connection"))
	if err != nil || h.SSO == nil {
		return sso.ErrUnknown
	}
	set, err := h.SSO.KeySet(c.Request().Context(), key)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.JSON(http.StatusOK, map[string][]sso.JWK{"keys": set})
}
