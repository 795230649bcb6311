package audit

import (
	"time"

	"gatehouse/internal/id"
)

// The self-serve portal: who was let in, by whom, to what.

// PortalLink is a link as the log shows it: never its token.
type PortalLink struct {
	ID           id.PortalLink   `json:"id"`
	Organization id.Organization `json:"organization_id"`
	Scopes       []string        `json:"scopes"`
	Connection   *id.Connection  `json:"connection_id"`
	MadeBy       string          `json:"made_by"`
	MailedTo     *string         `json:"mailed_to"`
	Expires      time.Time       `json:"expires_at"`
}

// PortalSession is a visit as the log shows it.
type PortalSession struct {
	ID           id.PortalSession `json:"id"`
	Organization id.Organization  `json:"organization_id"`
	Name         string           `json:"name"`
	Link         *id.PortalLink   `json:"portal_link_id"`
	User         *id.User         `json:"user_id"`
	Scopes       []string         `json:"scopes"`
	Connection   *id.Connection   `json:"connection_id"`
	Expires      time.Time        `json:"expires_at"`
}

type (
	// PortalLinkCreated is portal_link.created: somebody may open the portal once.
	PortalLinkCreated struct{ Link PortalLink }
	// PortalLinkRequested is portal_link.requested: somebody found a link over and asked for another.
	PortalLinkRequested struct{ Link PortalLink }
	// PortalSessionStarted is portal_session.started: somebody is in the portal.
	PortalSessionStarted struct{ Session PortalSession }
	// PortalSessionExtended is portal_session.extended: a visit was made longer.
	PortalSessionExtended struct{ Session PortalSession }
	// PortalSessionEnded is portal_session.ended: somebody left.
	PortalSessionEnded struct{ Session PortalSession }
)

func (PortalLinkCreated) Type() string     { return "portal_link.created" }
func (PortalLinkRequested) Type() string   { return "portal_link.requested" }
func (PortalSessionStarted) Type() string  { return "portal_session.started" }
func (PortalSessionExtended) Type() string { return "portal_session.extended" }
func (PortalSessionEnded) Type() string    { return "portal_session.ended" }

func (l PortalLink) targets() []Target    { return []Target{{"portal_link", string(l.ID), l.MadeBy}} }
func (s PortalSession) targets() []Target { return []Target{{"portal_session", string(s.ID), s.Name}} }

func (e PortalLinkCreated) Targets() []Target     { return e.Link.targets() }
func (e PortalLinkRequested) Targets() []Target   { return e.Link.targets() }
func (e PortalSessionStarted) Targets() []Target  { return e.Session.targets() }
func (e PortalSessionExtended) Targets() []Target { return e.Session.targets() }
func (e PortalSessionEnded) Targets() []Target    { return e.Session.targets() }

func (e PortalLinkCreated) Data() any     { return e.Link }
func (e PortalLinkRequested) Data() any   { return e.Link }
func (e PortalSessionStarted) Data() any  { return e.Session }
func (e PortalSessionExtended) Data() any { return e.Session }
func (e PortalSessionEnded) Data() any    { return e.Session }
