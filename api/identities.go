package api

import (
	"net/http"

	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/users"
)

func (h *Handler) identityRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/user_management/users/:id/identities", Tag: "Users", Summary: "List a person's accounts at providers that they sign in by.",
			Status: 200, Answer: wire.Array[wire.Identity]{}, Foreign: absent(theirUser), run: listIdentities},
	}
}

// listIdentities answers with a bare array: one of the wire's few.
func listIdentities(c *call) error {
	user, err := idOf[id.User](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		if _, err := tx.user(user); err != nil {
			return answer{}, err
		}
		mine, err := users.Identities(tx, user)
		return found(wire.Array[wire.Identity](each(mine, func(i users.Identity) wire.Identity { return i.Wire() }))), err
	})
}
