package login

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/web/hosted"
)

// paramSwitch in the address of /login asks to sign in as somebody else.
const paramSwitch = "switch"

func (a *Attempt) switchPath() string { return a.path(pathIdentifier) + "&" + paramSwitch + "=1" }

// identifier asks who is there, unless the browser's session says so.
func (h *Handler) identifier(c echo.Context) error {
	query, err := browser.Query(c.Request())
	if err != nil {
		return err
	}
	a, err := h.flowOf(c, query)
	if err != nil {
		return h.lost(c, query, err)
	}
	if query.Get(paramSwitch) != "" {
		return h.switchAccount(c, a)
	}
	if a != nil && !a.reached(stepIdentifier) {
		return a.forward(c)
	}
	b, err := h.browserSession(c)
	if err != nil {
		return err
	}
	switch {
	case b != nil && a == nil:
		return c.Redirect(http.StatusSeeOther, pathAccount)
	case b != nil && a.accepts(b):
		return h.resume(c, a, b)
	case b != nil && a.invited() != "" && a.fresh(b):
		if err := h.isInvited(c, a, b); err != nil {
			return err
		}
		return h.resume(c, a, b)
	}
	return h.showIdentifier(c, http.StatusOK, a, "")
}

// accepts reports whether a live session answers the attempt: it is fresh
// enough, and nobody has begun to sign in as somebody else.
func (a *Attempt) accepts(b *sessions.Browser) bool {
	return a.fresh(b) && a.Email == nil && a.Screen == ScreenSignIn
}

func (a *Attempt) fresh(b *sessions.Browser) bool {
	return a.FreshAfter == nil || !b.AuthenticatedAt.Before(*a.FreshAfter)
}

func (h *Handler) showIdentifier(c echo.Context, status int, a *Attempt, typed string, problems ...hosted.Problem) error {
	page := hosted.IdentifierPage{Frame: h.frame(c, a, ""), Action: pathIdentifier, Email: typed, PasswordField: true,
		SignUpURL: pathSignUp, Problems: problems}
	settings := h.offered(c, a)
	page.PasswordField, page.Methods = settings.Password, append(append(h.withoutAddress(c, settings, a), h.ssoButton(c, a)...), h.providerButtons(c, a)...)
	last := h.lastUsed(c)
	page.EmailLastUsed = last == sessions.Password || last == sessions.MagicAuth
	var landsAt *string
	if a != nil {
		landsAt = a.LandsAt
		page.SignUpURL = a.path(pathSignUp)
		if a.OrganizationID != nil {
			page.OrganizationName = page.Brand.Name
		}
		if typed == "" && len(problems) == 0 {
			page.Email = a.email()
		}
	}
	page.Fixed = a.invited() != ""
	if !settings.SignUp && !page.Fixed || !settings.Password { // without passwords the mailed code makes the account
		page.SignUpURL = ""
	}
	if a != nil && settings.Passkey && status == http.StatusOK {
		q, err := h.askPasskey(c, a)
		if err != nil {
			return err
		}
		page.Passkey = hosted.Passkey{Action: pathPasskey, Ceremony: string(q.ID), Options: q.Options}
	}
	return h.show(c, status, landsAt, page)
}

// identify takes the address, and the password where a password manager
// filled in both at once.
func (h *Handler) identify(c echo.Context, form browser.Params, a *Attempt) error {
	email, wrong := a.invited(), (*hosted.Problem)(nil)
	if email == "" {
		email, wrong = readEmail(form)
	}
	if wrong != nil {
		return h.showIdentifier(c, http.StatusUnprocessableEntity, a, form.Get(hosted.FieldEmail), *wrong)
	}
	secret := ""
	if a == nil {
		a, secret = h.begin(c, ScreenSignIn)
	}
	r, err := h.realm(c, a, email)
	if err != nil {
		return err
	}
	if r.leads() {
		if secret != "" {
			a = nil // keepEmail makes the one that is stored
		}
		if a, err = h.keepEmail(c, a, email); err != nil {
			return err
		}
		return h.choose(c, a, r)
	}
	a.Email, a.Screen, a.PasswordHash, a.SocialRequestID = &email, ScreenSignIn, nil, nil
	if password := form.Get(hosted.FieldPassword); password != "" && h.settings(c).Password {
		return h.tryPassword(c, form, a, secret, password)
	}
	return h.advance(c, a, secret, db.Set{"email": email, "screen": ScreenSignIn, "password_hash": nil, "social_request_id": nil, "sso_request_id": nil})
}

// advance stores what the first step learnt and goes on: in the attempt's row,
// or in a new one where this request began it (begun is its secret).
func (h *Handler) advance(c echo.Context, a *Attempt, begun string, learnt db.Set) error {
	var err error
	if begun != "" {
		err = h.keep(c, a, begun)
	} else {
		err = h.save(c, a, learnt)
	}
	if err != nil {
		return err
	}
	return a.forward(c)
}

// save stores what a step learnt, unless the attempt was completed meanwhile.
func (h *Handler) save(c echo.Context, a *Attempt, set db.Set) error {
	return h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		return a.update(tx, set)
	})
}

// update changes the stored attempt while it is open; errExpired says that
// another request completed it.
func (a *Attempt) update(tx *db.Tx, set db.Set) error {
	n, err := attempts.Update(tx, a.ID, set, db.Null("completed_at"))
	if err == nil && n == 0 {
		return errExpired
	}
	return err
}

// switchAccount forgets who was proven and turns to the identifier: from now
// on the browser's session does not answer the attempt.
func (h *Handler) switchAccount(c echo.Context, a *Attempt) error {
	if a == nil {
		b, err := h.browserSession(c)
		if err != nil || b == nil {
			return h.showIdentifier(c, http.StatusOK, nil, "")
		}
		var secret string
		a, secret = h.begin(c, ScreenSignIn)
		now := h.DB.Now().UTC()
		a.FreshAfter = &now
		if err := h.keep(c, a, secret); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, a.path(pathIdentifier))
	}
	if a.CompletedAt != nil {
		return a.forward(c)
	}
	err := h.save(c, a, db.Set{"user_id": nil, "auth_method": nil, "authenticated_at": nil, "browser_session_id": nil,
		"second_method": nil, "second_at": nil, "gate": nil, "password_hash": nil, "social_request_id": nil, "sso_organization_id": nil, "sso_guest": false,
		"sso_request_id": nil, "connection_id": nil,
		"email": some(a.invited()), "first_name": nil, "last_name": nil, "screen": ScreenSignIn, "fresh_after": h.DB.Now().UTC()})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, a.path(pathIdentifier))
}

// resume answers the attempt with the session that the browser has.
func (h *Handler) resume(c echo.Context, a *Attempt, b *sessions.Browser) error {
	if err := h.answer(c, a, b); err != nil {
		return err
	}
	return h.settled(c, a, "")
}

func (h *Handler) answer(c echo.Context, a *Attempt, b *sessions.Browser) error {
	return h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		live, err := sessions.LiveBrowser(tx, b.ID) // it may have ended since it was read
		if err != nil {
			return err
		}
		p := proof{user: live.UserID, method: live.AuthMethod, at: live.AuthenticatedAt, browser: &live.ID,
			second: live.SecondMethod, secondAt: live.SecondAt, via: live.Via}
		_, err = h.proceed(tx, a, p)
		return err
	})
}

// proof is what a step proved: who it is, how, when, and in which browser
// session if there is one already.
type proof struct {
	user     id.User
	method   sessions.Method
	at       time.Time
	second   *sessions.Second
	secondAt *time.Time
	via      sessions.Via // the connection that they came by
	identity *id.Profile  // and what they came in by there
	browser  *id.BrowserSession
	door
}

// door is where the request comes from, for somebody with that address.
func (h *Handler) door(c echo.Context, email string) (door, error) {
	old, err := h.oldSession(c)
	return door{old: old, known: h.known(c, email)}, err
}
