package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/web/ui"
)

// docs is the reference as a page: the same table of routes.
func (h *Handler) docs(c echo.Context) error {
	browser.PageHeaders(c.Response().Header())
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(http.StatusOK)
	return docsPage(h.chapters(), h.Base).Render(c.Request().Context(), c.Response())
}

// chapter is the endpoints of one resource.
type chapter struct {
	Title  string
	Anchor string
	Routes []entry
}

// entry is an endpoint as the page shows it.
type entry struct {
	Method, Path, Summary string
	Body                  []string // members that are read
	Query                 []param
	Paged, Deployment     bool
	Status                int
}

func (h *Handler) chapters() []chapter {
	var out []chapter
	for _, r := range h.routes() {
		if len(out) == 0 || out[len(out)-1].Title != r.Tag {
			out = append(out, chapter{Title: r.Tag, Anchor: strings.ReplaceAll(strings.ToLower(r.Tag), " ", "-")})
		}
		last := &out[len(out)-1]
		last.Routes = append(last.Routes, entry{Method: r.Method, Path: template(r.Path), Summary: r.Summary, Body: bodyMembers(r),
			Query: r.Query, Paged: r.Paged, Deployment: r.Deployment, Status: r.Status})
	}
	return out
}

func bodyMembers(r route) []string {
	if r.Body == nil {
		return nil
	}
	t := reflect.TypeOf(r.Body)
	if t.Kind() == reflect.Slice { // a list of objects: the members of each
		t = t.Elem()
	}
	return memberNames(t, r.Needs)
}

// memberNames are a body's members; those that may be absent have a "?".
func memberNames(t reflect.Type, needs []string) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			names = append(names, memberNames(f.Type, needs)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Tag.Get("api") != "required" && !slices.Contains(needs, name) {
			name += "?"
		}
		names = append(names, name)
	}
	return names
}

// conventions hold at every endpoint.
func conventions() []ui.Def {
	page := make([]string, len(pageParams))
	for i, p := range pageParams {
		page[i] = p.Name + ": " + p.About
	}
	return []ui.Def{
		{Term: "Keys", Text: "A key of the deployment sees every organization. An organization's key sees that organization alone: every other id is 404."},
		{Term: "Pages", Text: strings.Join(page, " ")},
		{Term: "Lists in queries", Text: "a=1,2 or a=1&a=2 or a[]=1&a[]=2."},
		{Term: "null", Text: "Clears a member. A member that is not sent stays; one that nobody knows is ignored."},
		{Term: "Repeats", Text: "A POST with the header Idempotency-Key has its effect once; the same request within 24 hours gets the first answer."},
		{Term: "Errors", Text: "message and code, and errors with a field for each member that is wrong. 401 without a key, 403 where the key may not, 404, 409, 422, 429 with Retry-After."},
		{Term: "Requests", Text: "The header X-Request-ID of every answer finds the request in the log and in the audit log."},
	}
}
