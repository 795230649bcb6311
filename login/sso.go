package login

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/login/gates"
	"gatehouse/sso"
	"gatehouse/web/hosted"
)

// Where identity providers and people come to a connection.
const (
	pathStart = "/sso/start"
	pathSAML  = "/sso/saml"
	pathOIDC  = "/sso/oidc"
)

var (
	errReturnTo = problem.New(problem.BadRequest, "return_to_not_registered", "No application has registered that return address.")
	errIssuer   = problem.New(problem.BadRequest, "connection_issuer_mismatch", "The sign-in was started for another provider than the connection's.")
)

// answerRate bounds what one network may post to connections: each answer
// costs a signature, and each refusal a row.
var answerRate = limit.Rate{Limit: 1000, Per: time.Minute}

// startSSO begins a sign-in at a connection: a bookmark, a tile at the
// provider, or what OpenID calls a sign-in from a third party (OpenID Connect
// Core §4).
func (h *Handler) startSSO(c echo.Context) error {
	params, err := read(c.Request())
	if err != nil {
		return err
	}
	connection, err := h.connection(c)
	if err != nil {
		return err
	}
	if err := h.saysIssuer(c, connection, params.Get("iss")); err != nil {
		return err
	}
	to, err := h.returnTo(c, params)
	if err != nil {
		return err
	}
	begin := Begin{ReturnPath: to, LandsAt: to, ApplicationName: h.Name, Connection: &connection.ID}
	if strings.HasPrefix(to, "/") {
		begin.LandsAt = ""
	}
	if hint := params.Get("login_hint"); len(hint) <= maxEmail {
		begin.ProviderHints.LoginHint = hint
	}
	a, secret := newAttempt(h.DB.Now().UTC().Truncate(time.Microsecond), begin)
	if err := h.keep(c, a, secret); err != nil {
		return err
	}
	c.Set(attemptKey, a)
	return h.sendTo(c, a, connection.ID, c.Request().Method == http.MethodPost)
}

// connection is the active one that the address names, in either spelling.
func (h *Handler) connection(c echo.Context) (*sso.Connection, error) {
	key, err := sso.ParseParam(c.Param("connection"))
	if err != nil || h.SSO == nil {
		return nil, sso.ErrUnknown
	}
	connection, err := h.SSO.Connection(c.Request().Context(), key)
	if err != nil {
		return nil, err
	}
	if connection.State != sso.Active {
		return nil, h.refuseSSO(c, nil, connection.Name, "", sso.ErrInactive)
	}
	return connection, nil
}

// saysIssuer refuses a start that a provider sent for another than this
// connection's: it would be the beginning of a mix-up.
func (h *Handler) saysIssuer(c echo.Context, connection *sso.Connection, issuer string) error {
	if issuer == "" || connection.Protocol != sso.OIDC {
		return nil
	}
	ours, err := h.SSO.Issuer(c.Request().Context(), connection.ID)
	if err == nil && ours != issuer {
		err = errIssuer
	}
	return err
}

// returnTo is where a person goes who started at a connection: where they
// asked, if an application has registered that; else the first application;
// else their own page. What a provider asks for is a wish.
func (h *Handler) returnTo(c echo.Context, params browser.Params) (string, error) {
	if asked := params.Get("return_to"); asked != "" {
		if !h.registered(c, asked) {
			return "", errReturnTo
		}
		return asked, nil
	}
	if wish := params.Get("target_link_uri"); wish != "" && h.registered(c, wish) {
		return wish, nil
	}
	if home := h.home(c); home != "" {
		return home, nil
	}
	return pathAccount, nil
}

func (h *Handler) registered(c echo.Context, uri string) bool {
	if h.Registered == nil || len(uri) > maxReturn {
		return false
	}
	ok, err := h.Registered(c.Request().Context(), uri)
	if err != nil {
		h.Log.WarnContext(c.Request().Context(), "the applications cannot be read", "error", err)
	}
	return ok && err == nil
}

// maxReturn bounds a return address.
const maxReturn = 2048

// singleSignOn is the step that leads to a company's sign-in: to the
// connection that the application named, to those of the organization that
// asks for it, or to those of the address's domain; else it asks for one.
func (h *Handler) singleSignOn(c echo.Context, params browser.Params, a *Attempt) error {
	if a != nil && a.UserID == nil && a.ConnectionID != nil {
		return h.sendTo(c, a, *a.ConnectionID, false)
	}
	r, err := h.realm(c, a, a.email())
	switch {
	case err != nil:
		return err
	case len(r.connections) > 0:
		return h.choose(c, a, r)
	case a != nil && a.gate() == gates.SSORequired:
		return gateProblems[gates.SSORequired]
	}
	return h.showSSO(c, http.StatusOK, a, a.email())
}

func (h *Handler) showSSO(c echo.Context, status int, a *Attempt, typed string, problems ...hosted.Problem) error {
	page := hosted.SSOPage{Frame: h.frame(c, a, ""), Action: pathSSO, Email: typed, OtherURL: pathIdentifier, Problems: problems}
	if a != nil {
		page.OtherURL = a.path(pathIdentifier)
	}
	return h.show(c, status, nil, page)
}

// findSSO takes the address. Whether its domain has a company's sign-in is no
// secret; whether the address has an account is not looked at.
func (h *Handler) findSSO(c echo.Context, form browser.Params, a *Attempt) error {
	email, wrong := readEmail(form)
	if wrong != nil {
		return h.showSSO(c, http.StatusUnprocessableEntity, a, form.Get(hosted.FieldEmail), *wrong)
	}
	r, err := h.realm(c, a, email)
	if err != nil {
		return err
	}
	if len(r.connections) == 0 {
		_, domain, _ := strings.Cut(email, "@")
		return h.showSSO(c, http.StatusUnprocessableEntity, a, email, hosted.Problem{Field: hosted.FieldEmail, Code: hosted.ProblemNoSSO, Args: i18n.Args{"domain": domain}})
	}
	if a, err = h.keepEmail(c, a, email); err != nil {
		return err
	}
	return h.choose(c, a, r)
}

// keepEmail stores the address that leads to a company's sign-in, in a new
// attempt where there is none yet.
func (h *Handler) keepEmail(c echo.Context, a *Attempt, email string) (*Attempt, error) {
	if a != nil && a.UserID != nil { // somebody proven, whose organization asks for more
		return a, nil
	}
	secret := ""
	if a == nil {
		a, secret = h.begin(c, ScreenSignIn)
	}
	if a.invited() != "" {
		email = a.invited()
	}
	a.Email, a.Screen, a.PasswordHash, a.SocialRequestID = &email, ScreenSignIn, nil, nil
	if secret != "" {
		return a, h.keep(c, a, secret)
	}
	return a, h.save(c, a, db.Set{"email": email, "screen": ScreenSignIn, "password_hash": nil, "social_request_id": nil, "sso_request_id": nil})
}

// choose sends the browser to the one connection, or asks which.
func (h *Handler) choose(c echo.Context, a *Attempt, r realm) error {
	if len(r.connections) == 1 {
		return h.sendTo(c, a, r.connections[0].ID, true)
	}
	page := hosted.ConnectionsPage{Frame: h.frame(c, a, ""), Email: a.email(), ChangeURL: a.switchPath(), OtherURL: a.otherWayIn()}
	for _, connection := range r.connections {
		page.Connections = append(page.Connections, hosted.Link{Label: connection.Name, URL: a.path(pathSSO + "/" + string(connection.ID))})
	}
	return h.show(c, http.StatusOK, nil, page)
}

// otherWayIn is the way round a company's sign-in. Everybody of the domain is
// shown it, so that it tells nothing of who may take it: the gates decide.
// Somebody proven whose organization asks for its own sign-in has none.
func (a *Attempt) otherWayIn() string {
	switch {
	case a.UserID != nil:
		return ""
	case a.Email == nil:
		return a.path(pathIdentifier)
	}
	return a.path(pathPassword)
}

// goToConnection sends the browser to the connection that was chosen.
func (h *Handler) goToConnection(c echo.Context, _ browser.Params, a *Attempt) error {
	connection, err := h.connection(c)
	if err != nil {
		return err
	}
	return h.sendTo(c, a, connection.ID, true)
}

// sendTo sends the browser to a connection's provider. byPage is for answers
// to forms, and for what they redirect to: a form's redirects may not leave
// this host.
func (h *Handler) sendTo(c echo.Context, a *Attempt, connection id.Connection, byPage bool) error {
	f := sso.For{Attempt: &a.ID, Returns: h.returns(c), ForceAuthn: a.FreshAfter != nil, LoginHint: a.email()}
	if hints := a.ProviderHints; hints != nil && a.ConnectionID != nil {
		f.Prompt, f.DomainHint, f.Scopes, f.Query = hints.Prompt, hints.DomainHint, hints.Scopes, hints.Query
		if hints.LoginHint != "" {
			f.LoginHint = hints.LoginHint
		}
	}
	away, err := h.SendAway(c, h.who(c, a), connection, f)
	if err != nil {
		return h.refuseSSO(c, a, away.Name, away.Reference, err)
	}
	return h.away(c, away, hosted.RedirectPage{Frame: h.frame(c, a, ""), OtherURL: a.otherWayIn()}, byPage)
}
