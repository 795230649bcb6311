package login

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/login/gates"
	"gatehouse/scim/provision"
	"gatehouse/sessions"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
)

// errNotMember says that the person is known and does not belong to the
// organization that the sign-in is for.
var errNotMember = problem.New(problem.Forbidden, "not_a_member", "You are not a member of this organization.")

// door is where a sign-in happens: what the browser has of its own.
type door struct {
	old   *id.BrowserSession // the browser's session before this sign-in, which ends
	known bool               // somebody signed in to this account from this browser before
}

// proceed takes a proven person on as far as it goes without asking. It
// returns the new browser session's secret, for the cookie, once there is one.
// The attempt's row is changed with it, in the caller's transaction.
func (h *Handler) proceed(tx *db.Tx, a *Attempt, p proof) (secret string, err error) {
	a.UserID, a.AuthMethod, a.AuthenticatedAt, a.BrowserSessionID = &p.user, &p.method, &p.at, p.browser
	a.SecondMethod, a.SecondAt, a.Via, a.SSOIdentityID = p.second, p.secondAt, p.via, p.identity
	return h.pass(tx, a, p.door)
}

// pass asks what stands before the person now, and completes the attempt
// where that is nothing.
func (h *Handler) pass(tx *db.Tx, a *Attempt, d door) (secret string, err error) {
	u, err := users.Get(tx, *a.UserID)
	if err != nil {
		return "", err
	}
	banned := u.BannedNow(tx.Now())
	if banned && !a.SSOGuest {
		return "", users.ErrBanned
	}
	a.person = u
	if a.Email == nil || a.SSOOrganizationID != nil { // a session or a provider answered for them; a code may have to be mailed
		a.Email = &u.Email
	}
	verdict, org, err := a.check(tx, u)
	if err != nil {
		return "", err
	}
	if banned && !beforeProof[verdict.Gate] {
		return "", users.ErrBanned
	}
	if verdict.Gate == gates.Open && org == nil && a.NeedsOrganization {
		if verdict.Gate, err = h.ask(tx, u); err != nil {
			return "", err
		}
	}
	if verdict.Gate != gates.Open {
		a.Gate = some(string(verdict.Gate))
		if err := gates.Record(tx, verdict.Gate, u, *a.AuthMethod, a.Via, org); err != nil {
			return "", err
		}
		return "", a.store(tx)
	}
	a.OrganizationID, a.Gate = org, nil
	return h.complete(tx, a, d)
}

// beforeProof are the gates at which a guest may have proven nothing yet. There
// their provider, which may have made them up, learns nothing of the account:
// people.Prove asks again whether it is banned.
var beforeProof = map[gates.Gate]bool{gates.NotMember: true, gates.AddressRefused: true, gates.SSORequired: true, gates.MethodRefused: true, gates.VerifyEmail: true}

// check asks the gates about the person, as a member of what they are about to
// come into.
func (a *Attempt) check(tx *db.Tx, u *users.User) (gates.Verdict, *id.Organization, error) {
	entrance, err := provision.Foresee(tx, u, a.OrganizationID, a.InvitationID)
	if err != nil {
		return gates.Verdict{}, nil, a.refusedInvitation(err, u)
	}
	return gates.Check(tx, gates.Subject{User: u, Method: *a.AuthMethod, Via: a.Via, Identity: a.SSOIdentityID, Second: a.SecondMethod,
		Organization: entrance.Organization, Joins: entrance.Joins, Proves: entrance.Proves,
		Choose: a.NeedsOrganization, IP: tx.Actor().IP})
}

// complete ends the attempt: a browser session under a new id, unless one
// answered it; the one before it ends. Whoever comes in by an invitation or
// their address's domain becomes a member now.
func (h *Handler) complete(tx *db.Tx, a *Attempt, d door) (secret string, err error) {
	if tx.Actor().ID == "" {
		tx.As(tx.Actor().As(a.person.ID, a.person.Email))
	}
	if err := provision.Admit(tx, a.person, a.OrganizationID, a.InvitationID); err != nil {
		return "", a.refusedInvitation(err, a.person)
	}
	if a.BrowserSessionID == nil {
		secret, err = h.startBrowser(tx, a, d)
	} else if a.SecondMethod != nil && a.SecondAt != nil && !a.SecondAt.Before(a.CreatedAt) {
		err = sessions.SteppedUp(tx, *a.BrowserSessionID, *a.SecondMethod)
	}
	if err != nil {
		return "", err
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

func (h *Handler) startBrowser(tx *db.Tx, a *Attempt, d door) (secret string, err error) {
	var second []sessions.Second
	if a.SecondMethod != nil {
		second = append(second, *a.SecondMethod)
	}
	b, secret, err := sessions.StartBrowserVia(tx, *a.UserID, *a.AuthMethod, a.Via, h.Lifetimes, second...)
	if err != nil {
		return "", err
	}
	a.BrowserSessionID, a.AuthenticatedAt = &b.ID, &b.AuthenticatedAt
	if d.old != nil {
		if err := sessions.ReplaceBrowser(tx, *d.old, b); err != nil {
			return "", err
		}
	}
	if err := a.remember(tx, b); err != nil {
		return "", err
	}
	return secret, h.tellOfDevice(tx, a.person, d)
}

// settling is how long an account is new: its first browsers are no news.
const settling = 10 * time.Minute

// tellOfDevice mails a person that their account was used in a browser which
// has not signed in to it before.
func (h *Handler) tellOfDevice(tx *db.Tx, u *users.User, d door) error {
	if d.known || !u.EmailVerified || tx.Now().Sub(u.CreatedAt) < settling {
		return nil
	}
	return h.Mailbox.Notice(tx, u, func(seen webmail.Seen, disown string) webmail.Letter {
		return webmail.NewDevice{Seen: seen, DisownURL: disown}
	})
}

// store writes what pass and complete decided. An attempt that ends in the
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
		"second_method": a.SecondMethod, "second_at": a.SecondAt, "gate": a.Gate, "password_hash": a.PasswordHash,
		"browser_session_id": a.BrowserSessionID, "organization_id": a.OrganizationID, "completed_at": a.CompletedAt, "email": a.Email, "screen": a.Screen,
		"provider": a.Provider, "social_request_id": a.SocialRequestID, "invitation_id": a.InvitationID, "needs_organization": a.NeedsOrganization,
		"connection_id": a.ConnectionID, "sso_organization_id": a.SSOOrganizationID, "sso_guest": a.SSOGuest, "sso_request_id": a.SSORequestID,
		"sso_identity_id": a.SSOIdentityID})
}

// concluded is the end of a step: where another request completed the attempt
// meanwhile, the browser goes where that one left it.
func (h *Handler) concluded(c echo.Context, a *Attempt, secret string, err error) error {
	if errors.Is(err, errExpired) {
		return h.again(c, a)
	}
	if err != nil {
		return err
	}
	return h.settled(c, a, secret)
}

// settled gives the browser its session once the attempt is complete, after
// the commit, and sends it on.
func (h *Handler) settled(c echo.Context, a *Attempt, secret string) error {
	if secret != "" {
		h.Jar.Set(c.Response(), browser.Session, secret, h.lifetime())
	}
	if a.CompletedAt != nil {
		if a.person != nil {
			h.remember(c, a.person.Email)
		}
		if secret != "" && a.AuthMethod != nil {
			h.Jar.Set(c.Response(), browser.Method, a.methodMark(), deviceLifetime)
		}
		h.Jar.Clear(c.Response(), attemptCookie(a.ID))
		return c.Redirect(http.StatusSeeOther, a.ReturnPath)
	}
	if a.gate() == gates.VerifyEmail {
		if err := h.mailVerification(c, a); err != nil {
			return err
		}
	}
	return a.forward(c)
}

func (h *Handler) lifetime() time.Duration {
	if h.Lifetimes.Absolute > 0 {
		return h.Lifetimes.Absolute
	}
	return sessions.DefaultLifetimes.Absolute
}

// locateChoices are the organizations that a person is in, the most recent first.
func locateChoices(tx *db.Tx, user id.User) ([]users.Choice, error) {
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
