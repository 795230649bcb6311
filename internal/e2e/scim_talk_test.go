package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
)

// talk is what a provider says to a directory and hears: requests as they are
// written, in which {name} stands for an id that was remembered under it.
type talk struct {
	*pushed
	server *Server
	agent  string
	kept   map[string]string
	tokens map[string]Answer // of people who are signed in
}

// conversation runs fn on each database, with a directory of an organization that
// holds halden.example and has an owner of its own.
func conversation(t *testing.T, agent string, fn func(t *testing.T, k *talk)) {
	t.Helper()
	Run(t, func(t *testing.T, s *Server) {
		k := &talk{pushed: s.directory("Halden Marine", "halden.example"), server: s, agent: agent, kept: map[string]string{}, tokens: map[string]Answer{}}
		k.owner("owner@elsewhere.example")
		fn(t, k)
	})
}

// asks sends a request: its line, and its body below. The query is written as
// people read it.
func (k *talk) asks(status int, request string, headers ...string) said {
	k.T.Helper()
	request = k.filled(request)
	line, body, _ := strings.Cut(strings.TrimSpace(request), "\n")
	method, path, _ := strings.Cut(line, " ")
	var sent any
	if body != "" {
		sent = body
	}
	a := k.do(method, encoded(path), sent, append([]string{"User-Agent", k.agent}, headers...)...)
	if a.Status != status {
		k.T.Fatalf("%s\nanswered %d, want %d: %s", request, a.Status, status, a.Raw)
	}
	if got := a.Header.Get("Content-Type"); a.Raw != "" && got != "application/scim+json" {
		k.T.Errorf("%s\nanswered as %q", line, got)
	}
	if _, there := a.Body["password"]; there || strings.Contains(a.Raw, "1mz050nq") {
		k.T.Errorf("%s\nanswered with a password: %s", line, a.Raw)
	}
	return said{k, line, a}
}

// refuses is asks for what must be refused in SCIM's shape.
func (k *talk) refuses(status int, scimType, request string, headers ...string) said {
	k.T.Helper()
	r := k.asks(status, request, headers...)
	k.isRefusal(r.Answer, status, scimType)
	return r
}

func (k *talk) filled(text string) string {
	for name, value := range k.kept {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// encoded is a path with its query as clients send it.
func encoded(path string) string {
	path, query, ok := strings.Cut(path, "?")
	if !ok {
		return path
	}
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, name+"="+url.QueryEscape(value))
	}
	return path + "?" + strings.Join(pairs, "&")
}

// said is an answer.
type said struct {
	k    *talk
	line string
	Answer
}

// as remembers the id of what was answered.
func (s said) as(name string) said {
	s.k.T.Helper()
	id := s.Text("id")
	if id == "" {
		s.k.T.Fatalf("%s\nanswered without an id: %s", s.line, s.Raw)
	}
	s.k.kept[name] = id
	return s
}

// is holds the answer to what is written: all of that must be in it; its lists
// must be as long.
func (s said) is(want string) said {
	s.k.T.Helper()
	var wanted any
	if err := json.Unmarshal([]byte(s.k.filled(want)), &wanted); err != nil {
		s.k.T.Fatalf("%s: %v", want, err)
	}
	if at := lacks(any(s.Body), wanted, ""); at != "" {
		s.k.T.Errorf("%s\nanswered %s\nwant %s (%s)", s.line, s.Raw, s.k.filled(want), at)
	}
	return s
}

// lacks is where got does not hold what is wanted, or empty.
func lacks(got, wanted any, at string) string {
	switch wanted := wanted.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return at + " is no object"
		}
		for name, value := range wanted {
			if where := lacks(object[name], value, at+"/"+name); where != "" {
				return where
			}
		}
		return ""
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(wanted) {
			return fmt.Sprintf("%s has %d elements", at, len(list))
		}
		for i := range wanted {
			if where := lacks(list[i], wanted[i], fmt.Sprintf("%s/%d", at, i)); where != "" {
				return where
			}
		}
		return ""
	}
	if !reflect.DeepEqual(got, wanted) {
		return fmt.Sprintf("%s is %v", at, got)
	}
	return ""
}

// lacksAll holds the answer to not having any of the members.
func (s said) lacksAll(names ...string) said {
	s.k.T.Helper()
	for _, name := range names {
		if _, there := s.Body[name]; there {
			s.k.T.Errorf("%s\nanswered with %s: %s", s.line, name, s.Raw)
		}
	}
	return s
}

// account makes an account with a password, before any directory knows of it.
func (k *talk) hasAccount(emails ...string) {
	k.T.Helper()
	hash, err := password.New(password.Options{}).Hash(k.T.Context(), "", Password)
	if err != nil {
		k.T.Fatal(err)
	}
	for _, email := range emails {
		k.server.Tx(func(tx *db.Tx) error {
			_, err := users.Create(tx, users.New{Email: email, EmailVerified: true, PasswordHash: hash})
			return err
		})
	}
}

// signsIn signs somebody in at an application.
func (k *talk) signsIn(email string) {
	k.T.Helper()
	a := k.server.Tokens(map[string]any{"grant_type": "password", "email": email, "password": Password})
	if a.Status != http.StatusOK {
		k.T.Fatalf("%s signs in: %d %s", email, a.Status, a.Raw)
	}
	if a.Text("organization_id") != string(k.org) {
		k.T.Fatalf("%s is signed in to %q", email, a.Text("organization_id"))
	}
	k.tokens[email] = a
}

// isSignedIn reports whether somebody's session still renews.
func (k *talk) isSignedIn(email string) bool {
	k.T.Helper()
	a := k.server.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": k.tokens[email].Text("refresh_token")})
	if a.Status == http.StatusOK {
		k.tokens[email] = a
	}
	return a.Status == http.StatusOK
}

// belongs holds somebody to a membership in that state; empty: none.
func (k *talk) belongs(email string, status users.Status, role string) {
	k.T.Helper()
	got, gotRole := users.Status(""), ""
	if account := k.accountOf(email); account != "" {
		if m := k.membership(account); m != nil {
			got, gotRole = m.Status, m.RoleSlug
		}
	}
	if got != status || status == users.Active && gotRole != role {
		k.T.Errorf("%s is %q as %q, want %q as %q", email, got, gotRole, status, role)
	}
}

func (k *talk) isMember(email string) {
	k.T.Helper()
	k.belongs(email, users.Active, tenants.DefaultRole)
}

func (k *talk) isGone(email string) {
	k.T.Helper()
	k.belongs(email, users.Inactive, "")
}

func (k *talk) accountOf(email string) (account id.User) {
	k.T.Helper()
	k.server.Tx(func(tx *db.Tx) error {
		u, err := users.GetByEmail(tx, email)
		if err == nil {
			account = u.ID
		}
		return nil
	})
	return account
}

// has holds a group to its members, by the names that were remembered.
func (k *talk) has(group string, names ...string) {
	k.T.Helper()
	in := k.members(k.kept[group])
	for _, name := range names {
		if !in[k.kept[name]] {
			k.T.Errorf("%s is not in %s: %v", name, group, in)
		}
	}
	if len(in) != len(names) {
		k.T.Errorf("%s has %d members, want %v", group, len(in), names)
	}
}

const active = users.Active

// maps gives who is in a group a role, as an owner of the organization does.
func (k *talk) maps(group, role string) {
	k.T.Helper()
	k.in(func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, k.id)
		if err != nil {
			return err
		}
		return provision.SetRoleMappings(tx, d, []provision.Mapping{{Group: id.DirectoryGroup(k.kept[group]), Role: role}})
	})
}
