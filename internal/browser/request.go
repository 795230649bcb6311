package browser

import (
	"context"
	"net/http"

	"gatehouse/internal/actor"
)

type actorKey struct{}

// WithActor is r in ctx with who makes it: nobody that we know yet, at an address.
// internal/app does this once, before any handler.
func WithActor(ctx context.Context, r *http.Request, who actor.Actor) *http.Request {
	return r.WithContext(context.WithValue(ctx, actorKey{}, who))
}

// ActorOf is who makes the request, as far as is known without looking at
// credentials: an anonymous actor with address, agent and request id. Handlers
// make it a person, a key or an application (actor.As) once that is proven.
func ActorOf(r *http.Request) actor.Actor {
	if who, ok := r.Context().Value(actorKey{}).(actor.Actor); ok {
		return who
	}
	return actor.Actor{Kind: actor.KindAnonymous}
}
