package portal

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/login/gates"
	"gatehouse/portal"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// visit is one request of somebody in the portal.
type visit struct {
	echo.Context
	h       *Handler
	session *portal.Session
	org     *tenants.Organization
	browser *sessions.Browser // whoever came by role; nil by a link
	user    *users.User
	link    *portal.Link // by which somebody else came
	role    string       // theirs in the organization
	now     time.Time
}

// errNoAdmin says that a person is signed in and looks after no organization.
var errNoAdmin = problem.New(problem.Forbidden, "not_an_organization_admin", "This portal is for the organization's owners and admins.")

// guard lets a request through whose visit has the route's section.
func (h *Handler) guard(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, err := h.locateVisitor(c)
		switch {
		case errors.Is(err, portal.ErrNoSession), errors.Is(err, sessions.ErrNoSession), errors.Is(err, errAskAgain):
			return h.comeIn(c, v.organization(), returnPath(c.Request()))
		case errors.Is(err, portal.ErrEnded) && v.session.UserID != nil:
			return h.comeIn(c, v.organization(), returnPath(c.Request()))
		case errors.Is(err, portal.ErrEnded):
			return v.over()
		case errors.Is(err, errNoAdmin):
			return h.stranger(c, v.user)
		case err != nil:
			return err
		case !v.reaches(r):
			return v.refused(problem.ErrNotFound)
		}
		if v.browser != nil {
			if err := sessions.Touch(c.Request().Context(), h.DB, v.browser); err != nil {
				return err
			}
		}
		return v.refused(r.serve(h, v))
	}
}

// organization is whose portal was visited, where that is known.
func (v *visit) organization() id.Organization {
	if v.session == nil {
		return ""
	}
	return v.session.OrganizationID
}

// reaches reports whether the visit has the route's section, and the
// connection that its address names.
func (v *visit) reaches(r route) bool {
	if len(r.scopes) == 0 {
		return true
	}
	if !v.session.Has(r.scopes...) {
		return false
	}
	if !strings.Contains(r.path, ":"+paramConnection) {
		return v.session.ConnectionID == nil
	}
	c, err := v.connection()
	return err == nil && v.session.Reaches(c)
}

// connection is the one that the address names. Whether it is the
// organization's is for its transaction to say.
func (v *visit) connection() (id.Connection, error) { return param[id.Connection](v, paramConnection) }

// param is an id in the address; what is none is not found.
func param[K id.Kind](v *visit, name string) (K, error) {
	key, err := id.Parse[K](v.Param(name))
	if err != nil {
		return "", problem.ErrNotFound
	}
	return key, nil
}

// locateVisitor is who makes the request, by the visit's cookie. Whoever came by role
// must have that role now, and be signed in as the organization's policy asks; by a
// link, its maker must.
func (h *Handler) locateVisitor(c echo.Context) (*visit, error) {
	v := &visit{Context: c, h: h, now: h.DB.Now().UTC()}
	err := h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) (err error) {
		if v.session, err = portal.LocateSession(tx, h.Jar.Get(c.Request(), browser.Portal)); err != nil {
			return err
		}
		if v.org, err = tenants.Get(tx, v.session.OrganizationID); err != nil {
			return err
		}
		if v.session.UserID == nil {
			return v.byLink(tx)
		}
		return v.byRole(tx)
	})
	return v, err
}

// errAskAgain says that the person's sign-in is not enough for the organization
// any more: it goes through the login once more.
var errAskAgain = errors.New("the sign-in does not meet the organization's policy")

func (v *visit) byRole(tx *db.AllTx) (err error) {
	if v.browser, err = sessions.FindBrowser(tx, v.h.Jar.Get(v.Request(), browser.Session)); err != nil {
		return err
	}
	if v.browser.UserID != *v.session.UserID {
		return sessions.ErrNoSession // somebody else has signed in here since
	}
	if v.user, err = users.Get(tx, v.browser.UserID); err != nil {
		return err
	}
	if v.user.BannedNow(v.now) || v.browser.AuthMethod == sessions.Impersonation {
		return errNoAdmin
	}
	m, _, err := users.ListMemberships(tx, users.MemberQuery{User: v.user.ID, Organization: v.org.ID, Statuses: []users.Status{users.Active}, Page: db.Page{Limit: 1}})
	if err != nil {
		return err
	}
	if len(m) == 0 || !looksAfter(m[0].RoleSlug) || v.org.System {
		return errNoAdmin
	}
	v.role = m[0].RoleSlug
	policy, err := tenants.GetPolicy(tx, v.org.ID)
	if err == nil && !gates.Holds(policy, signedIn(v.org.ID, v.browser, v.Request())) {
		return errAskAgain
	}
	return err
}

// looksAfter reports whether a role's holder may be in the portal.
func looksAfter(role string) bool { return role == tenants.OwnerRole || role == tenants.AdminRole }

// signedIn is how the person signed in, as a policy looks at it.
func signedIn(org id.Organization, b *sessions.Browser, r *http.Request) gates.Session {
	return gates.Session{Organization: org, User: b.UserID, Method: b.AuthMethod, Via: b.Via, Second: b.SecondMethod, IP: browser.ActorOf(r).IP}
}

// actor is who changes something, for the log.
func (v *visit) actor() actor.Actor { return v.session.Actor(browser.ActorOf(v.Request())) }

func (v *visit) ctx() context.Context { return v.Request().Context() }

// read runs fn over the organization's rows.
func (v *visit) read(fn func(*db.OrgTx) error) error {
	return v.h.DB.ReadOrg(v.ctx(), v.org.ID, fn)
}

// in changes the organization, if the visit still goes on when it commits, and
// whoever came by role, or made the link, still has theirs: a demoted admin's last
// request fails.
func (v *visit) in(fn func(*db.OrgTx) error) error {
	return v.h.DB.InOrg(v.ctx(), v.org.ID, v.actor(), func(tx *db.OrgTx) error {
		if err := portal.Holds(tx, v.session.ID); err != nil {
			return err
		}
		if v.user == nil {
			if err := v.locateByLink(tx); err != nil {
				return err
			}
		} else {
			m, err := users.MembershipOf(tx, v.user.ID)
			if errors.Is(err, db.ErrNotFound) || err == nil && (m.Status != users.Active || !looksAfter(m.RoleSlug)) {
				return errNoAdmin
			}
			if err != nil {
				return err
			}
		}
		return fn(tx)
	})
}

// form is what was posted. Names in lists may be there several times.
func (v *visit) form(lists ...string) (browser.Params, error) {
	return browser.Form(v.Request(), lists...)
}

// done sends the browser to path, where it is told what happened.
func (v *visit) done(path string, said notice) error {
	v.h.Jar.Set(v.Response(), newsCookie, string(said), noticeLifetime)
	return v.Redirect(http.StatusSeeOther, path)
}

// refused shows what a visitor may be told in the portal's own frame. What
// went wrong inside is left to the server's error page, with a reference.
func (v *visit) refused(err error) error {
	p := problem.As(err)
	switch {
	case p == nil || p.Status() >= http.StatusInternalServerError || v.Response().Committed:
		return err
	case errors.Is(err, portal.ErrEnded):
		return v.over()
	case errors.Is(err, errNoAdmin):
		return v.h.stranger(v.Context, v.user)
	case p.Kind == problem.NotFound:
		return v.show(p.Status(), refusedPage(v.frame("There is nothing here", ""), "It may have been removed since, or your link doesn't open this part of the portal."))
	}
	p.SetHeaders(v.Response().Header())
	return v.show(p.Status(), refusedPage(v.frame("That can't be done", ""), p.Message))
}

// has reports whether the visit has one of the sections: buttons that lead to
// nothing are not drawn.
func (v *visit) has(scopes ...portal.Scope) bool {
	return v.session.ConnectionID == nil && v.session.Has(scopes...) || len(scopes) == 0
}

// sections are the navigation. One without a page here is not drawn.
var sections = []struct {
	label, href, icon string
	scopes            []portal.Scope
}{
	{"Overview", pathHome, "home", nil},
	{"Domains", "/portal/domains", "globe", []portal.Scope{portal.Domains}},
	{"Single sign-on", "/portal/sso", "lock", []portal.Scope{portal.SSO, portal.Certificates}},
	{"Directory", "/portal/directory", "sync", []portal.Scope{portal.Directory}},
	{"Members", "/portal/members", "users", []portal.Scope{portal.Members}},
	{"Policies", "/portal/policies", "shield", []portal.Scope{portal.Policies}},
	{"Audit log", pathLog, "list", []portal.Scope{portal.AuditLog}},
	{"Log streams", pathStreams, "stream", []portal.Scope{portal.LogStream}},
}

func hasPage(path string) bool {
	return slices.ContainsFunc(routes(), func(r route) bool { return r.method == http.MethodGet && r.path == path })
}
