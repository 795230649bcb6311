package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
)

// requestTimeout bounds every request: what waits longer for the database or
// a password's turn is answered 503, and its client comes back.
const requestTimeout = 30 * time.Second

// maxAgent bounds what is kept of a User-Agent, which may hold bytes that are
// no text: PostgreSQL would refuse the whole request for them.
const maxAgent = 512

// envelope is around everything: it names the request, says who makes it,
// answers its error, recovers from a panic, and writes one line about it.
func (a *App) envelope(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		started := time.Now()
		r := c.Request()
		who := actor.Actor{Kind: actor.KindAnonymous, IP: c.RealIP(), RequestID: "req_" + id.ULID()}
		if agent := field.Clip(r.UserAgent(), maxAgent); agent != nil {
			who.UserAgent = *agent
		}
		c.Response().Header().Set(echo.HeaderXRequestID, who.RequestID)
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		c.SetRequest(browser.WithActor(ctx, r, who))
		if err := guarded(next, c); err != nil {
			a.answer(err, c)
		}
		took := time.Since(started)
		a.metrics.observe(c, took)
		a.logRequest(c, who, took)
		return nil
	}
}

// guarded turns a panic into an error with its stack.
func guarded(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch r := recover(); {
		case r == nil:
		case r == http.ErrAbortHandler: //nolint:errorlint // net/http compares it like this
			panic(r)
		default:
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return next(c)
}

// logRequest writes the access log. A query may hold codes and addresses, and
// some paths hold secrets, so the route's pattern is written, never the query.
func (a *App) logRequest(c echo.Context, who actor.Actor, took time.Duration) {
	level := slog.LevelInfo
	if quiet(c.Path()) {
		level = slog.LevelDebug
	}
	ctx := c.Request().Context()
	if !a.Log.Enabled(ctx, level) {
		return
	}
	a.Log.LogAttrs(ctx, level, "request",
		slog.String("method", c.Request().Method), slog.String("path", loggedPath(c)), slog.Int("status", c.Response().Status),
		slog.Int64("bytes", c.Response().Size), slog.Duration("took", took), slog.String("ip", who.IP), slog.String("request_id", who.RequestID))
}

// quiet are the routes that are asked all the time and say little.
func quiet(route string) bool {
	switch route {
	case "/healthz", "/readyz", "/account/session":
		return true
	}
	return strings.HasPrefix(route, "/assets/")
}

// loggedPath is the path without what follows a route's secret segment.
func loggedPath(c echo.Context) string {
	if route := c.Path(); strings.Contains(route, ":token") {
		return route
	}
	if path := c.Request().URL.Path; len(path) <= maxLoggedPath {
		return path
	}
	return c.Request().URL.Path[:maxLoggedPath]
}

const maxLoggedPath = 512

// gone reports an error that only says that the client went away.
func gone(c echo.Context, err error) bool {
	return errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil
}
