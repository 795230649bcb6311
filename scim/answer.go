package scim

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/wire"
	"gatehouse/scim/schema"
)

// MediaType is that of every answer with a body (RFC 7644 §8.1).
const MediaType = "application/scim+json"

// answer is what a change of a resource is answered with.
type answer struct {
	status   int
	body     map[string]any // nil: none, or text
	text     []byte         // the body, where it is text already
	location string
	version  int64 // 0: it has none any more
}

// send writes an answer.
func (c *call) send(a *answer) error {
	h := c.Response().Header()
	if a.version > 0 {
		h.Set("ETag", etag(a.version))
	}
	located(h, a.location)
	noStore(h)
	switch {
	case a.text != nil:
		return c.Blob(a.status, MediaType, a.text)
	case a.body == nil:
		return c.NoContent(a.status)
	}
	return c.json(a.status, a.body)
}

// located says where a resource is, as RFC 7643 §3.1 (Content-Location) and the
// examples of RFC 7644 §3.4.1 (Location) do.
func located(h http.Header, at string) {
	if at != "" {
		h.Set(echo.HeaderLocation, at)
		h.Set("Content-Location", at)
	}
}

// json writes a document as SCIM's media type (RFC 7644 §8.1).
func (c *call) json(status int, document any) error {
	text, err := wire.Encode(document)
	if err != nil {
		return err
	}
	noStore(c.Response().Header())
	return c.Blob(status, MediaType, text)
}

func noStore(h http.Header) { h.Set("Cache-Control", "no-store") }

// etag is a resource's version (RFC 7644 §3.14): weak, because the same version
// may be answered in part.
func etag(version int64) string { return `W/"` + strconv.FormatInt(version, 10) + `"` }

// tagged reports whether a list of entity tags names the version; * names any.
func tagged(list string, version int64) bool {
	want := etag(version)[2:]
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == want {
			return true
		}
	}
	return false
}

// unchanged reports whether whoever reads has this version already.
func (c *call) unchanged(version int64) bool {
	list := c.Request().Header.Get("If-None-Match")
	return list != "" && tagged(list, version)
}

// conditions are under which a change is wanted.
type conditions struct{ match, noneMatch string }

func conditionsOf(h http.Header) conditions {
	return conditions{h.Get("If-Match"), h.Get("If-None-Match")}
}

// check holds the version that is there, and is held, against the conditions.
func (w conditions) check(version int64) error {
	if w.match != "" && !tagged(w.match, version) || w.noneMatch != "" && tagged(w.noneMatch, version) {
		return schema.ErrVersion
	}
	return nil
}
