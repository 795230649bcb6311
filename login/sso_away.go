package login

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/sso"
	"gatehouse/web/hosted"
)

// SendAway begins a sign-in, or an admin's test, at a connection, and gives
// the browser the cookie that its answer must come back with. Away shows where
// it goes.
func (h *Handler) SendAway(c echo.Context, who actor.Actor, connection id.Connection, f sso.For) (sso.Away, error) {
	if h.SSO == nil {
		return sso.Away{}, sso.ErrUnknown
	}
	if err := within(c.Request(), h.Passwords.Limits, "sign-ins at connections", beginRate); err != nil {
		return sso.Away{}, err
	}
	f.Bound = seal.Token(seal.TokenBytes)
	away, err := h.SSO.Begin(c.Request().Context(), who, connection, f)
	if err == nil {
		forgetOldest(c, h.Jar, browser.SSO)
		h.Jar.Set(c.Response(), requestCookie(away.Request), f.Bound, sso.Lifetime)
	}
	return away, err
}

// Away sends the browser where SendAway said.
func (h *Handler) Away(c echo.Context, away sso.Away) error {
	return h.away(c, away, hosted.RedirectPage{Frame: h.frame(c, nil, "")}, c.Request().Method == http.MethodPost)
}

func (h *Handler) away(c echo.Context, away sso.Away, page hosted.RedirectPage, byPage bool) error {
	if away.Action == "" && !byPage {
		return c.Redirect(http.StatusSeeOther, away.URL)
	}
	page.To, page.URL, page.Action, page.Fields = away.Name, away.URL, away.Action, away.Fields
	if page.Action == "" {
		return h.show(c, http.StatusOK, nil, page)
	}
	return h.show(c, http.StatusOK, &page.Action, page)
}

// requestCookie is the cookie that a request's answer must come back with.
func requestCookie(r id.SSORequest) browser.Cookie { return browser.SSO.For(string(r)) }

// bound is the secret that the browser has for a request, or "".
func (h *Handler) bound(c echo.Context) func(id.SSORequest) string {
	return func(r id.SSORequest) string { return h.Jar.Get(c.Request(), requestCookie(r)) }
}

// A browser that comes back from a provider for the third time within a minute
// goes round in a circle: an application that does not keep its session sends
// it here again and again, and the provider answers without asking.
const (
	maxReturns   = 3
	returnWithin = time.Minute
)

// returns is how often the browser came back within the last minute, while the
// session that this gave it lives: who signs out and in again goes in no circle.
func (h *Handler) returns(c echo.Context) int {
	n, _ := h.counted(c)
	if n == 0 {
		return 0
	}
	if b, err := h.browserSession(c); err != nil || b == nil {
		return 0
	}
	return n
}

// counted reads the cookie: how often, and since when.
func (h *Handler) counted(c echo.Context) (int, time.Time) {
	count, since, _ := strings.Cut(h.Jar.Get(c.Request(), browser.Returned), ".")
	n, err := strconv.Atoi(count)
	first, failed := strconv.ParseInt(since, 10, 64)
	now := h.DB.Now()
	if at := time.Unix(first, 0); err == nil && failed == nil && n > 0 && n <= maxReturns && !at.After(now) && now.Sub(at) < returnWithin {
		return n, at
	}
	return 0, now
}

// countReturn notes that the browser came back from a sign-in that was begun
// after before others. Tabs that were sent away together count as one.
func (h *Handler) countReturn(c echo.Context, before int) {
	_, since := h.counted(c)
	if before == 0 {
		since = h.DB.Now()
	}
	h.Jar.Set(c.Response(), browser.Returned, strconv.Itoa(before+1)+"."+strconv.FormatInt(since.Unix(), 10), returnWithin)
}
