package oauth

import (
	"strings"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/social"
)

const (
	maxScopes = 20
	maxHints  = 20
	maxHinted = 500 // bytes of one hint
)

// readProvider takes over a social provider that the application names, and
// what it wants passed on to it.
func (a *asked) readProvider(p browser.Params, t social.Type) error {
	a.provider = string(t)
	return a.readHints(p)
}

// readHints takes over what the application wants passed on to whoever signs
// the person in.
func (a *asked) readHints(p browser.Params) error {
	a.hints = social.Hints{Scopes: strings.Fields(strings.Join(p.List("provider_scopes"), " ")), DomainHint: p.Get("domain_hint"), LoginHint: a.loginHint, Query: p.Under("provider_query_params")}
	switch {
	case len(a.hints.Scopes) > maxScopes, len(a.hints.Query) > maxHints, len(a.hints.DomainHint) > maxHinted:
		return refuse("invalid_request", "There is too much to pass on to the provider.")
	}
	for _, s := range a.hints.Scopes {
		if len(s) > maxHinted || !printableASCII(s) {
			return refuse("invalid_request", "A provider scope is a word of printable characters.")
		}
	}
	for name, value := range a.hints.Query {
		if len(name) > maxHinted || len(value) > maxHinted {
			return refuse("invalid_request", "There is too much to pass on to the provider.")
		}
	}
	for _, prompt := range a.prompts {
		if prompt == "login" || prompt == "consent" || prompt == "select_account" {
			a.hints.Prompt = prompt
		}
	}
	return nil
}

// checkProvider refuses a provider that nobody has set up.
func (h *Handler) checkProvider(tx *db.Tx, a *asked) error {
	if a.provider == "" {
		return nil
	}
	p, err := social.Get(tx, h.Social, a.provider)
	switch {
	case problem.As(err) != nil, err == nil && !p.Enabled:
		return refuse("connection_invalid", "That provider is not set up here.")
	}
	return err
}
