package portal

import (
	"net/http"
	"slices"

	"gatehouse/portal"
)

// The pages outside the sections.
const (
	pathHome   = "/portal"
	pathOpen   = "/portal/open"
	pathEnter  = "/portal/enter"
	pathLeave  = "/portal/leave"
	pathAsk    = "/portal/ask"
	pathExtend = "/portal/extend"
)

// paramConnection names a connection in an address. Whether the visit reaches
// it is asked before the handler: one that is limited to a connection sees that
// one alone, and none of the pages that name no connection.
const paramConnection = "connection"

// route is an address of the portal: the sections that it belongs to, of which
// the visit must have one, and what serves it.
type route struct {
	method, path string
	scopes       []portal.Scope // none: every visit has it
	serve        func(*Handler, *visit) error
}

func get(path string, serve func(*Handler, *visit) error, scopes ...portal.Scope) route {
	return route{http.MethodGet, path, scopes, serve}
}

func post(path string, serve func(*Handler, *visit) error, scopes ...portal.Scope) route {
	return route{http.MethodPost, path, scopes, serve}
}

// routes is every address within the portal, and the only place that says what
// a visit needs for it.
func routes() []route {
	return slices.Concat([]route{
		get(pathHome, (*Handler).home),
		post(pathExtend, (*Handler).extend),
	}, domainRoutes(), policyRoutes(), ssoRoutes(), directoryRoutes(), logRoutes(), streamRoutes())
}

// Route is an address of the portal for the test that walks them all.
type Route struct{ Method, Path string }

// Routes are the addresses within the portal.
func Routes() []Route {
	var all []Route
	for _, r := range routes() {
		all = append(all, Route{r.method, r.path})
	}
	return all
}
