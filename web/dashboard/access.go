package dashboard

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/login"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// freshFor is how long a proof of who one is serves what is final or gives power.
const freshFor = 10 * time.Minute

// visit is one request of an operator.
type visit struct {
	echo.Context
	h       *Handler
	user    *users.User
	role    role
	browser *sessions.Browser
	now     time.Time
}

// errNoOperator says that a person is signed in and belongs to no team.
var errNoOperator = errors.New("not an operator")

// guard lets a request through that an operator with the route's role makes.
func (h *Handler) guard(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, err := h.visitor(c)
		switch {
		case errors.Is(err, sessions.ErrNoSession):
			if err := login.MayBegin(c.Request(), h.Limits); err != nil {
				return err
			}
			return h.signIn(c, login.Begin{})
		case errors.Is(err, errNoOperator):
			return v.show(http.StatusForbidden, strangerPage(v.stranger()))
		case err != nil:
			return err
		case v.browser.AuthMethod == sessions.SSO: // no customer's provider opens what opens every customer's
			return h.signInOtherwise(c, v)
		case !v.role.may(r.least):
			return v.forbidden(r.least)
		case r.fresh && v.now.Sub(v.browser.AuthenticatedAt) > freshFor:
			since := v.now.Add(-freshFor)
			return h.signIn(c, login.Begin{FreshAfter: &since, LoginHint: v.user.Email})
		}
		if err := sessions.Touch(c.Request().Context(), h.DB, v.browser); err != nil {
			return err
		}
		return v.refused(r.serve(h, v))
	}
}

// refused shows what an operator may be told in the dashboard's own frame.
// What went wrong inside is left to the server's error page, with a reference.
func (v *visit) refused(err error) error {
	p := problem.As(err)
	if p == nil || p.Status() >= http.StatusInternalServerError || v.Response().Committed {
		return err
	}
	if p.Kind == problem.NotFound {
		return v.show(p.Status(), refusedPage(v.frame("There is nothing here", ""), "It may have been deleted since, or the address isn't complete. Search finds it by its ID, name or email."))
	}
	return v.show(p.Status(), refusedPage(v.frame("That can't be done", ""), p.Message))
}

// visitor is who makes the request, by the browser's session.
func (h *Handler) visitor(c echo.Context) (*visit, error) {
	v := &visit{Context: c, h: h, now: h.DB.Now().UTC()}
	err := h.DB.ReadDeployment(c.Request().Context(), func(tx *db.AllTx) (err error) {
		if v.browser, err = sessions.FindBrowser(tx, h.Jar.Get(c.Request(), browser.Session)); err != nil {
			return err
		}
		if v.user, err = users.Get(tx, v.browser.UserID); err != nil {
			return err
		}
		v.role, err = teamRoleOf(tx, v.user)
		return err
	})
	if err == nil && (!v.role.valid() || v.user.BannedNow(v.now)) {
		err = errNoOperator
	}
	return v, err
}

// teamRoleOf is the person's role among the operators, or "".
func teamRoleOf(tx *db.AllTx, u *users.User) (role, error) {
	system, found, err := tenants.SystemOrganization(tx)
	if err != nil || !found {
		return "", err
	}
	active := users.MemberQuery{User: u.ID, Organization: system, Statuses: []users.Status{users.Active}, Page: db.Page{Limit: 1}}
	mine, _, err := users.ListMemberships(tx, active)
	if err != nil || len(mine) == 0 {
		return "", err
	}
	return role(mine[0].RoleSlug), nil
}

// signIn starts a sign-in that ends at the page that was asked for.
func (h *Handler) signIn(c echo.Context, begin login.Begin) error {
	var started login.Started
	begin.ReturnPath, begin.ApplicationName = returnPath(c.Request()), h.Name
	err := h.DB.Tx(c.Request().Context(), browser.ActorOf(c.Request()), func(tx *db.Tx) (err error) {
		started, err = login.Start(tx, begin)
		return err
	})
	if err != nil {
		return err
	}
	login.Remember(c, h.Jar, started)
	return c.Redirect(http.StatusSeeOther, started.Path)
}

// signInOtherwise asks an operator who came by a customer's connection for a
// sign-in of their own.
func (h *Handler) signInOtherwise(c echo.Context, v *visit) error {
	if err := login.MayBegin(c.Request(), h.Limits); err != nil {
		return err
	}
	begin := login.Begin{FreshAfter: &v.now, LoginHint: v.user.Email}
	err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) error {
		system, found, err := tenants.SystemOrganization(tx)
		if found {
			begin.Organization = &system
		}
		return err
	})
	if err != nil {
		return err
	}
	return h.signIn(c, begin)
}

// maxReturnPath bounds what is stored of an address.
const maxReturnPath = 1000

// returnPath is the page that was asked for, which is ours: it begins with
// /admin, and has no host. A form is posted to the address of its page, so
// that a GET of it is right for a post too.
func returnPath(r *http.Request) string {
	u := url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath}
	if r.Method == http.MethodGet {
		u.RawQuery = r.URL.RawQuery
	}
	path := u.String()
	if path != "/admin" && !strings.HasPrefix(path, "/admin/") && !strings.HasPrefix(path, "/admin?") || len(path) > maxReturnPath {
		return "/admin"
	}
	return path
}

// actor is who changes something, for the log.
func (v *visit) actor() actor.Actor {
	who := browser.ActorOf(v.Request()).As(v.user.ID, v.user.Email)
	who.Kind = actor.KindOperator
	return who
}

// forbidden is the page of somebody whose role does not do: it says which does.
func (v *visit) forbidden(least role) error {
	return v.show(http.StatusForbidden, forbiddenPage(v.frame("Your role can't open this", ""), v.role, least))
}
