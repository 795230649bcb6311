package scim

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/scim/provision"
)

// Prefix is what the addresses of all directories begin with.
const Prefix = "/scim/v2/"

// Handler serves the SCIM endpoints of every directory. The address names the
// directory; the bearer token proves it.
type Handler struct {
	DB        *db.DB
	Base      string // the public origin
	Name      string // of the deployment, as people know it
	Provision *provision.Service
	Recorder  *Recorder
	Limits    *limit.Limiter
	Log       *slog.Logger

	turns turns
	pasts pasts
}

// Serves reports whether a path is one of SCIM's: what is answered there has
// SCIM's shape, and SCIM's own bounds hold.
func Serves(path string) bool { return strings.HasPrefix(path, Prefix) || path+"/" == Prefix }

// endpoint is one thing that a directory can be asked, below its address.
type endpoint struct {
	method string
	path   string
	does   string // as it is recorded, until more is known
	of     string // type of resource
	serve  func(*call) error
	ahead  func(*call) *ahead // what may be read with the token; nil: nothing
}

func (h *Handler) endpoints() []endpoint {
	return []endpoint{
		{http.MethodGet, "/Users", "users.listed", "User", listUsers, aheadByName},
		{http.MethodPost, "/Users", "user.created", "User", postUser, aheadByAddress},
		{http.MethodPost, "/Users/.search", "users.listed", "User", searchUsers, nil},
		{http.MethodGet, "/Users/:id", "user.read", "User", getUser, aheadByID},
		{http.MethodPut, "/Users/:id", "user.updated", "User", putUser, aheadByID},
		{http.MethodPatch, "/Users/:id", "user.updated", "User", patchUser, aheadByID},
		{http.MethodDelete, "/Users/:id", "user.deleted", "User", deleteUser, nil},
		{http.MethodGet, "/Groups", "groups.listed", "Group", listGroups, nil},
		{http.MethodPost, "/Groups", "group.created", "Group", postGroup, nil},
		{http.MethodPost, "/Groups/.search", "groups.listed", "Group", searchGroups, nil},
		{http.MethodGet, "/Groups/:id", "group.read", "Group", getGroup, nil},
		{http.MethodPut, "/Groups/:id", "group.updated", "Group", putGroup, nil},
		{http.MethodPatch, "/Groups/:id", "group.updated", "Group", patchGroup, nil},
		{http.MethodDelete, "/Groups/:id", "group.deleted", "Group", deleteGroup, nil},
		{http.MethodPost, "/Bulk", "bulk.operations", "", bulk, nil},
		{http.MethodGet, "/ServiceProviderConfig", "discovery.read", "", serviceProviderConfig, nil},
		{http.MethodGet, "/ResourceTypes", "discovery.read", "", resourceTypes, nil},
		{http.MethodGet, "/ResourceTypes/:name", "discovery.read", "", resourceType, nil},
		{http.MethodGet, "/Schemas", "discovery.read", "", schemas, nil},
		{http.MethodGet, "/Schemas/:name", "discovery.read", "", oneSchema, nil},
	}
}

// Mount adds the routes, and one that stands behind all of them: whoever has no
// valid token is told so, and nothing else, wherever they knock.
func (h *Handler) Mount(e *echo.Echo) {
	e.Pre(trimSlash)
	for _, at := range h.endpoints() {
		e.Add(at.method, Prefix+":directory"+at.path, h.handle(at))
	}
	for _, path := range []string{Prefix + ":directory/*", Prefix + "*", strings.TrimSuffix(Prefix, "/")} {
		e.RouteNotFound(path, h.handle(endpoint{does: "unknown", serve: elsewhere}))
	}
}

// trimSlash makes /Users/ the same as /Users, before the router looks.
func trimSlash(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if u := c.Request().URL; strings.HasPrefix(u.Path, Prefix) && strings.HasSuffix(u.Path, "/") && u.Path != Prefix {
			u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), strings.TrimSuffix(u.RawPath, "/")
		}
		return next(c)
	}
}

// errMe is said at /Me (RFC 7644 §3.11): a provider is nobody of the directory's.
var errMe = problem.New(problem.NotImplemented, "me_not_implemented", "A token stands for a directory, which is no user. There is no /Me here.")

// elsewhere is whatever no route is for: an unknown path, or another method.
func elsewhere(c *call) error {
	below, _, _ := strings.Cut(c.asked.path, "?")
	if below == "/Me" {
		return errMe
	}
	var allow []string
	for _, at := range c.h.endpoints() {
		if fits(at.path, below) {
			allow = append(allow, at.method)
		}
	}
	if allow == nil {
		return errNothing
	}
	methods := strings.Join(allow, ", ")
	c.Response().Header().Set(echo.HeaderAllow, methods)
	return problem.ErrNotAllowed.WithMessage("That method is not allowed here. Allowed are: " + methods + ".")
}

// fits reports whether a path is one of a route's.
func fits(route, path string) bool {
	want, got := strings.Split(route, "/"), strings.Split(path, "/")
	for i := range want {
		if len(got) != len(want) || want[i] != got[i] && (!strings.HasPrefix(want[i], ":") || got[i] == ".search") {
			return false
		}
	}
	return true
}
