package login

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/users"
)

const (
	deviceLifetime = 400 * 24 * time.Hour // the longest that browsers keep
	localeLifetime = deviceLifetime
	maxDevices     = 5 // people who share a browser
)

// known reports whether somebody signed in to that address from this browser
// before. The limits on guesses keep a count of their own for those, which no
// stranger can fill. The cookie proves it by a MAC and names nobody.
func (h *Handler) known(c echo.Context, email string) bool {
	mark := h.deviceMark(c.Request().Context(), email)
	return mark != "" && slices.Contains(h.devices(c), mark)
}

// remember notes that somebody signed in to that address from this browser.
func (h *Handler) remember(c echo.Context, email string) {
	mark := h.deviceMark(c.Request().Context(), email)
	if mark == "" {
		return
	}
	marks := slices.DeleteFunc(h.devices(c), func(m string) bool { return m == mark })
	marks = append([]string{mark}, marks...)
	h.Jar.Set(c.Response(), browser.Device, strings.Join(marks[:min(len(marks), maxDevices)], "."), deviceLifetime)
}

func (h *Handler) devices(c echo.Context) []string {
	value := h.Jar.Get(c.Request(), browser.Device)
	if value == "" {
		return nil
	}
	marks := strings.Split(value, ".")
	return marks[:min(len(marks), maxDevices)]
}

// deviceMark is the MAC of an address, or "" where there can be none.
func (h *Handler) deviceMark(ctx context.Context, email string) string {
	address, err := users.ParseEmail(email)
	if err != nil {
		return ""
	}
	key, err := h.DB.DeploymentKey(ctx)
	if err != nil {
		h.Log.WarnContext(ctx, "the deployment's key cannot be read, so devices are not recognised", "error", err)
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(key.Derive("login.device", address.Key)[:16])
}
