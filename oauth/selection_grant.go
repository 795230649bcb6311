package oauth

import (
	"context"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/login/gates"
	"gatehouse/tenants"
)

// selectionGrant goes on with a sign-in in the organization that the person
// chose. One that they cannot enter does not use the token up; one that asks
// for more gets a token of its own, so that they may still choose another.
func (h *Handler) selectionGrant(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	if err := c.needs(member{"pending_authentication_token", t.PendingToken}, member{"organization_id", t.OrganizationID}); err != nil {
		return nil, err
	}
	org, err := id.Parse[id.Organization](t.OrganizationID)
	if err != nil {
		return nil, errOrganizationID
	}
	key, err := h.tokenKey(ctx)
	if err != nil {
		return nil, err
	}
	var i *issue
	var s *standing
	err = h.DB.Tx(ctx, who, func(tx *db.Tx) error {
		a, err := t.takeUp(tx, c)
		if err != nil {
			return err
		}
		i, s, err = h.choose(tx, key, a, org)
		return err
	})
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, i, s, who)
}

func (h *Handler) choose(tx *db.Tx, key refreshKey, a *arrival, org id.Organization) (*issue, *standing, error) {
	if o, err := tenants.Get(tx, org); err != nil {
		return nil, nil, orElse(err, db.ErrNotFound, errOrganizationID)
	} else if o.System { // no application is for the operators' own
		return nil, nil, errOrganizationID
	}
	a.organization = &org
	verdict, _, err := a.check(tx)
	switch {
	case err != nil:
		return nil, nil, err
	case verdict.Gate == gates.NotMember:
		return nil, nil, errOrganizationID
	case verdict.Gate == gates.Open:
		i, err := h.enter(tx, key, a)
		return i, nil, orElse(err, errNotMember, errOrganizationID)
	}
	if passable(verdict.Gate) {
		a.token = "" // keep makes another for this organization
	}
	s, err := h.stand(tx, a, verdict, &org)
	return nil, s, err
}

// passable reports whether the person can pass the gate with this sign-in.
func passable(g gates.Gate) bool {
	return g == gates.VerifyEmail || g == gates.Challenge || g == gates.Enroll
}
