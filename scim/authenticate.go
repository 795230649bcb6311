package scim

import (
	"context"
	"errors"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/scim/directory"
)

// What the administrator at the provider is told before anything is looked at.
var (
	errToken      = problem.New(problem.Unauthorized, "invalid_token", "The bearer token is missing or not a valid one. Check that the provider sends the directory's token, whole; if it was revoked or has expired, make another one.")
	errDirectory  = problem.New(problem.NotFound, "directory_not_found", "There is no such directory for this token. Check the address that the provider has: each directory has its own.")
	errSwitched   = problem.New(problem.Forbidden, "directory_inactive", "The directory is switched off. An admin of the organization can switch it on again.")
	errNothing    = problem.ErrNotFound.WithMessage("There is nothing at that address.")
	errNoSuchUser = problem.ErrNotFound.WithMessage("The directory has no user with that id.")
	errNoGroup    = problem.ErrNotFound.WithMessage("The directory has no group with that id.")
)

// authenticate finds whose token a request carries, and what is read ahead. A
// token that is absent, unknown, revoked or past its end is refused in the same
// words at every path, so that a stranger learns of no directory, no route and
// no parser. Of one that is past, found says whose it was: their admin is told,
// and nobody else.
func (h *Handler) authenticate(ec echo.Context, a *ahead) (*db.SCIMToken, error) {
	found, err := h.locateToken(ec.Request().Context(), bearer(ec.Request().Header.Get(echo.HeaderAuthorization)), a)
	if errors.Is(err, errToken) {
		ec.Response().Header().Set(echo.HeaderWWWAuthenticate, "Bearer") // RFC 9110 §11.6.1
	}
	return found, err
}

func (h *Handler) locateToken(ctx context.Context, value string, a *ahead) (t *db.SCIMToken, err error) {
	if value == "" {
		return nil, errToken
	}
	hash := seal.Hash(value)
	switch {
	case a == nil:
		t, err = h.DB.LocateSCIMToken(ctx, hash)
	case a.by == db.ByAddress:
		t, a.addressed, err = h.DB.LocateSCIMAddress(ctx, hash, a.key, a.domain)
	default:
		t, a.found, err = h.DB.LocateSCIMUser(ctx, hash, a.by, a.key, a.want.Wants(pathGroups))
	}
	switch {
	case errors.Is(err, db.ErrNotFound):
		return nil, errToken
	case err != nil:
		return nil, err
	case !seal.Equal(t.Hash, hash):
		return nil, errToken
	case t.RevokedAt != nil, t.ExpiresAt != nil && !h.DB.Clock().Before(*t.ExpiresAt):
		return t, errToken
	}
	return t, nil
}

// bearer is the credential of an Authorization header (RFC 6750 §2.1), whose
// scheme's name has no case (RFC 9110 §11.1). It is never read from an address.
func bearer(header string) string {
	scheme, value, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(value)
}

// admit lets a request with a valid token into the directory that its address
// names, if it is the token's own and takes requests.
func (c *call) admit() error {
	if id.Directory(c.param("directory")) != c.token.DirectoryID {
		return errDirectory
	}
	if !directory.State(c.token.Directory.State).Open() {
		return errSwitched
	}
	if err := c.count(); err != nil {
		return err
	}
	if directory.State(c.token.Directory.State) == directory.Waiting {
		return c.activate()
	}
	return nil
}

// again looks whether the token still opens the directory, where one request
// does several things or one for the second time.
func (c *call) again() error { return c.look(nil) }

// look is again, with what is read ahead.
func (c *call) look(a *ahead) error {
	t, err := c.h.locateToken(c.ctx(), bearer(c.Request().Header.Get(echo.HeaderAuthorization)), a)
	if err != nil {
		return err
	}
	if !directory.State(t.Directory.State).Open() {
		return errSwitched
	}
	c.token = t
	return nil
}

// activate notes the first request that a directory lets in.
func (c *call) activate() error {
	d, err := directory.Of(c.token)
	if err != nil {
		return err
	}
	return c.h.DB.InOrg(c.ctx(), c.token.OrganizationID, c.who, func(tx *db.OrgTx) error {
		_, err := directory.Activate(tx, d)
		return err
	})
}

// actorOf is the provider, as the log of what happened names it.
func actorOf(ec echo.Context, t *db.SCIMToken) actor.Actor {
	who := browser.ActorOf(ec.Request())
	who.Kind, who.ID, who.Name = actor.KindDirectory, string(t.DirectoryID), t.Directory.Name
	return who
}
