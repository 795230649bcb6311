package api

import (
	"net/http"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso"
	"gatehouse/sso/diagnosis"
	"gatehouse/sso/guide"
)

func (h *Handler) attemptRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/connections/:id/attempts", Tag: connectionTag, Summary: "List the recorded sign-ins of a connection, with what was expected and received and what to change. They are kept for 30 days.",
			Paged: true, Status: 200, Answer: wire.SSOAttempt{}, Query: []param{{Name: "outcome", About: "started, succeeded or failed."}, {Name: "code", About: "Refused for this reason."}},
			Foreign: absent(theirConnection), run: listAttempts},
		{Method: http.MethodGet, Path: "/connections/:id/attempts/:attempt", Tag: connectionTag, Summary: "Get a recorded sign-in with what the provider sent, less its secrets.",
			Status: 200, Answer: wire.SSOAttemptDetail{}, Foreign: foreign{fill: theirConnection, next: theirSSOAttempt, want: http.StatusNotFound}, run: getAttempt},
		{Method: http.MethodGet, Path: "/connections/attempts/:reference", Tag: connectionTag, Summary: "Get the recorded sign-in that a page called GH-XXXX-XXXX.",
			Status: 200, Answer: wire.SSOAttemptDetail{}, Foreign: absent(theirReference), run: getAttemptByReference},
	}
}

func listAttempts(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	var conds []db.Cond
	for _, name := range []string{"outcome", "code"} {
		if v := c.query.Get(name); v != "" {
			conds = append(conds, db.Eq(name, v))
		}
	}
	return readConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		row, err := sso.Get(tx, connection)
		if err != nil {
			return answer{}, err
		}
		rows, paging, err := sso.Attempts(tx, connection, page, conds...)
		out := make([]wire.SSOAttempt, len(rows))
		for i := range rows {
			out[i] = c.h.attempt(row, &rows[i])
		}
		return list(out, paging), err
	})
}

// attempt is a recorded sign-in with its diagnosis.
func (h *Handler) attempt(c *sso.Connection, a *sso.Attempt) wire.SSOAttempt {
	w := a.Wire()
	if a.Code != nil {
		d := diagnosis.Of(diagnosis.Facts{Code: *a.Code, Guide: guide.For(string(c.Type), string(c.Protocol)), App: h.Name, Expected: value(a.Expected), Received: value(a.Received)})
		w.Diagnosis = &wire.Diagnosis{Code: d.Code, Title: d.Title, Text: d.Explain.String(), Fix: d.Fix.String(), Value: sso.Value(h.Base, c.ID, d.Copy), Who: string(d.Who)}
	}
	return w
}

func (h *Handler) attemptDetail(tx *db.OrgTx, a *sso.Attempt) (answer, error) {
	c, err := sso.Get(tx, a.ConnectionID)
	if err != nil {
		return answer{}, err
	}
	return found(wire.SSOAttemptDetail{SSOAttempt: h.attempt(c, a), Attributes: a.Attributes, Document: a.Document}), nil
}

func getAttempt(c *call) error {
	attempt, err := idOf[id.SSOAttempt](c, "attempt")
	if err != nil {
		return err
	}
	return readConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		a, err := sso.GetAttempt(tx, attempt)
		if err == nil && a.ConnectionID != connection {
			err = db.ErrNotFound
		}
		if err != nil {
			return answer{}, err
		}
		return c.h.attemptDetail(tx, a)
	})
}

func getAttemptByReference(c *call) error {
	reference, err := c.segment("reference")
	if err != nil {
		return err
	}
	reference = strings.ToUpper(reference)
	return c.read(func(tx reach) (a answer, err error) {
		show := func(own *db.OrgTx, found *sso.Attempt) error {
			a, err = c.h.attemptDetail(own, found)
			return err
		}
		if own, ok := tx.own(); ok {
			found, err := sso.AttemptOf(own, reference)
			if err != nil {
				return a, err
			}
			return a, show(own, found)
		}
		all, err := tx.deployment()
		if err != nil {
			return a, err
		}
		found, err := sso.LocateReference(all, reference)
		if err != nil {
			return a, err
		}
		return a, tx.enter(found.OrganizationID, func(own *db.OrgTx) error { return show(own, found) })
	})
}
