package login

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/invitations"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

const (
	pathInvite   = "/invite"
	pathAccepted = pathInvite + "/accepted" // no token is that short
)

// errInvitedOther says that the person who was proven is not the one whom the
// invitation is for. The sign-in goes no further: nothing of it is kept.
var errInvitedOther = problem.New(problem.Forbidden, "invitation_for_another_address", "This invitation is for another email address. Sign in with that one.")

// refusedInvitation is why nobody came in, as its page says it.
func (a *Attempt) refusedInvitation(err error, u *users.User) error {
	if errors.Is(err, invitations.ErrOtherAddress) {
		return errInvitedOther.WithFields(map[string]any{"invited": a.email(), "person": u.Email})
	}
	return err
}

// guest is who looks at an invitation.
type guest struct {
	invitation *invitations.Invitation
	terms      invitations.Terms
	session    *sessions.Browser // nil: nobody is signed in
	person     *users.User       // whose it is
}

// mine reports whether the invitation is for whoever is signed in.
func (g guest) mine() bool { return g.person != nil && g.person.EmailKey == g.invitation.EmailKey }

// guest reads the invitation of the address, and who is there.
func (h *Handler) guest(c echo.Context) (g guest, err error) {
	if g.session, err = h.browserSession(c); err != nil {
		return g, err
	}
	err = h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) error {
		if g.invitation, err = invitations.LocateOpen(tx.Tx, c.Param("token")); err != nil {
			return err
		}
		if g.terms, err = invitations.TermsOf(tx.Tx, g.invitation); err != nil || g.session == nil {
			return err
		}
		g.person, err = users.Get(tx, g.session.UserID)
		return err
	})
	return g, err
}

// invitation shows who invites, to what, as what, until when. It uses nothing
// up and begins nothing: mail programs look at links.
func (h *Handler) invitation(c echo.Context) error {
	browser.NoReferrer(c.Response().Header())
	g, err := h.guest(c)
	if err != nil {
		return err
	}
	i := g.invitation
	settings := h.settings(c)
	page := hosted.InvitationPage{Frame: h.frame(c, &Attempt{OrganizationID: i.OrganizationID}, text(i.Locale)), Action: pathInvite + "/" + c.Param("token"),
		Inviter: g.terms.Inviter, InviterEmail: g.terms.InviterEmail, Organization: g.terms.Organization, Role: g.terms.Role,
		Email: i.Email, Expires: i.ExpiresAt, Mine: g.mine(), SignUp: settings.Password}
	page.Flow, page.ApplicationName = "", h.Name
	if page.Inviter == page.InviterEmail {
		page.InviterEmail = ""
	}
	if g.person != nil {
		page.Person = personOf(g.person)
	}
	page.Frame.Languages = hosted.LanguageLinks(page.Lang, here(c))
	return h.Show(c, http.StatusOK, page, browser.NoReferrer, h.admitHome(c))
}

// admitHome lets the page's forms end where people go who have accepted.
func (h *Handler) admitHome(c echo.Context) func(http.Header) {
	return func(headers http.Header) {
		if home := h.home(c); home != "" {
			browser.AllowFormTo(headers, home)
		}
	}
}

// accept begins a sign-in that uses the invitation up: the browser's session
// completes it at once where it is the invited person's.
func (h *Handler) accept(c echo.Context) error {
	form, err := browser.Form(c.Request())
	if err != nil {
		return err
	}
	g, err := h.guest(c)
	if err != nil {
		return err
	}
	a, secret := newAttempt(h.DB.Now().UTC().Truncate(time.Microsecond), Begin{ReturnPath: pathAccepted, ApplicationName: h.Name,
		LandsAt: h.home(c), Invitation: g.invitation, Screen: form.Get(hosted.FieldWith)})
	switch with := form.Get(hosted.FieldWith); {
	case with == hosted.WithSwitch || with == hosted.WithSignIn && g.person != nil && !g.mine():
		now := h.DB.Now().UTC()
		a.FreshAfter = &now // no session answers it that is there now
	case g.mine():
		return h.acceptHere(c, a, secret, g.session)
	case g.person != nil:
		return errInvitedOther.WithFields(map[string]any{"invited": g.invitation.Email, "person": g.person.Email})
	}
	if err := h.keep(c, a, secret); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, a.path(a.firstPage()))
}

// acceptHere answers the invitation with the session that the browser has. Where
// something stands before that, such as a second step, the sign-in goes on.
func (h *Handler) acceptHere(c echo.Context, a *Attempt, secret string, b *sessions.Browser) error {
	if err := h.answer(c, a, b); err != nil {
		return err
	}
	if a.CompletedAt == nil {
		Remember(c, h.Jar, Started{Attempt: a.ID, Secret: secret})
	}
	return h.settled(c, a, "")
}

// accepted sends whoever has accepted to the application, or to their own page.
func (h *Handler) accepted(c echo.Context) error {
	to := h.home(c)
	if to == "" {
		to = pathAccount
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// home is where people go who came by an invitation, or "".
func (h *Handler) home(c echo.Context) string {
	if h.Home == nil {
		return ""
	}
	to, err := h.Home(c.Request().Context())
	if err != nil {
		h.Log.WarnContext(c.Request().Context(), "the applications cannot be read", "error", err)
	}
	return to
}

// invited is the address that the attempt's invitation is for, or "": no form
// changes it.
func (a *Attempt) invited() string {
	if a == nil || a.InvitationID == nil {
		return ""
	}
	return a.email()
}

// isInvited is nil where a live session is the one of whom the attempt's
// invitation is for. Somebody else's is refused, with the way to switch.
func (h *Handler) isInvited(c echo.Context, a *Attempt, b *sessions.Browser) error {
	var u *users.User
	err := h.DB.Read(c.Request().Context(), func(tx *db.Tx) (err error) {
		u, err = users.Get(tx, b.UserID)
		return err
	})
	if err != nil {
		return err
	}
	if !sameMailbox(a.email(), u.Email) {
		return a.refusedInvitation(invitations.ErrOtherAddress, u)
	}
	return nil
}

func sameMailbox(one, other string) bool {
	a, errA := users.ParseEmail(one)
	b, errB := users.ParseEmail(other)
	return errA == nil && errB == nil && a.Key == b.Key
}
