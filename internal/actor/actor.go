// Package actor says who is doing something: a person, an API key, the
// deployment itself, and from where. Every transaction carries one Actor, and
// the audit log copies it into each entry.
package actor

import "gatehouse/internal/id"

// Kind is what sort of actor it is.
type Kind string

// The kinds of actor.
const (
	KindUser      Kind = "user"         // a person at the hosted pages or the account page
	KindOperator  Kind = "operator"     // a person at the dashboard
	KindPortal    Kind = "admin_portal" // somebody in an organization's portal: by a link, or as its owner or admin
	KindAPIKey    Kind = "api_key"      // a caller of the management API
	KindClient    Kind = "client"       // an application at a token endpoint
	KindDirectory Kind = "directory"    // an identity provider's SCIM client
	KindSystem    Kind = "system"       // Gatehouse itself: jobs, start-up
	KindAnonymous Kind = "anonymous"    // nobody is signed in yet
)

// Actor is who acts, and the request that they act by. It is copied into the
// audit log, so it holds nothing secret.
type Actor struct {
	Kind      Kind
	ID        string // the user's, key's, client's id; empty for system and anonymous
	Name      string // what a reader of the log would call them, e.g. an email address or a key's name
	IP        string // textual address of the person or caller
	UserAgent string
	RequestID string // req_…; one for each HTTP request
	Reference string // GH-XXXX-XXXX of the sign-in attempt or error, if any
}

// System is Gatehouse acting by itself; what names the job or command.
func System(what string) Actor { return Actor{Kind: KindSystem, Name: what} }

// As is a copy of a that acts as the person u.
func (a Actor) As(u id.User, name string) Actor {
	a.Kind, a.ID, a.Name = KindUser, string(u), name
	return a
}

// Referring is a copy of a whose entries carry the reference ref.
func (a Actor) Referring(ref string) Actor {
	a.Reference = ref
	return a
}
