package api

import (
	"errors"
	"net/http"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
)

func (h *Handler) signingKeyRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: "/keys/rotate", Tag: "Signing keys", Summary: "Make new keys for tokens. They are published at once and sign later; the old ones stay published until their tokens have ended.",
			Status: 204, Deployment: true, Foreign: refused(""), run: rotateKeys},
	}
}

// rotateKeys has the keys made outside of a transaction, which takes a while;
// its answer commits with them.
func rotateKeys(c *call) error {
	repeat, err := c.repeatable()
	if err != nil {
		return err
	}
	if before, err := c.twin(repeat); err != nil || before != nil {
		if err != nil {
			return err
		}
		return c.send(*before)
	}
	out := apikeys.Answer{Status: http.StatusNoContent}
	err = c.h.Keys.RotateWith(c.ctx(), c.who, func(tx *db.Tx) error { return repeat.after(tx, out) })
	if err != nil && !errors.Is(err, apikeys.ErrUnderWay) { // a twin rotated them: once is what was wanted
		return err
	}
	return c.send(out)
}
