package api

import (
	"slices"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
)

// route is one endpoint: how it is reached, what it says of itself, and what
// an organization's key meets there.
type route struct {
	Method, Path string // the path as echo writes it
	Tag          string
	Summary      string
	Query        []param  // beyond a list's own
	Body         any      // zero value of what is read; nil for none
	Needs        []string // members of Body that must be there, beyond those that are tagged so
	Status       int
	Answer       any // zero value of what is said; nil for no body
	Paged        bool
	Deployment   bool // for keys of the deployment alone, whatever is named
	Often        bool // what applications call for each thing that happens: counted apart, to a rate of its own
	Foreign      foreign
	run          func(*call) error
}

// param is a parameter of the query.
type param struct {
	Name, About string
	List        bool // several values: joined with commas, repeated, or name[]
	Required    bool
}

// pageParams are those of every list that is paged.
var pageParams = []param{
	{Name: "limit", About: "How many, from 1 to 100. 10 if absent."},
	{Name: "order", About: "desc (newest first, the default), asc or normal."},
	{Name: "after", About: "Id of the last object of the page before."},
	{Name: "before", About: "Id of the first object of the page after."},
}

// routes is all that the management API has.
func (h *Handler) routes() []route {
	return slices.Concat(
		h.userRoutes(), h.sessionRoutes(), h.membershipRoutes(), h.organizationRoutes(), h.domainRoutes(),
		h.roleRoutes(), h.apiKeyRoutes(), h.redirectRoutes(), h.signingKeyRoutes(), h.auditRoutes(), h.auditChainRoutes(), h.auditIngestRoutes(), h.auditExportRoutes(), h.auditSchemaRoutes(), h.auditRetentionRoutes(), h.auditStreamRoutes(),
		h.invitationRoutes(), h.magicAuthRoutes(), h.emailVerificationRoutes(), h.emailChangeRoutes(), h.passwordResetRoutes(), h.factorRoutes(),
		h.policyRoutes(), h.settingsRoutes(), h.identityRoutes(), h.portalRoutes(), h.ssoLogoutRoutes(),
		h.connectionRoutes(), h.connectionTrustRoutes(), h.attemptRoutes(),
		h.directoryRoutes(), h.directoryTokenRoutes(), h.directoryActivityRoutes(), h.directorySafeguardRoutes(), h.directoryUserRoutes(), h.directoryGroupRoutes(),
		h.memberKeyRoutes(), h.logStreamRoutes(), h.signalRoutes(),
		h.jobRoutes(),
		h.eventRoutes(), h.webhookRoutes(), h.webhookDeliveryRoutes(),
	)
}

// serve is what every endpoint has around it.
func (h *Handler) serve(r route) echo.HandlerFunc {
	return func(ec echo.Context) error {
		ec.Response().Header().Set("Cache-Control", "no-store")
		c, err := h.authenticate(ec)
		if err != nil {
			return err
		}
		h.Uses.Note(c.key)
		if err := h.count(c, r); err != nil {
			return err
		}
		if r.Deployment && c.organization() != "" {
			return errDeploymentKey
		}
		if c.body, err = browser.Body(ec.Request()); err != nil {
			return err
		}
		if c.query, err = browser.Query(ec.Request(), r.lists()...); err != nil {
			return err
		}
		return r.run(c)
	}
}

// lists are the parameters that may be repeated.
func (r route) lists() []string {
	var names []string
	for _, p := range r.Query {
		if p.List {
			names = append(names, p.Name)
		}
	}
	return names
}
