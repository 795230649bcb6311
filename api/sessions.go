package api

import (
	"net/http"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sessions"
)

type sessionBody struct {
	SessionID string `json:"session_id" api:"required"`
}

func (h *Handler) sessionRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/user_management/users/:id/sessions", Tag: "Sessions", Summary: "List a person's sessions, ended ones among them.",
			Paged: true, Status: 200, Answer: wire.Session{}, Foreign: absent(theirUser), run: listSessions},
		{Method: http.MethodPost, Path: "/user_management/sessions/revoke", Tag: "Sessions", Summary: "End one session. Its next refresh fails.",
			Body: sessionBody{}, Status: 200, Answer: wire.Session{}, Foreign: absentBody(`{"session_id":"{session}"}`), run: revokeSession},
		{Method: http.MethodPost, Path: "/user_management/users/:id/sessions/revoke_all", Tag: "Sessions", Summary: "End every session of a person, in their browsers too. An organization's key ends those that are in its organization.",
			Status: 204, Foreign: absent(theirUser), run: revokeUserSessions},
	}
}

func listSessions(c *call) error {
	user, err := idOf[id.User](c, "id")
	if err != nil {
		return err
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		if _, err := tx.user(user); err != nil {
			return answer{}, err
		}
		q := sessions.Query{User: user, Organization: c.organization(), Page: page}
		rows, paging, err := sessions.List(tx, q)
		return list(shownSessions(rows, tx.Now()), paging), err
	})
}

func shownSessions(rows []sessions.Session, now time.Time) []wire.Session {
	return each(rows, func(s sessions.Session) wire.Session { return s.Wire(now) })
}

func revokeSession(c *call) error {
	var in sessionBody
	if err := c.decode(&in); err != nil {
		return err
	}
	session, err := required[id.Session]("session_id", in.SessionID)
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		s, err := sessions.Get(tx, session)
		if err != nil {
			return answer{}, err
		}
		if own, ok := tx.own(); ok && (s.OrganizationID == nil || *s.OrganizationID != own.Organization()) {
			return answer{}, db.ErrNotFound
		}
		if err := sessions.End(tx.Tx, session, sessions.Revoked); err != nil {
			return answer{}, err
		}
		s, err = sessions.Get(tx, session)
		if err != nil {
			return answer{}, err
		}
		return found(s.Wire(tx.Now())), nil
	})
}

func revokeUserSessions(c *call) error {
	user, err := idOf[id.User](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		if _, err := tx.user(user); err != nil {
			return answer{}, err
		}
		if own, ok := tx.own(); ok {
			_, err := sessions.EndForMember(own, user, sessions.Revoked)
			return empty(http.StatusNoContent), err
		}
		return empty(http.StatusNoContent), sessions.EndForUser(tx.Tx, user, sessions.Revoked)
	})
}
