package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/invitations"
	"gatehouse/login"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/tenants"
)

// authorizeWire is GET /user_management/authorize.
func (h *Handler) authorizeWire(c echo.Context) error {
	p, err := browser.Query(c.Request(), "provider_scopes")
	if err != nil {
		return ErrPageRequest
	}
	return h.authorize(c, SurfaceWire, p, wireSelector)
}

// authorizeOAuth2 is GET and POST /oauth2/authorize (OpenID Connect Core §3.1.2.1).
func (h *Handler) authorizeOAuth2(c echo.Context) error {
	p, err := browser.Query(c.Request())
	if c.Request().Method == http.MethodPost {
		p, err = browser.Form(c.Request())
	}
	if err != nil {
		return ErrPageRequest
	}
	return h.authorize(c, SurfaceOAuth2, p, standardSelector)
}

// authorize proves the client and its redirect URI first: until then nobody is
// redirected anywhere. Then it starts a sign-in that comes back to resume.
func (h *Handler) authorize(c echo.Context, surface Surface, p browser.Params, selector func(browser.Params, *asked) error) error {
	client, err := id.ParseClient(p.Get("client_id"))
	if err != nil {
		return ErrPageClient
	}
	g, err := h.registry.get(c.Request().Context(), h.DB, client)
	if errors.Is(err, errUnknownClient) {
		return ErrPageClient
	}
	if err != nil {
		return err
	}
	a := &asked{surface: surface, client: g, redirectURI: p.Get("redirect_uri")}
	if !g.allowsRedirect(a.redirectURI) {
		return ErrPageRedirect
	}
	err = a.read(p)
	if err == nil {
		err = selector(p, a)
	}
	to := ""
	if err == nil {
		to, err = h.begin(c, a)
	}
	var r *refusal
	if errors.As(err, &r) {
		return found(c, back(surface, h.Base, a.redirectURI, a.state, url.Values{"error": {r.code}, "error_description": {r.description}}))
	}
	if err != nil {
		return err
	}
	return found(c, to)
}

// wireSelector checks the way in: the hosted page, a social provider, or a
// connection.
func wireSelector(p browser.Params, a *asked) error {
	provider := p.Get("provider")
	known, isSocial := social.OfAuthorize(provider)
	switch {
	case p.Has("connection_id"):
		a.way = way{connection: p.Get("connection_id")}
		return a.readHints(p)
	case provider == "authkit":
		a.way = way{wish: p.Get("domain_hint")}
		return a.readHints(p)
	case isSocial:
		return a.readProvider(p, known)
	case provider != "":
		return refuse("connection_invalid", "There is no provider of that name. Use provider=authkit.")
	case p.Has("organization_id"):
		a.way = way{organization: true}
		return a.readHints(p)
	}
	return refuse("invalid_connection_selector", "Say how to sign in: provider=authkit.")
}

// standardSelector reads what only the standard surface has.
func standardSelector(p browser.Params, a *asked) error {
	switch {
	case p.Has("request"):
		return refuse("request_not_supported", "Request objects are not supported.")
	case p.Has("request_uri"):
		return refuse("request_uri_not_supported", "Request objects are not supported.")
	}
	a.scope = parseScopes(p.Get("scope"))
	return nil
}

// begin stores the request and starts the sign-in, or answers at once where
// the application wants no page shown (prompt=none).
func (h *Handler) begin(c echo.Context, a *asked) (to string, err error) {
	ctx := c.Request().Context()
	secret := h.Jar.Get(c.Request(), browser.Session)
	if err := h.mayBegin(c, a, secret); err != nil {
		return "", err
	}
	var started login.Started
	err = h.DB.Tx(ctx, browser.ActorOf(c.Request()), func(tx *db.Tx) error {
		if err := a.checkOrganization(tx); err != nil {
			return err
		}
		if err := a.lead(tx); err != nil {
			return err
		}
		invitation, err := a.openInvitation(tx)
		if err != nil {
			return err
		}
		if err := h.checkProvider(tx, a); err != nil {
			return err
		}
		if a.silent() {
			to, err = h.answerSilently(tx, a, secret)
			return err
		}
		fresh, err := a.fresh(tx)
		if err != nil {
			return err
		}
		r := a.request(tx)
		started, err = login.Start(tx, login.Begin{
			ReturnPath: resumePath + string(r.ID), ApplicationName: a.client.Name, ApplicationURL: a.client.home(), LandsAt: a.redirectURI,
			Organization: a.organization, NeedsOrganization: true, LoginHint: a.loginHint, UILocales: a.locales,
			Screen: a.screen, FreshAfter: fresh, Invitation: invitation, Provider: a.provider, ProviderHints: a.hints,
			Connection: a.connection, SSO: a.asks,
		})
		if err != nil {
			return err
		}
		r.AttemptID = started.Attempt
		if invitation != nil {
			r.InvitationID = &invitation.ID
		}
		return requests.Insert(tx, r)
	})
	if err != nil || to != "" {
		return to, err
	}
	login.Remember(c, h.Jar, started)
	return started.Path, nil
}

// mayBegin holds a network to the sign-ins that it may begin. Who is signed in
// begins none, and without a page nothing is stored.
func (h *Handler) mayBegin(c echo.Context, a *asked, secret string) error {
	if a.silent() {
		return nil
	}
	_, err := sessions.CheckBrowser(c.Request().Context(), h.DB, secret)
	if errors.Is(err, sessions.ErrNoSession) {
		return login.MayBegin(c.Request(), h.Passwords.Limits)
	}
	return err
}

func (a *asked) request(tx *db.Tx) *authorizationRequest {
	return &authorizationRequest{
		ID: id.New[id.Authorization](), ClientID: a.client.ID, Surface: a.surface, RedirectURI: a.redirectURI,
		State: optional(a.state), Nonce: optional(a.nonce), Scope: optional(a.scope.String()), CodeChallenge: optional(a.challenge),
		OrganizationID: a.organization, ConnectionID: a.connection, ExpiresAt: tx.Now().Add(requestLifetime),
	}
}

func (a *asked) checkOrganization(tx *db.Tx) error {
	if a.organization == nil {
		return nil
	}
	o, err := tenants.Get(tx, *a.organization)
	if errors.Is(err, db.ErrNotFound) || err == nil && o.System { // no application is for the operators' own
		return refuse("organization_invalid", "There is no organization with that id.")
	}
	return err
}

// openInvitation is the one that the sign-in is to accept, if any. It goes into
// the organization that it is for, and into no other.
func (a *asked) openInvitation(tx *db.Tx) (*invitations.Invitation, error) {
	if a.invitation == "" {
		return nil, nil
	}
	if a.silent() {
		return nil, refuse("interaction_required", "Nobody accepts an invitation without being asked.")
	}
	i, err := invitations.LocateOpen(tx, a.invitation)
	if err == nil && a.organization != nil && i.OrganizationID != nil && *a.organization != *i.OrganizationID {
		err = invitations.ErrInvalid
	}
	if errors.Is(err, invitations.ErrInvalid) {
		return nil, refuse(invitations.ErrInvalid.Code, invitations.ErrInvalid.Message)
	}
	return i, err
}

// home is where a person who is lost can start again.
func (g *registration) home() string {
	if g.SignInURL != nil {
		return *g.SignInURL
	}
	return value(g.HomeURL)
}

// Home is where the first application says that people sign in to it, or "":
// there goes who came by an invitation and not from an application.
func (h *Handler) Home(ctx context.Context) (to string, err error) {
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := clients.List(tx, db.Query{Where: []db.Cond{db.NotNull("sign_in_url"), db.Eq("built_in", false)}, Limit: 1})
		if err == nil && len(c) > 0 {
			to = *c[0].SignInURL
		}
		return err
	})
	return to, err
}

// Warm reads what the first request would otherwise wait for.
func (h *Handler) Warm(ctx context.Context) error {
	if _, err := h.tokenKey(ctx); err != nil {
		return err
	}
	return h.Keys.Ensure(ctx)
}
