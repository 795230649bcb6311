package login

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/audit"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/invitations"
	"gatehouse/login/gates"
	"gatehouse/mailbox"
	"gatehouse/web/hosted"
)

// ErrorPage answers a problem of any page for people, in place and with its
// own status. The page carries a reference, under which the audit log has
// what happened.
func (h *Handler) ErrorPage(c echo.Context, p *problem.Error) error {
	a, _ := c.Get(attemptKey).(*Attempt)
	_, atProvider := providerError(p)
	sso, byConnection := ssoError(c, p)
	if p.Kind == problem.Unavailable && !atProvider && !byConnection || errors.Is(p, errCrowded) {
		return h.busy(c, a, p)
	}
	page := hosted.ErrorPage{Frame: h.frame(c, a, ""), Kind: kindOf(p), Primary: hosted.Link{URL: startOver(a)}}
	if byConnection {
		page.Kind, page.Args = sso, i18n.Args{"provider": c.Get(providerKey)}
		h.ssoWay(c, &page, a)
	}
	switch page.Kind {
	case hosted.ErrorNotMember, hosted.ErrorMethodRefused, hosted.ErrorSSORequired, hosted.ErrorAddressRefused:
		page.Args = i18n.Args{"organization": page.Brand.Name}
		if a != nil {
			page.Primary.URL = a.switchPath()
		}
	case hosted.ErrorProviderDown, hosted.ErrorProviderDenied, hosted.ErrorProviderFailed, hosted.ErrorProviderOff, hosted.ErrorProviderNoEmail,
		hosted.ErrorProviderOperator, hosted.ErrorProviderTaken:
		name, _ := c.Get(providerKey).(string)
		page.Args = i18n.Args{"provider": name, "known": strconv.FormatBool(name != "")}
		if a != nil {
			page.Primary.URL = a.path(pathIdentifier)
		}
	case hosted.ErrorInvitedOther:
		page.Args = i18n.Args{"invited": p.Fields["invited"], "person": p.Fields["person"]}
		if a != nil {
			page.Primary = hosted.Link{Label: page.Lang.T("invite.switch"), URL: a.switchPath()}
		}
	case hosted.ErrorTooMany:
		page.Args = i18n.Wait(p.RetryAfter)
	case hosted.ErrorSignUpOff:
		page.Args = i18n.Args{"application": page.ApplicationName}
	}
	if page.Reference, _ = c.Get(ssoKey).(string); page.Reference == "" { // else the log has it already
		page.Reference = h.record(c, a, p)
	}
	return h.show(c, p.Status(), nil, page)
}

// startOver is where a person whose sign-in failed can begin again.
func startOver(a *Attempt) string {
	if a != nil && a.ApplicationURL != nil {
		return *a.ApplicationURL
	}
	return pathIdentifier
}

// kindOf is the page's words for a problem.
func kindOf(p *problem.Error) hosted.ErrorKind {
	if kind, ok := providerError(p); ok {
		return kind
	}
	switch {
	case errors.Is(p, errExpired), errors.Is(p, errStale), p.Code == "authorization_request_expired":
		return hosted.ErrorExpired
	case errors.Is(p, errNotMember):
		return hosted.ErrorNotMember
	case errors.Is(p, mailbox.ErrLink):
		return hosted.ErrorLinkUsed
	case errors.Is(p, invitations.ErrInvalid):
		return hosted.ErrorInvitation
	case errors.Is(p, errInvitedOther):
		return hosted.ErrorInvitedOther
	case errors.Is(p, gateProblems[gates.AddressRefused]):
		return hosted.ErrorAddressRefused
	case errors.Is(p, gateProblems[gates.SSORequired]):
		return hosted.ErrorSSORequired
	case errors.Is(p, gateProblems[gates.MethodRefused]):
		return hosted.ErrorMethodRefused
	case p.Code == errSignUpOff.Code:
		return hosted.ErrorSignUpOff
	case p.Code == "user_banned":
		return hosted.ErrorBlocked
	case p.Code == "unknown_application":
		return hosted.ErrorUnknownApp
	case p.Code == "device_code_not_entered":
		return hosted.ErrorDevice
	case p.Code == "redirect_uri_not_registered":
		return hosted.ErrorRedirect
	case errors.Is(p, problem.ErrCrossSite):
		return hosted.ErrorCrossSite
	}
	return kinds[p.Kind]
}

var kinds = map[problem.Kind]hosted.ErrorKind{
	problem.Internal: hosted.ErrorInternal, problem.BadRequest: hosted.ErrorBadRequest, problem.Invalid: hosted.ErrorBadRequest,
	problem.Unauthorized: hosted.ErrorForbidden, problem.Forbidden: hosted.ErrorForbidden, problem.NotFound: hosted.ErrorNotFound,
	problem.NotAllowed: hosted.ErrorNotFound, problem.Gone: hosted.ErrorLinkUsed, problem.Conflict: hosted.ErrorBadRequest,
	problem.TooLarge: hosted.ErrorTooLarge, problem.Unsupported: hosted.ErrorBadRequest, problem.TooMany: hosted.ErrorTooMany,
}

// busy answers while the server is full, or too much comes from one network. Nothing is written: that would be
// more work for a server that has too much.
func (h *Handler) busy(c echo.Context, a *Attempt, err error) error {
	p := problem.Of(err)
	p.SetHeaders(c.Response().Header())
	retry := here(c)
	if a != nil {
		retry = a.path(c.Request().URL.Path)
	}
	return h.show(c, p.Status(), nil, hosted.BusyPage{Frame: h.frame(c, a, ""), RetryURL: retry,
		RetrySeconds: max(1, int(math.Ceil(p.RetryAfter.Seconds())))})
}

// lost answers a request whose attempt is gone: run out, completed and
// forgotten, or another browser's. Who is signed in by now, as after the back
// button, goes on from where they are; anybody else starts again.
func (h *Handler) lost(c echo.Context, params browser.Params, err error) error {
	if !errors.Is(err, errExpired) {
		return err
	}
	b, failed := h.browserSession(c)
	if failed != nil {
		return failed
	}
	a := h.strangers(c, params)
	if b != nil && c.Request().Method == http.MethodGet {
		if a != nil && a.ApplicationURL != nil {
			return c.Redirect(http.StatusSeeOther, *a.ApplicationURL)
		}
		return c.Redirect(http.StatusSeeOther, pathAccount)
	}
	page := hosted.ErrorPage{Frame: h.frame(c, nil, ""), Kind: hosted.ErrorExpired, Primary: hosted.Link{URL: startOver(a)}}
	page.Reference = h.record(c, nil, errExpired)
	return h.show(c, errExpired.Status(), nil, page)
}

// strangers is an attempt that the browser names and does not prove. Only its
// application's address may be used.
func (h *Handler) strangers(c echo.Context, params browser.Params) *Attempt {
	flow, err := id.Parse[id.Attempt](params.Get(hosted.FieldFlow))
	if err != nil {
		return nil
	}
	var a *Attempt
	err = h.DB.Read(c.Request().Context(), func(tx *db.Tx) (err error) {
		a, err = attempts.Get(tx, flow)
		return err
	})
	if err != nil {
		return nil
	}
	return a
}

// externalError is where an error lands that came from outside, with a
// reference that its page already has.
func (h *Handler) externalError(c echo.Context) error {
	reference, _ := seal.ParseReference(c.QueryParam("ref"))
	return h.show(c, http.StatusBadRequest, nil, hosted.ErrorPage{Frame: h.frame(c, nil, ""), Kind: hosted.ErrorInternal,
		Primary: hosted.Link{URL: pathIdentifier}, Reference: reference})
}

// record writes the audit entry of an error page and returns its reference.
// It returns none where too many errors are being shown to write each down:
// then the log has the request id.
func (h *Handler) record(c echo.Context, a *Attempt, p *problem.Error) string {
	if !h.shown.take(time.Now()) {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), 3*time.Second)
	defer cancel()
	reference := seal.Reference()
	var org *id.Organization
	if a != nil {
		reference, org = a.Reference, a.OrganizationID
	}
	shown := audit.ErrorShown{Code: p.Code, Message: p.Message, Status: p.Status(), Path: clip(c.Path(), maxLocales)}
	err := h.DB.Tx(ctx, browser.ActorOf(c.Request()).Referring(reference), func(tx *db.Tx) error {
		return audit.RecordFor(tx, org, shown)
	})
	if err != nil {
		h.Log.ErrorContext(ctx, "an error page could not be recorded", "code", p.Code, "error", err)
		return ""
	}
	return reference
}
