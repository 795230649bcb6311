package login

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/web/hosted"
)

// providerButtons are the providers that a page offers, the one that was used
// last first.
func (h *Handler) providerButtons(c echo.Context, a *Attempt) []hosted.Method {
	if h.Social == nil {
		return nil
	}
	var all []social.Provider
	err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) (err error) {
		all, err = social.List(tx, h.Social.Environment)
		return err
	})
	if err != nil {
		h.Log.WarnContext(c.Request().Context(), "the providers cannot be read", "error", err)
	}
	last := string(h.lastUsed(c))
	var buttons []hosted.Method
	for _, p := range all {
		if !p.Enabled {
			continue
		}
		button := hosted.Method{Kind: buttonKind(p.Type), Provider: p.Name, URL: pathSocial + "/" + p.Slug, LastUsed: last == markOf(p.Type.Method(), p.Slug)}
		if a != nil {
			button.URL = a.path(button.URL)
		}
		if button.LastUsed {
			buttons = append([]hosted.Method{button}, buttons...)
		} else {
			buttons = append(buttons, button)
		}
	}
	return buttons
}

// methodMark says by which button somebody came in, for its badge.
func (a *Attempt) methodMark() string { return markOf(*a.AuthMethod, text(a.Provider)) }

// markOf tells the providers apart that share a method.
func markOf(m sessions.Method, slug string) string {
	if m == sessions.OIDC {
		return string(m) + "." + slug
	}
	return string(m)
}

func buttonKind(t social.Type) hosted.MethodKind {
	switch t {
	case social.Google:
		return hosted.MethodGoogle
	case social.Microsoft:
		return hosted.MethodMicrosoft
	case social.GitHub:
		return hosted.MethodGitHub
	case social.Apple:
		return hosted.MethodApple
	}
	return hosted.MethodProvider
}

// startSocial sends the browser to a provider. It is a link, and needs no
// script; the answer to a form is a page, because a form's redirects may not
// leave this host.
func (h *Handler) startSocial(c echo.Context) error {
	params, err := read(c.Request())
	if err != nil {
		return err
	}
	a, err := h.flowOf(c, params)
	if err != nil {
		return h.lost(c, params, err)
	}
	slug := c.Param("provider")
	if a == nil {
		var secret string
		a, secret = h.begin(c, ScreenSignIn)
		if err := h.keep(c, a, secret); err != nil {
			return err
		}
		// The cookie comes back with the next request.
		return c.Redirect(http.StatusSeeOther, a.path(pathSocial+"/"+slug))
	}
	if !a.reached(stepSocial) {
		return a.forward(c)
	}
	if err := within(c.Request(), h.Passwords.Limits, "sign-ins at providers", beginRate); err != nil {
		return err
	}
	f := social.For{Attempt: &a.ID, Bound: h.Jar.Get(c.Request(), attemptCookie(a.ID))}
	return h.sendAway(c, a, slug, f, a.hints(slug))
}

// hints are the application's wishes for the provider that it named, and for
// every other the address to fill in.
func (a *Attempt) hints(slug string) social.Hints {
	h := social.Hints{LoginHint: a.email()}
	if a.ProviderHints != nil && text(a.Provider) == slug {
		h = *a.ProviderHints
		if h.LoginHint == "" {
			h.LoginHint = a.email()
		}
	}
	return h
}

func (h *Handler) sendAway(c echo.Context, a *Attempt, slug string, f social.For, hints social.Hints) error {
	if h.Social == nil {
		return social.ErrUnknown
	}
	to, err := h.Social.Begin(c.Request().Context(), h.who(c, a), slug, f, hints)
	if err != nil {
		return h.refuseSocial(c, a, slug, err)
	}
	if c.Request().Method != http.MethodPost {
		return c.Redirect(http.StatusSeeOther, to)
	}
	return h.show(c, http.StatusOK, nil, hosted.RedirectPage{Frame: h.frame(c, a, ""), To: h.providerName(c, slug), URL: to})
}

// AddProvider sends a signed-in person to a provider whose account they want
// to sign in by from now on. returnPath is ours. The caller has checked that
// the sign-in is fresh.
func (h *Handler) AddProvider(c echo.Context, slug, returnPath string) error {
	b, err := h.browserSession(c)
	if err != nil {
		return err
	}
	if b == nil || !strings.HasPrefix(returnPath, "/") || strings.HasPrefix(returnPath, "//") {
		return errExpired
	}
	if err := within(c.Request(), h.Passwords.Limits, "sign-ins at providers", beginRate); err != nil {
		return err
	}
	f := social.For{User: &b.UserID, Bound: h.Jar.Get(c.Request(), browser.Session), ReturnPath: returnPath}
	return h.sendAway(c, nil, slug, f, social.Hints{})
}

// providerName is what people call a provider.
func (h *Handler) providerName(c echo.Context, slug string) string {
	name := social.Type(slug).Name()
	if h.Social == nil {
		return name
	}
	_ = h.DB.Read(c.Request().Context(), func(tx *db.Tx) error {
		p, err := social.Get(tx, h.Social.Environment, slug)
		if err == nil {
			name = p.Name
		}
		return err
	})
	return name
}
