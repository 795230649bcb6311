package oauth

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
	"gatehouse/login"
	"gatehouse/sessions"
	"gatehouse/sso/people"
	"gatehouse/users"
)

// The kinds of an ssoToken.
const (
	tokenProfile = "profile"
	tokenLogout  = "logout"
)

// authorizeSSO is GET /sso/authorize: an application that keeps its own users
// asks who comes by a connection (reference/wire-api.md 4.2).
func (h *Handler) authorizeSSO(c echo.Context) error {
	p, err := browser.Query(c.Request(), "provider_scopes")
	if err != nil {
		return ErrPageRequest
	}
	return h.authorize(c, SurfaceSSO, p, ssoSelector)
}

// outside says why a sign-in is not what the application asked for: by none of
// the connections, or by one of another organization.
func (r *authorizationRequest) outside(via sessions.Via) *refusal {
	switch {
	case via.ConnectionID == nil:
		return &refusal{"access_denied", "The user did not sign in by the connection."}
	case r.OrganizationID == nil || !via.For(*r.OrganizationID):
		return &refusal{"profile_not_allowed_outside_organization", "The user signed in by another organization's connection."}
	case r.ConnectionID != nil && *r.ConnectionID != *via.ConnectionID:
		return &refusal{"connection_invalid", "The user signed in by another connection."}
	}
	return nil
}

// profileOf is who the person is at the connection that they came by.
func profileOf(tx *db.Tx, done login.Done) (profile *id.Profile, err error) {
	if done.Identity != nil {
		return done.Identity, nil
	}
	err = tx.In(*done.Via.SSOOrganizationID, func(tx *db.OrgTx) error {
		i, err := people.Of(tx, *done.Via.ConnectionID, done.User)
		if err == nil {
			profile = &i.ID
		}
		return err
	})
	return profile, err
}

// profileAnswer is the answer of POST /sso/token.
type profileAnswer struct {
	TokenType   string       `json:"token_type"`
	AccessToken string       `json:"access_token"`
	ExpiresIn   int64        `json:"expires_in"`
	Profile     wire.Profile `json:"profile"`
}

// profileToken is POST /sso/token. Node posts a form, Go has the members in
// the query of a request whose body is JSON or empty.
func (h *Handler) profileToken(c echo.Context) error {
	noStore(c)
	t, err := readProfileRequest(c.Request())
	if err != nil {
		return err
	}
	credentials, err := readCredentials(c.Request(), t)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	client, err := h.identify(ctx, SurfaceWire, credentials)
	if err != nil {
		return h.challenge(c, err)
	}
	if t.GrantType != grantCode {
		return errUnsupportedType
	}
	answer, err := h.redeemProfile(ctx, client, t, t.who(c.Request(), client))
	if err != nil {
		return err
	}
	return encoded(c, answer)
}

func encoded(c echo.Context, v any) error {
	body, err := wire.Encode(v)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/json; charset=utf-8", body)
}

// readProfileRequest reads the members of /sso/token from wherever they are.
func readProfileRequest(r *http.Request) (*tokenRequest, error) {
	query, err := browser.Query(r)
	if err != nil {
		return nil, errInvalidRequest.WithMessage("The query cannot be read.")
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	t := &tokenRequest{}
	if r.ContentLength != 0 || kind == "application/x-www-form-urlencoded" {
		if t, err = readParameters(r, true); err != nil {
			return nil, err
		}
	}
	for name, member := range t.members() {
		asked := query.Get(name)
		switch {
		case len(asked) > maxMember:
			return nil, errInvalidRequest.WithMessage("A parameter is too long.")
		case asked != "" && *member != "" && asked != *member:
			return nil, errInvalidRequest.WithMessage("The parameter " + name + " says two things.")
		case asked != "":
			*member = asked
		}
	}
	if t.GrantType == "" {
		return nil, missing("grant_type")
	}
	return t, nil
}

// redeemProfile turns a code into a profile and a token that reads it again,
// once. Whoever sends a code twice ends what it gave.
func (h *Handler) redeemProfile(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (*profileAnswer, error) {
	if t.Code == "" {
		return nil, missing("code")
	}
	var g *grant
	err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
		g, err = grants.First(tx, db.Eq("code_hash", seal.Hash(t.Code)))
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		return nil, errInvalidGrant
	}
	if err != nil {
		return nil, err
	}
	if err := g.check(SurfaceSSO, c, t); err != nil {
		return nil, err
	}
	var answer *profileAnswer
	err = errSpent
	if g.UsedAt == nil {
		err = h.DB.Tx(ctx, who, func(tx *db.Tx) (err error) {
			answer, err = g.tell(tx)
			return err
		})
	}
	if errors.Is(err, errSpent) {
		return nil, h.punishReuse(ctx, g.ID, who)
	}
	return answer, err
}

// tell uses the code up, if its person is still who they were: signed in, and a
// member of the connection's organization.
func (g *grant) tell(tx *db.Tx) (answer *profileAnswer, err error) {
	if !tx.Now().Before(g.ExpiresAt) || g.ProfileID == nil || g.SSOOrganizationID == nil || g.BrowserSessionID == nil {
		return nil, errInvalidGrant
	}
	if _, err := sessions.LiveBrowser(tx, *g.BrowserSessionID); err != nil {
		return nil, orElse(err, sessions.ErrNoSession, errInvalidGrant)
	}
	n, err := grants.Update(tx, g.ID, db.Set{"used_at": tx.Now()}, db.Null("used_at"), db.Null("ended_at"))
	if err == nil && n == 0 {
		return nil, errSpent
	}
	if err != nil {
		return nil, err
	}
	err = tx.In(*g.SSOOrganizationID, func(tx *db.OrgTx) error {
		w, err := knownProfile(tx, *g.ProfileID)
		if err != nil {
			return orElse(err, errNoProfile, errInvalidGrant)
		}
		token := seal.Token(seal.TokenBytes)
		row := &ssoToken{ID: id.New[id.SSOToken](), Kind: tokenProfile, TokenHash: seal.Hash(token), ClientID: &g.ClientID, GrantID: &g.ID,
			IdentityID: *g.ProfileID, ExpiresAt: tx.Now().Add(codeLifetime)}
		if err := ssoTokens.Insert(tx, row); err != nil {
			return err
		}
		answer = &profileAnswer{TokenType: "Bearer", AccessToken: token, ExpiresIn: int64(codeLifetime.Seconds()), Profile: w}
		return audit.Record(tx, audit.SSOProfileRead{Profile: *g.ProfileID, Client: g.ClientID, User: g.UserID})
	})
	return answer, err
}

// errNoProfile says that a profile is nobody's whom the organization has in it.
var errNoProfile = errors.New("oauth: a profile of nobody")

// knownProfile is a profile as the wire shows it, of an active member.
func knownProfile(tx *db.OrgTx, profile id.Profile) (w wire.Profile, err error) {
	i, err := people.Get(tx, profile)
	if err != nil {
		return w, orElse(err, db.ErrNotFound, errNoProfile)
	}
	u, err := users.Get(tx, i.UserID)
	if err != nil {
		return w, err
	}
	if w, err = people.Wire(tx, i); err == nil && (w.Role == nil || u.BannedNow(tx.Now())) {
		err = errNoProfile
	}
	return w, err
}

// profile is GET /sso/profile.
func (h *Handler) profile(c echo.Context) error {
	noStore(c)
	var w wire.Profile
	err := h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) error {
		t, err := locateToken(tx, tokenProfile, bearer(c.Request()))
		if err != nil {
			return err
		}
		return tx.In(t.OrganizationID, func(tx *db.OrgTx) (err error) {
			w, err = knownProfile(tx, t.IdentityID)
			return err
		})
	})
	if errors.Is(err, errNoProfile) || errors.Is(err, db.ErrNotFound) {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer error="invalid_token"`) // RFC 6750 §3
		return problem.ErrUnauthorized
	}
	if err != nil {
		return err
	}
	return encoded(c, w)
}

// locateToken is a token that can be used now, or db.ErrNotFound.
func locateToken(tx *db.AllTx, kind, token string) (*ssoToken, error) {
	if token == "" || len(token) > maxMember {
		return nil, db.ErrNotFound
	}
	return ssoTokens.First(tx, db.Eq("token_hash", seal.Hash(token)), db.Eq("kind", kind), db.Null("used_at"), db.Gt("expires_at", tx.Now()))
}

// endProfileTokens ends what a code gave that was sent twice.
func endProfileTokens(tx *db.Tx, g *grant) error {
	if g.ProfileID == nil || g.SSOOrganizationID == nil {
		return nil
	}
	return tx.In(*g.SSOOrganizationID, func(tx *db.OrgTx) error {
		_, err := ssoTokens.UpdateWhere(tx, db.Set{"used_at": tx.Now()}, db.Eq("grant_id", g.ID), db.Null("used_at"))
		return err
	})
}

// sweepProfileTokens removes tokens that ran out, organization by organization.
func sweepProfileTokens(tx *db.Tx, before time.Time) error {
	var gone []ssoToken
	err := tx.Locate(func(tx *db.AllTx) (err error) {
		gone, err = ssoTokens.List(tx, db.Query{Where: []db.Cond{db.Lt("expires_at", before)}, Order: []string{"expires_at"}, Limit: sweepBatch})
		return err
	})
	if err != nil {
		return err
	}
	mine := map[id.Organization][]id.SSOToken{}
	for _, t := range gone {
		mine[t.OrganizationID] = append(mine[t.OrganizationID], t.ID)
	}
	for org, keys := range mine {
		err := tx.In(org, func(tx *db.OrgTx) error {
			_, err := ssoTokens.DeleteWhere(tx, db.In("id", keys))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sweepBatch bounds what one run removes of them; the next goes on.
const sweepBatch = 5000
