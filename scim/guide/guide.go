package guide

import (
	"strings"

	"gatehouse/sso/guide"
)

// Guide is how one provider is told to push.
type Guide struct {
	Key      string     // in forms and URLs: okta
	Type     string     // the wire's type of directory; providers may share one
	Provider string     // within a sentence: "Okta", "your provider"
	Name     string     // in a list: "Okta", "Another provider"
	Role     guide.Text // what is needed there, after "You need"
	Minutes  int
	Title    string // "Set up provisioning in Okta"
	Lede     guide.Text
	Done     string // the button: "I've set it up"
	Steps    []guide.Step
	Right    guide.Text // what the provider shows when it is right
	First    guide.Text // when the first people come, and how to hurry that
	Leaving  guide.Text // what it sends for who leaves
	Places   map[Subject]guide.Place
	Vague    bool // its menus could not be checked in the provider's documentation
}

// The values that a provider is told.
const (
	Endpoint guide.Value = "scim_endpoint"
	Token    guide.Value = "scim_token" // shown once, in the step before the guide
)

// Subject is what may have to be changed at the provider.
type Subject string

// The subjects.
const (
	Credentials Subject = "credentials" // address and token
	Mapping     Subject = "mapping"     // which of its fields become which of ours
	Assignment  Subject = "assignment"  // who is pushed
	Groups      Subject = "groups"      // which groups are
	Again       Subject = "again"       // how what was refused is sent once more
)

// Words are those of the guide's texts.
func (g Guide) Words(app string) guide.Words { return guide.Words{App: app, Provider: g.Provider} }

// At is where a thing is changed, or the place where any provider has it.
func (g Guide) At(s Subject) guide.Place {
	if p, ok := g.Places[s]; ok {
		return p
	}
	return anyProvider.Places[s]
}

// subjects of refusals, by their codes (RFC 7644 table 9, and ours).
var subjects = map[string]Subject{
	"invalidValue": Mapping, "invalidSyntax": Mapping, "invalidPath": Mapping, "mutability": Mapping, "noTarget": Mapping,
	"uniqueness": Mapping, "invalidFilter": Mapping, "invalid_token": Credentials, "token_expired": Credentials, "token_revoked": Credentials,
}

// Mend is where a refusal with this code is mended at the provider.
func (g Guide) Mend(code string) (guide.Place, bool) {
	s, ok := subjects[code]
	if !ok {
		return guide.Place{}, false
	}
	return g.At(s), true
}

// all are the guides, in the order in which they are offered.
var all = []Guide{okta, entra, google, oneLogin, jumpCloud, pingOne, pingFederate, cyberArk, rippling, sailPoint, anyProvider}

// All are the guides, in the order in which they are offered.
func All() []Guide { return all }

// ByKey is the guide of a form or URL.
func ByKey(key string) (Guide, bool) {
	for _, g := range all {
		if g.Key == key {
			return g, true
		}
	}
	return Guide{}, false
}

// For is the guide of a directory. Where providers share a type, its name says
// whose it is; where there is no guide of its own, it is that of any provider.
func For(directoryType, name string) Guide {
	found := anyProvider
	for _, g := range Of(directoryType) {
		if strings.EqualFold(name, g.Name) {
			return g
		}
		if found.Type != directoryType {
			found = g
		}
	}
	found.Type = directoryType
	return found
}

// Of are the guides of a type.
func Of(directoryType string) []Guide {
	var list []Guide
	for _, g := range all {
		if g.Type == directoryType {
			list = append(list, g)
		}
	}
	return list
}
