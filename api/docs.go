package api

import (
	"net/http"
	"reflect"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
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
	Deployment            bool
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
			Query: r.query(), Deployment: r.Deployment, Status: r.Status})
	}
	return out
}

func bodyMembers(r route) []string {
	if r.Body == nil {
		return nil
	}
	return memberNames(reflect.TypeOf(r.Body))
}

func memberNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			names = append(names, memberNames(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Tag.Get("api") != "required" {
			name += "?"
		}
		names = append(names, name)
	}
	return names
}
