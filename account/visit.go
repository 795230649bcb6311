package account

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/login"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// Handler serves a person's own pages.
type Handler struct {
	DB        *db.DB
	Login     *login.Handler
	Passwords *users.Passwords
	Mailbox   *mailbox.Mailbox
	MFA       *mfa.Service
	Limits    *limit.Limiter
	Jar       browser.Jar
}

// visit is one request of a person who is signed in.
type visit struct {
	echo.Context
	h       *Handler
	browser *sessions.Browser
	user    *users.User
	now     time.Time
	form    browser.Params

	halfProven bool // a second step that the person has was not taken
}

// said is the notice for the next page, in a cookie of these pages alone.
var said = browser.Flash.For("account")

const saidLifetime = time.Minute

// who is the person as the log names them, from this browser.
func (v *visit) who() actor.Actor { return browser.ActorOf(v.Request()).As(v.user.ID, v.user.Email) }

func (v *visit) read(fn func(*db.Tx) error) error { return v.h.DB.Read(v.Request().Context(), fn) }

// locate reads the person's memberships and what their organizations ask, too.
func (v *visit) locate(fn func(*db.Tx) error) error {
	return v.h.DB.Locate(v.Request().Context(), func(tx *db.AllTx) error { return fn(tx.Tx) })
}

// change changes the person's account, if the session that was looked at
// still lives when it commits.
func (v *visit) change(fn func(*db.Tx) error) error {
	return v.h.DB.Tx(v.Request().Context(), v.who(), func(tx *db.Tx) error {
		if err := v.holds(tx); err != nil {
			return err
		}
		return fn(tx)
	})
}

// holds keeps the account as it is until the transaction ends, and looks again
// at the session: it may have been signed out from elsewhere since.
func (v *visit) holds(tx *db.Tx) error {
	u, err := users.Hold(tx, v.user.ID)
	if err != nil {
		return err
	}
	if u.BannedNow(tx.Now()) {
		return users.ErrBanned
	}
	_, err = sessions.LiveBrowser(tx, v.browser.ID)
	return err
}

func (v *visit) frame() hosted.Frame { return v.h.Login.FrameFor(v.Context, v.user) }

// head is the frame of a section, with what was just done.
func (v *visit) head() hosted.AccountHead {
	h := hosted.AccountHead{Frame: v.frame(), Person: login.PersonOf(v.user), SignOutAction: pathLogout, Now: v.now}
	if s := v.h.Jar.Get(v.Request(), said); s != "" {
		v.h.Jar.Clear(v.Response(), said)
		if hosted.Known(s) {
			h.Said = s
		}
	}
	return h
}

func (v *visit) show(status int, page templ.Component) error {
	return v.h.Login.Show(v.Context, status, page)
}

// done sends the browser to a page that says what was done.
func (v *visit) done(path, what string) error {
	v.h.Jar.Set(v.Response(), said, what, saidLifetime)
	return v.Redirect(http.StatusSeeOther, path)
}

// param is the id in the address; what is none is not found.
func param[K id.Kind](v *visit) (K, error) {
	key, err := id.Parse[K](v.Param("id"))
	if err != nil {
		return "", problem.ErrNotFound
	}
	return key, nil
}

// wait says on the page itself how long to wait.
func (v *visit) wait(after time.Duration) {
	problem.ErrTooMany.WithRetryAfter(after).SetHeaders(v.Response().Header())
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
