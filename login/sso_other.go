package login

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// Another site can send a browser to a connection whose provider answers at
// once, with somebody else's name: the victim would go on in an account that
// is not theirs (OAuth 2.0 Security BCP, RFC 9700 §4.7; "login CSRF"). Nothing
// on the attempt tells whether its person began it, since an address in it may
// be the application's hint. So that whoever is signed in is asked first.

// whose is whom the sign-in would make the browser's, when that is another
// person than is signed in there now; nil: nobody else is.
type whose struct{ now, then string }

// another tries who would be admitted, and takes it back. What stands against
// it is found again, and recorded, where they are admitted.
func (h *Handler) another(c echo.Context, a *Attempt, came *sso.Received) (*whose, error) {
	b, err := h.browserSession(c)
	if err != nil || b == nil {
		return nil, err
	}
	var user id.User
	w := whose{then: came.Profile.Email}
	err = h.DB.InOrg(c.Request().Context(), came.Connection.OrganizationID, h.who(c, a), func(tx *db.OrgTx) error {
		now, err := users.Get(tx.Tx, b.UserID)
		if err != nil {
			return err
		}
		admitted, err := people.Admit(tx, came.Connection, *came.Profile)
		if err != nil {
			return err
		}
		user, w.now = admitted.User.ID, now.Email
		if w.then == "" || !admitted.Unproven() { // an account's own address is not told to who has yet to prove that it is theirs
			w.then = admitted.User.Email
		}
		return errNothing
	})
	switch {
	case errors.Is(err, errNothing):
	case refusalOf(err) != nil || problem.As(err) != nil:
		return nil, nil
	default:
		return nil, err
	}
	if user == b.UserID {
		return nil, nil
	}
	return &w, nil
}

// askWho shows the question. Looking at it changes nothing.
func (h *Handler) askWho(c echo.Context, a *Attempt, w *whose) error {
	return h.show(c, http.StatusOK, a.LandsAt, hosted.OtherPersonPage{Frame: h.frame(c, a, ""), Action: pathArrival, StayAction: pathStay, Now: w.now, Then: w.then})
}

// stay leaves the browser signed in as it is: nobody waits any more.
func (h *Handler) stay(c echo.Context, _ browser.Params, a *Attempt) error {
	err := h.save(c, a, db.Set{"sso_request_id": nil})
	if errors.Is(err, errExpired) {
		return h.again(c, a)
	}
	if err != nil {
		return err
	}
	h.Jar.Clear(c.Response(), attemptCookie(a.ID))
	return c.Redirect(http.StatusSeeOther, pathAccount)
}
