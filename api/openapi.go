package api

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/wire"
)

// openapi serves the description that the table of routes gives of itself.
func (h *Handler) openapi(c echo.Context) error {
	body, err := wire.Encode(h.description())
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.Blob(http.StatusOK, "application/json; charset=utf-8", body)
}

// description is the document (OpenAPI 3.1.1 §4.8.1).
func (h *Handler) description() object {
	known := schemas{"Error": errorSchema()}
	paths := object{}
	for _, r := range h.routes() {
		path := template(r.Path)
		at, ok := paths[path].(object)
		if !ok {
			at = object{}
			paths[path] = at
		}
		at[strings.ToLower(r.Method)] = known.operation(r)
	}
	server := h.Base
	if server == "" {
		server = "/"
	}
	return object{
		"openapi": "3.1.1",
		"info": object{"title": "Gatehouse management API", "version": "1", "description": "Errors hold message and code, validation errors a list too. " +
			"A POST with an Idempotency-Key has its effect once within 24 hours."},
		"servers":  []any{object{"url": server}},
		"security": []any{object{"key": []any{}}},
		"paths":    paths,
		"components": object{
			"schemas":         known,
			"securitySchemes": object{"key": object{"type": "http", "scheme": "bearer", "description": "An API key, sk_…"}},
		},
	}
}

// template writes a path as OpenAPI does.
func template(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

func (s schemas) operation(r route) object {
	op := object{"tags": []any{r.Tag}, "summary": r.Summary, "operationId": operationID(r), "responses": s.responses(r)}
	var parameters []any
	for _, p := range strings.Split(r.Path, "/") {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parameters = append(parameters, object{"name": name, "in": "path", "required": true, "schema": object{"type": "string"}})
		}
	}
	for _, p := range r.query() {
		parameters = append(parameters, p.describe())
	}
	if r.Method == http.MethodPost {
		parameters = append(parameters, object{"name": "Idempotency-Key", "in": "header", "schema": object{"type": "string", "maxLength": 255},
			"description": "The same key with the same request gets the first answer, for 24 hours."})
	}
	if len(parameters) > 0 {
		op["parameters"] = parameters
	}
	if r.Body != nil {
		schema := s.of(reflect.TypeOf(r.Body), true)
		if len(r.Needs) > 0 {
			schema = object{"allOf": []any{schema, object{"required": r.Needs}}}
		}
		op["requestBody"] = object{"required": true, "content": content(schema)}
	}
	if r.Deployment {
		op["description"] = "Takes a key of the deployment."
	}
	return op
}

func (r route) query() []param {
	if r.Paged {
		return append(append([]param{}, r.Query...), pageParams...)
	}
	return r.Query
}

func (p param) describe() object {
	schema := object{"type": "string"}
	if p.Name == "limit" {
		schema = object{"type": "integer", "minimum": 1, "maximum": 100, "default": 10}
	}
	d := object{"name": p.Name, "in": "query", "description": p.About, "schema": schema}
	if p.List {
		d["schema"] = object{"type": "array", "items": schema}
		d["explode"] = false
	}
	return d
}

func (s schemas) responses(r route) object {
	success := object{"description": "Success."}
	if r.Answer != nil {
		schema := s.of(reflect.TypeOf(r.Answer), false)
		if r.Paged {
			schema = pageOf(schema)
		}
		success["content"] = content(schema)
	}
	failure := object{"description": "What is wrong, and how to mend it.", "content": content(object{"$ref": "#/components/schemas/Error"})}
	return object{fmt.Sprint(r.Status): success, "default": failure}
}

func content(schema object) object {
	return object{"application/json": object{"schema": schema}}
}

func pageOf(item object) object {
	cursor := func() object { return object{"type": []any{"string", "null"}} }
	return object{"type": "object", "required": []any{"object", "data", "list_metadata"}, "properties": object{
		"object": object{"const": "list"}, "data": object{"type": "array", "items": item},
		"list_metadata": object{"type": "object", "required": []any{"before", "after"}, "properties": object{"before": cursor(), "after": cursor()}},
	}}
}

func errorSchema() object {
	text := func() object { return object{"type": "string"} }
	return object{"type": "object", "required": []any{"message"}, "properties": object{
		"message": text(), "code": text(),
		"errors": object{"type": "array", "items": object{"type": "object", "required": []any{"code", "message"},
			"properties": object{"code": text(), "message": text(), "field": text()}}},
	}}
}

// operationID is the method and the path's words: getOrganizationsId.
func operationID(r route) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(r.Method))
	up := true
	for _, c := range r.Path {
		if !unicode.IsLetter(c) {
			up = true
			continue
		}
		if up {
			c = unicode.ToUpper(c)
		}
		b.WriteRune(c)
		up = false
	}
	return b.String()
}
