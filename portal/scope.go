package portal

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"gatehouse/internal/problem"
)

// Scope is one section of the portal.
type Scope string

// The scopes. What is not among a session's is not shown at all.
const (
	SSO          Scope = "sso"
	Certificates Scope = "certificates" // of the connections, and nothing else of them
	Domains      Scope = "domains"
	Directory    Scope = "directory"
	AuditLog     Scope = "audit_log"
	LogStream    Scope = "log_stream"
	Policies     Scope = "policies" // by role alone: no link gives it
	Members      Scope = "members"
)

// LinkScopes are those that a link can give, in the order in which the portal
// has them. What an organization asks of its people is decided by its own
// owners and admins alone.
var LinkScopes = []Scope{SSO, Domains, Certificates, Directory, AuditLog, LogStream}

// RoleScopes are an owner's or admin's own.
var RoleScopes = append(slices.Clone(LinkScopes), Policies, Members)

// Intents are the wire's words for what a link is for.
var intents = map[string][]Scope{
	"sso": {SSO}, "dsync": {Directory}, "audit_logs": {AuditLog}, "log_streams": {LogStream},
	"domain_verification": {Domains}, "certificate_renewal": {Certificates},
}

// What makers of links are told.
var (
	ErrNoScope       = problem.New(problem.Invalid, "scope_required", "Choose at least one section.")
	ErrInvalidIntent = problem.New(problem.Invalid, "invalid_intent", "intent is one of sso, dsync, audit_logs, log_streams, domain_verification and certificate_renewal.")
	ErrInvalidURL    = problem.New(problem.Invalid, "invalid_url", "Write a whole address that begins with https://, without a name or password in it.")
)

// ScopesOf are what a link with that intent opens; without one, all that a
// link can.
func ScopesOf(intent string) ([]Scope, error) {
	if intent == "" {
		return slices.Clone(LinkScopes), nil
	}
	scopes, ok := intents[intent]
	if !ok {
		return nil, ErrInvalidIntent
	}
	return slices.Clone(scopes), nil
}

// known are the scopes that a link can have, each once, in order.
func known(scopes []Scope) []Scope {
	var out []Scope
	for _, s := range LinkScopes {
		if slices.Contains(scopes, s) {
			out = append(out, s)
		}
	}
	return out
}

func words(scopes []Scope) []string {
	out := make([]string, len(scopes))
	for i, s := range scopes {
		out[i] = string(s)
	}
	return out
}

// maxURL bounds an address that a link carries.
const maxURL = 2000

// ParseReturnURL is an address of the application that the portal links to. It
// is shown as a link and never redirected to: whoever is led there has chosen it.
func ParseReturnURL(text string) (string, error) {
	if len(text) > maxURL || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
		return "", ErrInvalidURL
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Hostname() == "" || u.Opaque != "" {
		return "", ErrInvalidURL
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) {
		return u.String(), nil
	}
	return "", ErrInvalidURL
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
