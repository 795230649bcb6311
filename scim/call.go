package scim

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/scim/schema"
)

// How large a body may be.
const (
	bodyLimit  = 1 << 20
	bulkLimit  = 8 << 20
	groupLimit = 8 << 20 // 50,000 members with their names: some providers only PUT
)

// call is one request of a provider whose token is a valid one.
type call struct {
	echo.Context
	h     *Handler
	token *db.SCIMToken
	who   actor.Actor
	asked *asked // what is recorded of it; nil once that is done elsewhere
	ahead *ahead // what was read with the token; nil: nothing
	sent  []byte // the body, where it was read before the token
}

// handle is an endpoint behind the check of the token. What becomes of the
// request is recorded here, unless it was with what it changed.
func (h *Handler) handle(at endpoint) echo.HandlerFunc {
	return func(ec echo.Context) error {
		c := &call{Context: ec, h: h}
		if at.ahead != nil {
			c.ahead = at.ahead(c)
		}
		t, err := h.authenticate(ec, c.ahead)
		if t != nil {
			c.token, c.who = t, actorOf(ec, t)
		}
		if err != nil {
			c.past(at, err)
			return err
		}
		c.asked = c.ask(ec.Request().Method, c.below(), at.does, at.of)
		if err = c.admit(); err == nil {
			err = at.serve(c)
		}
		if c.asked != nil {
			c.asked.conclude(c.Response().Status, err)
		}
		return err
	}
}

func (c *call) ctx() context.Context { return c.Request().Context() }

// param is a part of the path, unescaped once: the router leaves escapes in
// where the path holds %2F and the like.
func (c *call) param(name string) string {
	value := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return value
	}
	plain, err := url.PathUnescape(value)
	if err != nil {
		return value
	}
	return plain
}

// read runs fn in a short transaction that sees one state of the directory.
func (c *call) read(fn func(tx *db.OrgTx) error) error {
	end, err := c.h.turns.take(c.ctx(), c.token.DirectoryID)
	if err != nil {
		return err
	}
	defer end()
	return c.h.DB.ReadOrg(c.ctx(), c.token.OrganizationID, fn)
}

// body reads what came, of a media type that SCIM has (RFC 7644 §3.1) and of at
// most so many bytes.
func (c *call) body(most int64) ([]byte, error) {
	if c.sent != nil {
		return c.sent, nil
	}
	r := c.Request()
	if err := checkMedia(r.Header.Get(echo.HeaderContentType)); err != nil {
		return nil, err
	}
	if r.ContentLength > most {
		c.Response().Header().Set("Connection", "close") // do not read the rest only to drop it
		return nil, tooLarge(most)
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, most))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, tooLarge(most)
	case err != nil && c.ctx().Err() != nil:
		return nil, c.ctx().Err()
	case err != nil:
		return nil, schema.ErrSyntax.WithMessage("The body ended before its time.")
	}
	return body, nil
}

func tooLarge(most int64) error {
	if most == bulkLimit { // groupLimit is the same
		return schema.ErrTooLarge.WithMessage("A Bulk or a group has at most 8 MiB. Send it in parts; members can be added by PATCH.")
	}
	return schema.ErrTooLarge.WithMessage("A request has at most 1 MiB. Send fewer values at once.")
}

var errMedia = problem.New(problem.Unsupported, "unsupported_media_type", "Send application/scim+json, or application/json.")

// checkMedia takes whatever charset stands beside the type: JSON has one, and
// the body says so itself. Who says nothing means JSON.
func checkMedia(header string) error {
	if header == "" {
		return nil
	}
	kind, _, err := mime.ParseMediaType(header)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || kind != MediaType && kind != echo.MIMEApplicationJSON {
		return errMedia
	}
	return nil
}

// document reads the body as one JSON object, and keeps it for the record.
func (c *call) document(most int64) (map[string]any, error) {
	if c.ahead != nil && c.ahead.doc != nil {
		c.asked.doc = c.ahead.doc
		return c.ahead.doc, nil
	}
	body, err := c.body(most)
	if err != nil {
		return nil, err
	}
	doc, err := schema.Decode(body)
	if err != nil {
		return nil, err
	}
	c.asked.doc = doc
	return doc, nil
}

// took is how long something has taken.
func took(since time.Time) int64 { return time.Since(since).Microseconds() }
