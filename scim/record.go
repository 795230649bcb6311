package scim

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/scim/directory"
	"gatehouse/scim/guide"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
)

// asked is one thing that a provider asks, a request or an operation of a Bulk,
// with what is known of it so far. All of it is recorded.
type asked struct {
	c        *call
	started  time.Time
	received time.Time // the same, by the database's clock
	method   string
	path     string // below the directory's address
	doc      map[string]any
	note
}

// note is what becomes of it.
type note struct {
	does    string // user.created …
	of      string // User, Group or empty
	id      string
	person  *id.DirectoryUser // the one whom a change of a group is about
	subject string            // as people know the person or group
	outcome string
	reason  string // a sentence
	written bool   // with what it changed
}

func (c *call) ask(method, path, does, of string) *asked {
	return &asked{c: c, started: time.Now(), received: c.h.DB.Clock(), method: method, path: path, note: note{does: does, of: of, outcome: directory.Read}}
}

// below is the request's address below the directory's own.
func (c *call) below() string {
	r := c.Request()
	path := strings.TrimPrefix(r.URL.EscapedPath(), Prefix)
	if _, rest, ok := strings.Cut(path, "/"); ok {
		path = rest
	} else {
		path = ""
	}
	if r.URL.RawQuery != "" {
		path += "?" + redactQuery(r.URL.RawQuery)
	}
	return "/" + path
}

// row is the request as it is kept.
func (a *asked) row(status int, code string) *directory.Request {
	t, who := a.c.token, a.c.who
	r := &directory.Request{ID: id.New[id.SCIMRequest](), DirectoryID: t.DirectoryID, TokenID: &t.ID, RequestID: who.RequestID, Method: a.method, Path: a.path,
		Operation: a.does, ResourceType: a.of, PersonID: a.person, Outcome: a.outcome, Status: int64(status), Reason: a.told(),
		TookUS: took(a.started), CreatedAt: a.c.h.DB.Clock()}
	r.OrganizationID = t.OrganizationID
	r.ResourceID, r.Subject, r.Code, r.IPAddress, r.UserAgent = some(a.id), some(a.subject), some(code), some(who.IP), some(who.UserAgent)
	if a.doc != nil {
		r.Body = some(redacted(a.doc))
	}
	return r
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// conclude hands over what is not recorded yet: what was read, what changed
// nothing, and what was refused.
func (a *asked) conclude(status int, err error) {
	r := a.c.h.Recorder
	if a.written {
		r.used(a.c.token, a.c.h.DB.Clock())
		return
	}
	code := ""
	if err != nil {
		status, code = a.refuse(err)
		if status == http.StatusTooManyRequests && code != provision.ErrHeld.Code {
			return // who is too fast is not helped by our writing more
		}
	}
	r.record(a.c.ctx(), a.c.token, a.row(status, code))
}

// refuse notes why nothing was done.
func (a *asked) refuse(err error) (status int, code string) {
	p := problem.Of(err)
	if errors.Is(err, a.c.ctx().Err()) && a.c.ctx().Err() != nil {
		p = problem.ErrUnavailable
	}
	a.outcome = directory.Refused
	if errors.Is(err, provision.ErrHeld) {
		a.outcome = directory.Held
		if a.does == "user.updated" { // what is held of a change is that somebody leaves
			a.does = "user.deactivated"
		}
	}
	a.reason = p.Message
	if p.Kind == problem.Internal {
		a.reason = "Something went wrong here, not at the provider, which sends it again. The server's log has more under the request's id."
	}
	if where := a.mend(p.Code); where != "" {
		a.reason += " " + where
	}
	return p.Status(), p.Code
}

// set are the refusals of what somebody set at the provider, and what that is.
var set = []string{"invalidValue", "invalidPath", "mutability", "noTarget", "uniqueness", "invalidFilter", "token_revoked", "token_expired", "directory_not_found"}

// mend is where a refusal is mended at the provider.
func (a *asked) mend(code string) string {
	if !slices.Contains(set, code) {
		return ""
	}
	subject := guide.Mapping
	switch {
	case strings.Contains(code, "_"): // ours: address and token
		subject = guide.Credentials
	case a.of == schema.Group.Name:
		subject = guide.Groups
	}
	g := guide.For(a.c.token.Directory.Type, a.c.token.Directory.Name)
	place, words := g.At(subject), g.Words(a.c.h.Name)
	where := words.Fill(place.Path.String())
	if where == "" {
		return ""
	}
	if place.Field != "" {
		where += ", " + words.Fill(place.Field)
	}
	return "In " + g.Provider + " that is set at: " + strings.TrimSuffix(where, ".") + "."
}
