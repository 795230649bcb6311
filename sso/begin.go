package sso

import (
	"context"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
)

// Begin stores a request and says where the browser goes. The caller gives the
// browser the cookie whose secret is f.Bound.
func (s *Service) Begin(ctx context.Context, who actor.Actor, c id.Connection, f For) (Away, error) {
	return Away{}, ErrUnknown
}
