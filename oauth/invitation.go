package oauth

import (
	"context"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/invitations"
)

// invitation is the one that the request names, if any, while it can be
// accepted. A sign-in carries it along; it is used up with the session.
func (h *Handler) invitation(ctx context.Context, t *tokenRequest) (key *id.Invitation, err error) {
	if t.Invitation == "" {
		return nil, nil
	}
	err = h.DB.Tx(ctx, actor.System("oauth"), func(tx *db.Tx) error {
		i, err := invitations.LocateOpen(tx, t.Invitation)
		if err == nil {
			key = &i.ID
		}
		return err
	})
	return key, err
}
