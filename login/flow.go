package login

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/web/hosted"
)

// maxAttemptCookies bounds how many attempts one browser holds: an application
// that sends it here again and again must not fill its cookies, or the request
// becomes too large to be answered. The oldest go.
const maxAttemptCookies = 12

// Remember gives the browser the secret of an attempt that has begun.
func Remember(c echo.Context, jar browser.Jar, s Started) {
	forgetOldest(c, jar, browser.Attempt)
	jar.Set(c.Response(), attemptCookie(s.Attempt), s.Secret, Lifetime)
}

func attemptCookie(a id.Attempt) browser.Cookie {
	return browser.Attempt.For(strings.TrimPrefix(string(a), a.Prefix()))
}

// forgetOldest keeps the newest cookies of a kind. Their names sort by age, as
// the ids in them do.
func forgetOldest(c echo.Context, jar browser.Jar, kind browser.Cookie) {
	prefix := jar.Name(kind.For(""))
	var flows []string
	for _, cookie := range c.Request().Cookies() {
		if flow, ok := strings.CutPrefix(cookie.Name, prefix); ok {
			flows = append(flows, flow)
		}
	}
	for len(flows) >= maxAttemptCookies {
		oldest := 0
		for i := range flows {
			if flows[i] < flows[oldest] {
				oldest = i
			}
		}
		jar.Clear(c.Response(), kind.For(flows[oldest]))
		flows = append(flows[:oldest], flows[oldest+1:]...)
	}
}

// attemptKey is where a request's attempt is kept for its error page.
const attemptKey = "login.attempt"

// flowOf is the attempt that the address names and the cookie proves. Without
// a flow in the address there is none, and no error.
func (h *Handler) flowOf(c echo.Context, params browser.Params) (*Attempt, error) {
	named := params.Get(hosted.FieldFlow)
	if named == "" {
		return nil, nil
	}
	flow, err := id.Parse[id.Attempt](named)
	if err != nil {
		return nil, errExpired
	}
	secret := h.Jar.Get(c.Request(), attemptCookie(flow))
	if secret == "" {
		return nil, errExpired
	}
	var a *Attempt
	err = h.DB.Read(c.Request().Context(), func(tx *db.Tx) error {
		a, err = find(tx, tx.Now(), flow, secret)
		return err
	})
	if err == nil {
		c.Set(attemptKey, a)
	}
	return a, err
}

// at lets a request through to a step that its attempt has reached, and sends
// any other to where its attempt is. Only the first steps go without an
// attempt (nil): people who came by themselves.
func (h *Handler) at(s step, do func(echo.Context, browser.Params, *Attempt) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		params, err := read(c.Request())
		if err != nil {
			return err
		}
		a, err := h.flowOf(c, params)
		if err == nil && a == nil && s != stepIdentifier && s != stepSignUp && (s != stepSSO || c.Param("connection") != "") {
			err = errExpired
		}
		if err != nil {
			return h.lost(c, params, err)
		}
		if a != nil && !a.reached(s) {
			return a.forward(c)
		}
		return do(c, params, a)
	}
}

// read is what was posted, or else what stands in the address.
func read(r *http.Request) (browser.Params, error) {
	if r.Method == http.MethodPost {
		return browser.Form(r)
	}
	return browser.Query(r)
}

// begin starts an attempt for a person who came by themselves: it ends at
// their account page. The row is made only where a page follows.
func (h *Handler) begin(c echo.Context, screen string) (*Attempt, string) {
	return newAttempt(h.DB.Now().UTC().Truncate(time.Microsecond), Begin{ReturnPath: pathAccount, Screen: screen})
}

// keep stores an attempt that begin made, and gives the browser its secret.
func (h *Handler) keep(c echo.Context, a *Attempt, secret string) error {
	if err := MayBegin(c.Request(), h.Passwords.Limits); err != nil {
		return err
	}
	err := h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error { return attempts.Insert(tx, a) })
	if err == nil {
		Remember(c, h.Jar, Started{Attempt: a.ID, Secret: secret})
	}
	return err
}

// who is who asks, with the attempt's reference for the audit log.
func (h *Handler) who(c echo.Context, a *Attempt) actor.Actor {
	who := browser.ActorOf(c.Request())
	if a != nil {
		who = who.Referring(a.Reference)
	}
	return who
}

// browserSession is the live session of the browser, or nil.
func (h *Handler) browserSession(c echo.Context) (*sessions.Browser, error) {
	b, err := sessions.CheckBrowser(c.Request().Context(), h.DB, h.Jar.Get(c.Request(), browser.Session))
	if errors.Is(err, sessions.ErrNoSession) {
		return nil, nil
	}
	return b, err
}
