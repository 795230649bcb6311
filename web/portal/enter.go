package portal

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/login"
	"gatehouse/login/gates"
	"gatehouse/portal"
	"gatehouse/sessions"
	"gatehouse/users"
)

// maxReturnPath bounds what is stored of an address.
const maxReturnPath = 1000

// cookieLifetime is longer than any visit, so that one that is over can be told
// from none.
const cookieLifetime = 24 * time.Hour

// returnPath is the page that was asked for, which is ours. A form is posted
// to the address of its page or below; its reload asks for the page.
func returnPath(r *http.Request) string {
	if r.Method != http.MethodGet {
		return pathHome
	}
	u := url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	return ours(u.String())
}

// ours is a path of the portal, or its home.
func ours(path string) string {
	clean := path == pathHome || strings.HasPrefix(path, pathHome+"/") || strings.HasPrefix(path, pathHome+"?")
	if !clean || len(path) > maxReturnPath || strings.ContainsAny(path, "\\\r\n") || strings.Contains(path, "..") || strings.HasPrefix(path, pathEnter) || strings.HasPrefix(path, pathOpen) {
		return pathHome
	}
	return path
}

// enter is the way in by role: GET asks which organization where there are
// several, and comes back here from the login.
func (h *Handler) enter(c echo.Context) error {
	params, err := browser.Query(c.Request())
	if c.Request().Method == http.MethodPost {
		params, err = browser.Form(c.Request())
	}
	if err != nil {
		return err
	}
	org, err := id.Parse[id.Organization](params.Get("organization"))
	if err != nil {
		org = ""
	}
	return h.comeIn(c, org, ours(params.Get("to")))
}

// admin is a person who is signed in, and the organizations that they look after.
type admin struct {
	browser *sessions.Browser
	user    *users.User
	choices []users.Choice
}

func (h *Handler) locateAdmin(c echo.Context) (a admin, err error) {
	err = h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) error {
		if a.browser, err = sessions.FindBrowser(tx, h.Jar.Get(c.Request(), browser.Session)); err != nil {
			return err
		}
		if a.user, err = users.Get(tx, a.browser.UserID); err != nil {
			return err
		}
		mine, err := users.LocateMemberships(tx, a.user.ID)
		for _, m := range mine {
			if !m.System && looksAfter(m.Role) {
				a.choices = append(a.choices, m)
			}
		}
		return err
	})
	return a, err
}

// comeIn starts the visit of whoever is signed in and looks after the
// organization, or after one alone where none is named; else it asks who is
// there, or which it is to be. It ends at the page that was asked for.
func (h *Handler) comeIn(c echo.Context, org id.Organization, to string) error {
	a, err := h.locateAdmin(c)
	if problem.As(err) == sessions.ErrNoSession {
		return h.signIn(c, org, to)
	}
	if err != nil {
		return err
	}
	if a.browser.AuthMethod == sessions.Impersonation || a.user.BannedNow(h.DB.Now()) || len(a.choices) == 0 {
		return h.stranger(c, a.user)
	}
	for _, choice := range a.choices {
		if choice.Organization == org || org == "" && len(a.choices) == 1 {
			return h.comeInto(c, a, choice.Organization, to)
		}
	}
	return show(c, http.StatusOK, choosePage(h.plain(c, "Which organization?"), a, to))
}

// comeInto asks what stands between the person and the organization, as every
// sign-in does. What does, the login asks for.
func (h *Handler) comeInto(c echo.Context, a admin, org id.Organization, to string) error {
	who := browser.ActorOf(c.Request()).As(a.user.ID, a.user.Email)
	verdict, secret := gates.Verdict{}, ""
	err := h.DB.Tx(c.Request().Context(), who, func(tx *db.Tx) (err error) {
		subject := gates.Subject{User: a.user, Method: a.browser.AuthMethod, Via: a.browser.Via, Second: a.browser.SecondMethod, Organization: &org, IP: who.IP}
		if verdict, _, err = gates.Check(tx, subject); err != nil || verdict.Gate != gates.Open {
			return err
		}
		return tx.In(org, func(tx *db.OrgTx) error {
			_, secret, err = portal.EnterByRole(tx, a.user.ID, a.user.Email)
			return err
		})
	})
	if err != nil {
		return err
	}
	if verdict.Gate != gates.Open {
		return h.signIn(c, org, to)
	}
	h.Jar.Set(c.Response(), browser.Portal, secret, cookieLifetime)
	return c.Redirect(http.StatusSeeOther, to)
}

// signIn starts a sign-in that comes back to enter.
func (h *Handler) signIn(c echo.Context, org id.Organization, to string) error {
	if err := login.MayBegin(c.Request(), h.Limits); err != nil {
		return err
	}
	back := url.Values{"to": {to}}
	begin := login.Begin{ApplicationName: h.Name}
	if org != "" {
		begin.Organization = &org
		back.Set("organization", string(org))
	}
	begin.ReturnPath = pathEnter + "?" + back.Encode()
	var started login.Started
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

// stranger tells a person who looks after no organization whom to ask.
func (h *Handler) stranger(c echo.Context, u *users.User) error {
	email := ""
	if u != nil {
		email = u.Email
	}
	return show(c, http.StatusForbidden, strangerPage(h.plain(c, "You can't open this portal"), email))
}
