package login

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/users"
)

// errNotMember says that the person is known and does not belong to the
// organization that the sign-in is for.
var errNotMember = problem.New(problem.Forbidden, "not_a_member", "You are not a member of this organization.")

// proceed takes a proven person on as far as it goes without asking: into the
// one organization that fits, and to the end where nothing is left to choose.
// It returns the new browser session's secret, for the cookie, once there is
// one. The attempt's row is changed with it, in the caller's transaction.
func (h *Handler) proceed(tx *db.Tx, a *Attempt, p proof) (secret string, err error) {
	a.UserID, a.AuthMethod, a.AuthenticatedAt, a.BrowserSessionID = &p.user, &p.method, &p.at, p.browser
	open, err := a.enter(tx)
	if err != nil {
		return "", err
	}
	if open {
		return "", a.store(tx)
	}
	return h.complete(tx, a, p.old)
}

// enter decides the organization, from those that the person is in now.
func (a *Attempt) enter(tx *db.Tx) (open bool, err error) {
	if a.OrganizationID == nil && !a.NeedsOrganization {
		return false, nil
	}
	mine, err := choices(tx, *a.UserID)
	if err != nil {
		return false, err
	}
	return a.pick(mine), nil
}

// complete ends the attempt: a browser session under a new id, unless one
// answered it; the one before it ends.
func (h *Handler) complete(tx *db.Tx, a *Attempt, old *id.BrowserSession) (secret string, err error) {
	if a.BrowserSessionID == nil {
		var b *sessions.Browser
		if b, secret, err = sessions.StartBrowser(tx, *a.UserID, *a.AuthMethod, h.Lifetimes); err != nil {
			return "", err
		}
		a.BrowserSessionID, a.AuthenticatedAt = &b.ID, &b.AuthenticatedAt
		if old != nil {
			if err := sessions.ReplaceBrowser(tx, *old, b); err != nil {
				return "", err
			}
		}
	}
	now := tx.Now()
	a.CompletedAt = &now
	if a.OrganizationID != nil {
		if err := users.TouchMembership(tx, *a.OrganizationID, *a.UserID); err != nil {
			return "", err
		}
	}
	return secret, a.store(tx)
}

// store writes what proceed and complete decided. An attempt that ends in the
// request that began it, at the account page, needs no row: nobody asks for
// its outcome.
func (a *Attempt) store(tx *db.Tx) error {
	if a.CreatedAt.IsZero() {
		if a.CompletedAt != nil && a.ReturnPath == pathAccount {
			return nil
		}
		return attempts.Insert(tx, a)
	}
	return a.update(tx, db.Set{"user_id": a.UserID, "auth_method": a.AuthMethod, "authenticated_at": a.AuthenticatedAt,
		"browser_session_id": a.BrowserSessionID, "organization_id": a.OrganizationID, "completed_at": a.CompletedAt, "email": a.Email, "screen": a.Screen})
}

// settled gives the browser its session once the attempt is complete, after
// the commit, and sends it on.
func (h *Handler) settled(c echo.Context, a *Attempt, secret string) error {
	if secret != "" {
		h.Jar.Set(c.Response(), browser.Session, secret, h.lifetime())
	}
	if a.CompletedAt != nil {
		h.Jar.Clear(c.Response(), attemptCookie(a.ID))
		return c.Redirect(http.StatusSeeOther, a.ReturnPath)
	}
	return a.forward(c)
}

func (h *Handler) lifetime() time.Duration {
	if h.Lifetimes.Absolute > 0 {
		return h.Lifetimes.Absolute
	}
	return sessions.DefaultLifetimes.Absolute
}

// choices are the organizations that a person is in, the most recent first.
func choices(tx *db.Tx, user id.User) ([]users.Choice, error) {
	var mine []users.Choice
	err := tx.Locate(func(tx *db.AllTx) (err error) {
		mine, err = users.LocateMemberships(tx, user)
		return err
	})
	return mine, err
}

// customers are the organizations that an application can be used in: not the
// operators' own, which the dashboard asks for by itself.
func customers(mine []users.Choice) []users.Choice {
	return slices.DeleteFunc(mine, func(m users.Choice) bool { return m.System })
}

func member(mine []users.Choice, org id.Organization) bool {
	return slices.ContainsFunc(mine, func(m users.Choice) bool { return m.Organization == org })
}
