package login

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/audit"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/sso/oidc"
	"gatehouse/users"
	"gatehouse/web/hosted"
	webmail "gatehouse/web/mail"
)

// pathCallback is where providers send people back to.
const pathCallback = "/sso/social"

// maxStateParam is far above what state is: 43 characters.
const maxStateParam = 256

// receiveForm takes an answer that the provider's page posts (form_post). The
// browser sends that from the provider's site, without the cookies that prove
// it, so the answer is kept and the browser asks again by itself.
func (h *Handler) receiveForm(c echo.Context) error {
	form, err := browser.Form(c.Request())
	if err != nil {
		return err
	}
	slug := c.Param("provider")
	answer, err := social.ReadAnswer(form.Get)
	if err != nil {
		return h.refuseSocial(c, nil, slug, err)
	}
	state := form.Get("state")
	err = h.DB.Tx(c.Request().Context(), browser.ActorOf(c.Request()), func(tx *db.Tx) error {
		r, err := findRequest(tx, slug, state)
		if err != nil {
			return err
		}
		return r.Keep(tx, answer)
	})
	if err != nil {
		return h.refuseSocial(c, nil, slug, err)
	}
	return c.Redirect(http.StatusSeeOther, pathCallback+"/"+slug+"/callback?state="+url.QueryEscape(state))
}

func findRequest(tx *db.Tx, slug, state string) (*social.Request, error) {
	if state == "" || len(state) > maxStateParam {
		return nil, social.ErrState
	}
	return social.Find(tx, tx.Now(), slug, state)
}

// receive takes a provider's answer from the browser that was sent away.
func (h *Handler) receive(c echo.Context) error {
	query, err := browser.Query(c.Request())
	if err != nil {
		return err
	}
	slug := c.Param("provider")
	if h.Social == nil {
		return social.ErrUnknown
	}
	var r *social.Request
	var a *Attempt
	err = h.DB.Read(c.Request().Context(), func(tx *db.Tx) error {
		if r, err = findRequest(tx, slug, query.Get("state")); err != nil {
			return err
		}
		a, err = h.sentAway(c, tx, r)
		return err
	})
	if err != nil {
		return h.refuseSocial(c, nil, slug, err)
	}
	if a != nil {
		c.Set(attemptKey, a)
	}
	answer, err := social.ReadAnswer(query.Get)
	if err == nil {
		// Used up before the code goes anywhere, and whatever comes of it.
		err = h.DB.Tx(c.Request().Context(), h.who(c, a), r.Consume)
	}
	var who *social.Arrival
	if err == nil {
		who, err = h.Social.Redeem(c.Request().Context(), r, answer)
	}
	if err != nil {
		return h.refuseSocial(c, a, slug, err)
	}
	if r.UserID != nil {
		return h.added(c, r, *who)
	}
	return h.arrived(c, a, r, *who)
}

// sentAway is the attempt of a request, where this is the browser that it was
// made in; a request of a signed-in person has none.
func (h *Handler) sentAway(c echo.Context, tx *db.Tx, r *social.Request) (*Attempt, error) {
	if r.AttemptID == nil {
		secret := h.Jar.Get(c.Request(), browser.Session)
		if !r.Bound(secret) {
			return nil, social.ErrState
		}
		return nil, nil
	}
	secret := h.Jar.Get(c.Request(), attemptCookie(*r.AttemptID))
	if !r.Bound(secret) {
		return nil, social.ErrState
	}
	a, err := find(tx, tx.Now(), *r.AttemptID, secret)
	if errors.Is(err, errExpired) || err == nil && !a.reached(stepSocial) {
		err = social.ErrState
	}
	return a, err
}

// arrived signs in whoever came back, in the transaction that decides who it is.
func (h *Handler) arrived(c echo.Context, a *Attempt, r *social.Request, who social.Arrival) error {
	at, err := h.door(c, who.Email)
	if err != nil {
		return err
	}
	a.Provider, a.PasswordHash, a.SocialRequestID = &who.Slug, nil, nil
	who.Invited = a.InvitationID != nil
	var secret string
	var waits bool
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		admitted, err := social.Admit(tx, who)
		if err != nil {
			return err
		}
		if waits = admitted.MustShow; waits {
			return h.askMailbox(tx, a, r, who)
		}
		if admitted.Linked {
			if err := h.tellOfProvider(tx, admitted.User); err != nil {
				return err
			}
		}
		secret, err = h.enter(tx, a, who, admitted.User, at)
		return err
	})
	switch {
	case errors.Is(err, errExpired):
		return h.again(c, a)
	case err != nil:
		return h.refuseSocial(c, a, who.Slug, err)
	case waits:
		if err := h.mailVerification(c, a); err != nil {
			return err
		}
		return a.forward(c)
	}
	return h.settled(c, a, secret)
}

// enter takes an admitted person to the gates. Their second step is asked for
// like everybody's.
func (h *Handler) enter(tx *db.Tx, a *Attempt, who social.Arrival, u *users.User, at door) (secret string, err error) {
	tx.As(tx.Actor().As(u.ID, u.Email))
	if err := users.SignedIn(tx, u); err != nil {
		return "", err
	}
	if err := recordOAuth(tx, who.Slug, &u.ID, u.Email, nil); err != nil {
		return "", err
	}
	if a.Screen = ScreenSignIn; a.invited() == "" {
		a.Email = &u.Email
	}
	return h.proceed(tx, a, proof{user: u.ID, method: who.Method, at: tx.Now(), door: at})
}

// askMailbox turns the attempt to the proof of an address that the provider
// does not vouch for. Until then nobody is anybody.
func (h *Handler) askMailbox(tx *db.Tx, a *Attempt, r *social.Request, who social.Arrival) error {
	if to := a.invited(); to != "" && !sameMailbox(to, who.Email) {
		return errInvitedOther.WithFields(map[string]any{"invited": to, "person": who.Email})
	}
	if err := r.KeepArrival(tx, who); err != nil {
		return err
	}
	a.Email, a.Screen, a.SocialRequestID = &who.Email, ScreenSignIn, &r.ID
	return a.update(tx, db.Set{"email": who.Email, "screen": ScreenSignIn, "password_hash": nil, "provider": who.Slug, "social_request_id": r.ID})
}

// readmitted is the person whose mailbox was proven after they came from a
// provider, with the account there linked from now on.
func (h *Handler) readmitted(tx *db.Tx, a *Attempt, email string) (*users.User, sessions.Method, error) {
	who, err := social.ArrivalOf(tx, *a.SocialRequestID)
	if err != nil {
		return nil, "", err
	}
	if who.Email != email {
		return nil, "", social.ErrState
	}
	who.MailboxProven, who.Invited = true, a.InvitationID != nil
	admitted, err := social.Admit(tx, who)
	if err != nil {
		return nil, "", err
	}
	if admitted.Linked {
		if err := h.tellOfProvider(tx, admitted.User); err != nil {
			return nil, "", err
		}
	}
	return admitted.User, who.Method, recordOAuth(tx, who.Slug, &admitted.User.ID, admitted.User.Email, nil)
}

// tellOfProvider mails a person that another account signs them in now.
func (h *Handler) tellOfProvider(tx *db.Tx, u *users.User) error {
	return h.Mailbox.Notice(tx, u, func(seen webmail.Seen, disown string) webmail.Letter {
		return webmail.FactorAdded{Seen: seen, What: webmail.FactorSocial, DisownURL: disown}
	})
}

// added links the account to the signed-in person who asked for it.
func (h *Handler) added(c echo.Context, r *social.Request, who social.Arrival) error {
	b, err := h.browserSession(c)
	if err != nil {
		return err
	}
	if b == nil || b.UserID != *r.UserID {
		return h.refuseSocial(c, nil, who.Slug, social.ErrState)
	}
	err = h.DB.Tx(c.Request().Context(), browser.ActorOf(c.Request()), func(tx *db.Tx) error {
		switch _, err := sessions.LiveBrowser(tx, b.ID); {
		case errors.Is(err, sessions.ErrNoSession): // signed out from elsewhere in this moment
			return social.ErrState
		case err != nil:
			return err
		}
		u, err := users.Get(tx, b.UserID)
		if err != nil {
			return err
		}
		tx.As(tx.Actor().As(u.ID, u.Email))
		if err := social.Add(tx, who, u.ID); err != nil {
			return err
		}
		return h.tellOfProvider(tx, u)
	})
	if err != nil {
		return h.refuseSocial(c, nil, who.Slug, err)
	}
	return c.Redirect(http.StatusSeeOther, text(r.ReturnPath))
}

// refuseSocial records why somebody did not come in by a provider, and hands
// the problem to its page. What is no problem is the server's fault.
func (h *Handler) refuseSocial(c echo.Context, a *Attempt, slug string, err error) error {
	p := problem.As(err)
	if p == nil {
		return err
	}
	c.Set(providerKey, h.providerName(c, slug))
	if !h.shown.take(h.DB.Now()) {
		return p
	}
	ctx := context.WithoutCancel(c.Request().Context())
	failed := h.DB.Tx(ctx, h.who(c, a), func(tx *db.Tx) error { return recordOAuth(tx, slug, nil, "", p) })
	if failed != nil {
		h.Log.ErrorContext(ctx, "a refused sign-in at a provider could not be recorded", "error", failed)
	}
	return p
}

func recordOAuth(tx *db.Tx, slug string, user *id.User, email string, refused *problem.Error) error {
	who := tx.Actor()
	e := audit.Authentication{Type: "oauth", Status: "succeeded", UserID: user, Email: field.Clip(email, maxEmail),
		IPAddress: field.Clip(who.IP, 64), UserAgent: field.Clip(who.UserAgent, 512)}
	if refused != nil {
		e.Status, e.Error = "failed", &audit.AuthenticationError{Code: refused.Code, Message: refused.Message}
	}
	return audit.RecordDeployment(tx, audit.AuthenticationOAuth{Authentication: e, Provider: clip(slug, maxLocales)})
}

// providerKey is where a request's provider is kept for its error page.
const providerKey = "login.provider"

// providerErrors are the pages of what goes wrong at a provider; every other
// refusal of its answer is ErrorProviderFailed.
var providerErrors = map[string]hosted.ErrorKind{
	oidc.ErrDown.Code: hosted.ErrorProviderDown, oidc.ErrTimeout.Code: hosted.ErrorProviderDown, oidc.ErrDiscovery.Code: hosted.ErrorProviderDown, oidc.ErrClient.Code: hosted.ErrorProviderDown, oidc.ErrMetadata.Code: hosted.ErrorProviderDown,
	oidc.ErrDenied.Code: hosted.ErrorProviderDenied, social.ErrUnknown.Code: hosted.ErrorProviderOff, social.ErrNoEmail.Code: hosted.ErrorProviderNoEmail,
	social.ErrOperator.Code: hosted.ErrorProviderOperator, social.ErrState.Code: hosted.ErrorExpired, users.ErrIdentityTaken.Code: hosted.ErrorProviderTaken,
}

// providerError is the page of a problem of a sign-in at a provider.
func providerError(p *problem.Error) (hosted.ErrorKind, bool) {
	if kind, ok := providerErrors[p.Code]; ok {
		return kind, true
	}
	return hosted.ErrorProviderFailed, strings.HasPrefix(p.Code, "oidc_")
}
