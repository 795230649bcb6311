package login

import (
	"context"
	"errors"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/sso/trail"
	"gatehouse/users"
)

const methodSSO = sessions.SSO

// arrive admits whoever waits on the sign-in's request, and takes them to the
// gates. It comes from our own site, so that all of the browser's cookies are
// there again.
// Where that is somebody else than is signed in there, it asks first.
func (h *Handler) arrive(c echo.Context, _ browser.Params, a *Attempt) error {
	came, err := h.whoCame(c, a)
	if err != nil {
		return h.notWaiting(c, a, err)
	}
	other, err := h.another(c, a, came)
	if err != nil {
		return err
	}
	if other != nil {
		return h.askWho(c, a, other)
	}
	return h.letIn(c, a, came)
}

// arriveAnyway is the answer to that question: a post, from our own page.
func (h *Handler) arriveAnyway(c echo.Context, _ browser.Params, a *Attempt) error {
	came, err := h.whoCame(c, a)
	if err != nil {
		return h.notWaiting(c, a, err)
	}
	return h.letIn(c, a, came)
}

// letIn admits who came.
func (h *Handler) letIn(c echo.Context, a *Attempt, came *sso.Received) error {
	at, err := h.door(c, came.Profile.Email)
	if err != nil {
		return err
	}
	secret, refused, err := h.takeIn(c, a, came, at)
	p := problem.As(err)
	switch {
	case p != nil && p.Is(errExpired): // another request completed the sign-in
		return h.again(c, a)
	case p != nil && p.Is(sso.ErrRequest):
		return h.notWaiting(c, a, err)
	case p != nil:
		refused, err = refusalOf(err), h.turnAway(c, a, came, err)
	}
	if err != nil {
		return err
	}
	if refused != nil {
		return h.refuseSSO(c, a, came.Connection.Name, came.Reference, refused)
	}
	h.countReturn(c, came.Request.Returns())
	return h.settled(c, a, secret)
}

// takeIn takes who came, once, and decides in the same transaction whose
// account that is and what stands before it.
func (h *Handler) takeIn(c echo.Context, a *Attempt, came *sso.Received, at door) (secret string, refused *trail.Refusal, err error) {
	err = h.DB.Tx(c.Request().Context(), h.who(c, a), func(tx *db.Tx) error {
		var admitted people.Admission
		err := tx.In(came.Connection.OrganizationID, func(tx *db.OrgTx) (err error) {
			admitted, refused, err = h.admit(tx, a, came)
			return err
		})
		if err != nil {
			return err
		}
		if refused != nil {
			return a.update(tx, db.Set{"sso_request_id": nil})
		}
		secret, err = h.enterBySSO(tx, a, admitted, at)
		return err
	})
	return secret, refused, err
}

// notWaiting answers where nobody waits on the request any more: it ran out,
// or another request took who came. The sign-in can go another way.
func (h *Handler) notWaiting(c echo.Context, a *Attempt, err error) error {
	if problem.As(err) == nil {
		return err
	}
	switch failed := h.save(c, a, db.Set{"sso_request_id": nil}); {
	case errors.Is(failed, errExpired):
		return h.again(c, a)
	case failed != nil:
		return failed
	}
	return h.refuseSSO(c, a, "", "", err)
}

// whoCame looks at who waits on the request; admit takes them.
func (h *Handler) whoCame(c echo.Context, a *Attempt) (*sso.Received, error) {
	var came *sso.Received
	err := h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) error {
		org, err := sso.LocateRequest(tx, *a.SSORequestID)
		if err != nil {
			return err
		}
		return tx.In(org, func(tx *db.OrgTx) (err error) {
			came, err = sso.WhoCame(tx, *a.SSORequestID, a.ID)
			return err
		})
	})
	return came, err
}

// admit takes who came, once, and decides whose account that is. A refusal has
// changed nothing, and is recorded where the admission would have been.
func (h *Handler) admit(tx *db.OrgTx, a *Attempt, came *sso.Received) (people.Admission, *trail.Refusal, error) {
	if err := sso.Take(tx, came); err != nil {
		return people.Admission{}, nil, err
	}
	if came.Request.Returns()+1 >= maxReturns {
		refused := trail.Refuse(sso.ErrLoop, trail.Account, "", "")
		return people.Admission{}, refused, sso.Conclude(tx, came.Record, nil, refused)
	}
	admitted, err := people.Admit(tx, came.Connection, *came.Profile)
	if refused := trail.As(err); refused != nil {
		return admitted, refused, sso.Conclude(tx, came.Record, nil, refused)
	}
	if err != nil {
		return admitted, nil, err
	}
	user := &admitted.User.ID
	if admitted.Unproven() { // whose account it is nobody knows yet, and the provider does not learn
		user = nil
	}
	return admitted, nil, sso.Conclude(tx, came.Record, user, nil)
}

// enterBySSO takes an admitted person to the gates. Without another wish they
// enter the organization whose connection it was.
func (h *Handler) enterBySSO(tx *db.Tx, a *Attempt, admitted people.Admission, at door) (string, error) {
	u, via := admitted.User, admitted.Via()
	if !admitted.Unproven() {
		tx.As(tx.Actor().As(u.ID, u.Email))
		if err := users.SignedIn(tx, u); err != nil {
			return "", err
		}
	}
	if a.invited() == "" {
		a.Email = &u.Email
	}
	if a.OrganizationID == nil {
		a.OrganizationID = via.SSOOrganizationID
	}
	a.Screen, a.PasswordHash, a.SocialRequestID = ScreenSignIn, nil, nil
	return h.proceed(tx, a, proof{user: u.ID, method: sessions.SSO, at: tx.Now(), door: at, via: via, identity: &admitted.Identity.ID})
}

// turnAway records, once the transaction was taken back, why somebody whom the
// provider vouched for was not let in. It returns what kept it from that.
func (h *Handler) turnAway(c echo.Context, a *Attempt, came *sso.Received, why error) error {
	ctx := context.WithoutCancel(c.Request().Context())
	refused := refusalOf(why)
	return h.DB.Tx(ctx, h.who(c, a), func(tx *db.Tx) error {
		err := tx.In(came.Connection.OrganizationID, func(tx *db.OrgTx) error {
			return sso.Conclude(tx, came.Record, nil, refused)
		})
		if err != nil {
			return err
		}
		return a.update(tx, db.Set{"sso_request_id": nil})
	})
}

// refusalOf is a problem as a refusal of the account, or nil.
func refusalOf(err error) *trail.Refusal {
	if r := trail.As(err); r != nil {
		return r
	}
	if p := problem.As(err); p != nil {
		return trail.Refuse(p, trail.Account, "", "")
	}
	return nil
}
