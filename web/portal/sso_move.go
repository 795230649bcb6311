package portal

import (
	"errors"
	"net/http"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// movePart is whether people of another connection move to this one.
type movePart struct {
	others   []ui.Option // whose people could
	another  bool        // there are such connections, named or not
	approved bool
	from     string // whose people do; empty: not for this visit to know
	by       string
	at       *time.Time
	owner    bool // the visitor may decide it
	question moveQuestion
}

// moveQuestion asks an owner whether they mean it.
type moveQuestion struct {
	from   id.Connection
	name   string
	people int64 // who are known there
}

// fieldFrom is the field, as the API names it too.
const fieldFrom = "connection_id"

var errOwnerDecides = problem.New(problem.Forbidden, "organization_owner_required", "An owner of the organization decides that, signed in here by their own account.")

// drawn leaves the card out where there is nothing to move from.
func (m movePart) drawn() bool { return m.another || m.approved }

// load reads it. A visit to one connection is told no other's name.
func (m *movePart) load(tx *db.OrgTx, v *visit, c *sso.Connection) error {
	m.owner = v.owner()
	named := v.session.ConnectionID == nil
	all, _, err := sso.List(tx, sso.ListQuery{Page: db.Page{Limit: mostConnections}})
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID == c.ID || other.State == sso.Draft {
			continue // nobody has come by a draft
		}
		m.another = true
		if named {
			m.others = append(m.others, ui.Option{Value: string(other.ID), Label: other.Name})
		}
	}
	if c.ReplacesID == nil || c.ReplacesApprovedBy == nil {
		return nil
	}
	old, err := sso.Get(tx, *c.ReplacesID)
	if err != nil {
		return ignoreMissing(err) // it was removed, and its people with it
	}
	m.approved, m.at = true, c.ReplacesApprovedAt
	if named {
		m.from = old.Name
	}
	by := id.User(*c.ReplacesApprovedBy)
	known, err := users.ByID(tx, []id.User{by})
	if u, ok := known[by]; ok {
		m.by = u.DisplayName()
	}
	return err
}

// owner reports whether an owner of the organization is here, by their role.
func (v *visit) owner() bool { return v.user != nil && v.role == tenants.OwnerRole }

// asOwner changes what an owner alone decides. The role is asked once more
// where it commits.
func (v *visit) asOwner(fn func(*db.OrgTx) error) error {
	if !v.owner() {
		return errOwnerDecides
	}
	return v.in(func(tx *db.OrgTx) error {
		m, err := users.MembershipOf(tx, v.user.ID)
		if err != nil {
			return err
		}
		if m.RoleSlug != tenants.OwnerRole {
			return errOwnerDecides
		}
		return fn(tx)
	})
}

// ssoMove lets the people of another connection move to this one, once an
// owner was asked.
func (h *Handler) ssoMove(v *visit) error {
	s, err := v.setup()
	if err != nil {
		return err
	}
	if !v.owner() {
		return errOwnerDecides
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	old, err := id.Parse[id.Connection](form.Get(fieldFrom))
	if err != nil {
		return h.showConnection(v, s, http.StatusUnprocessableEntity, answered{wrong: faults{fieldFrom: "Choose a connection."}})
	}
	var q moveQuestion
	err = v.asOwner(func(tx *db.OrgTx) (err error) {
		if _, err = sso.Replace(tx, s.Connection.ID, &old, v.user.ID); err != nil || form.Get("confirmed") == "on" {
			return err
		}
		if q, err = moveQuestionOf(tx, old); err != nil {
			return err
		}
		return errOnlyAsked
	})
	if errors.Is(err, errOnlyAsked) {
		return h.showConnection(v, s, http.StatusOK, answered{move: &q})
	}
	if wrong, refused := faultsOf(err, fieldFrom, fieldFrom); refused {
		return h.showConnection(v, s, http.StatusUnprocessableEntity, answered{wrong: wrong})
	}
	if err != nil {
		return err
	}
	return v.done(pathSSO+"/"+string(s.Connection.ID), moveApproved)
}

func moveQuestionOf(tx *db.OrgTx, old id.Connection) (q moveQuestion, err error) {
	c, err := sso.Get(tx, old)
	if err != nil {
		return q, err
	}
	q.from, q.name = old, c.Name
	q.people, err = people.Count(tx, old)
	return q, err
}

// ssoMoveBack takes the approval back. Whoever has moved stays.
func (h *Handler) ssoMoveBack(v *visit) error {
	s, err := v.setup()
	if err != nil {
		return err
	}
	err = v.asOwner(func(tx *db.OrgTx) error {
		_, err := sso.Replace(tx, s.Connection.ID, nil, v.user.ID)
		return err
	})
	if err != nil {
		return err
	}
	return v.done(pathSSO+"/"+string(s.Connection.ID), moveWithdrawn)
}
