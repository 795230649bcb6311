package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"gatehouse/apikeys"
	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
)

// call is one request by one key.
type call struct {
	echo.Context
	h     *Handler
	key   *apikeys.Key
	who   actor.Actor
	body  []byte
	query browser.Params
}

func (c *call) ctx() context.Context { return c.Request().Context() }

// segment is a parameter of the path, decoded once: echo leaves it escaped
// where the path holds %2F.
func (c *call) segment(name string) (string, error) {
	text := c.Param(name)
	if c.Request().URL.RawPath != "" {
		decoded, err := url.PathUnescape(text)
		if err != nil {
			return "", db.ErrNotFound
		}
		text = decoded
	}
	if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
		return "", db.ErrNotFound
	}
	return text, nil
}

// idOf is the id in the path. What is no id of that kind is nobody's.
func idOf[K id.Kind](c *call, name string) (K, error) {
	var none K
	text, err := c.segment(name)
	if err != nil {
		return none, err
	}
	return parse[K](text)
}

func parse[K id.Kind](text string) (K, error) {
	key, err := id.Parse[K](text)
	if err != nil {
		return key, db.ErrNotFound
	}
	return key, nil
}

// required is the id that a member of the body holds: 422 where it is absent.
func required[K id.Kind](member, text string) (K, error) {
	if text == "" {
		return "", missing(member)
	}
	return parse[K](text)
}

func missing(member string) error {
	sentence := member + " is missing."
	return problem.ErrInvalid.WithMessage(sentence).WithDetails(problem.Detail{Code: member + "_required", Message: sentence, Field: member})
}

func invalid(member, sentence string) error {
	return problem.ErrInvalid.WithMessage(sentence).WithDetails(problem.Detail{Code: "invalid_" + member, Message: sentence, Field: member})
}

// decode reads the body.
func (c *call) decode(into any) error { return browser.Decode(c.body, into) }

// page is the part of a list that was asked for.
func (c *call) page() (db.Page, error) {
	q := c.query
	return db.ParsePage(q.Get("limit"), q.Get("order"), q.Get("after"), q.Get("before"))
}

// answer is what is said to a request.
type answer struct {
	status int
	body   any // nil for none
}

func found(body any) answer { return answer{http.StatusOK, body} }
func made(body any) answer  { return answer{http.StatusCreated, body} }

// empty is success without a body.
func empty(status int) answer { return answer{status, nil} }

// list is a page on the wire.
func list[T any](data []T, paging db.Paging) answer {
	return found(wire.List[T]{Data: data, Metadata: wire.ListMetadata{Before: cursor(paging.Before), After: cursor(paging.After)}})
}

// cursor is one on the wire; null where there is none.
func cursor(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// each turns rows into what the wire shows of them.
func each[R, W any](rows []R, show func(R) W) []W {
	out := make([]W, 0, len(rows))
	for _, row := range rows {
		out = append(out, show(row))
	}
	return out
}

// say answers what has been committed already.
func (c *call) say(a answer) error {
	out, err := a.encode()
	if err != nil {
		return err
	}
	return c.send(out)
}

// encode is the answer as it is sent, and kept for repeats.
func (a answer) encode() (apikeys.Answer, error) {
	out := apikeys.Answer{Status: a.status}
	if a.body == nil {
		return out, nil
	}
	var err error
	out.Body, err = wire.Encode(a.body)
	return out, err
}

func (c *call) send(a apikeys.Answer) error {
	if len(a.Body) == 0 {
		return c.NoContent(a.Status)
	}
	return c.Blob(a.Status, "application/json; charset=utf-8", a.Body)
}

// read answers from a read-only transaction.
func (c *call) read(fn func(reach) (answer, error)) error { return c.readBy(c.reading, fn) }

// readLate answers with what may be some seconds old.
func (c *call) readLate(fn func(reach) (answer, error)) error { return c.readBy(c.readingLate, fn) }

func (c *call) readBy(reading func(func(reach) error) error, fn func(reach) (answer, error)) error {
	var a answer
	err := reading(func(tx reach) (err error) {
		a, err = fn(tx)
		return err
	})
	if err != nil {
		return err
	}
	out, err := a.encode()
	if err != nil {
		return err
	}
	return c.send(out)
}
