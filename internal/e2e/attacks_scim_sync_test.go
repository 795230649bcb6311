package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/oauth"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
)

// The incidents of directories (attacks.md 4, D6 to D14), over HTTP.

// D6: a server that reads only the path of Entra's removal empties the group.
func TestARemovalTakesOutThoseItNames(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		one, two, three := p.user("one@halden.example"), p.user("two@halden.example"), p.user("three@halden.example")
		crew := p.group("Crew", one, two, three)
		p.want(http.StatusNoContent, "PATCH", "/Groups/"+crew, patch("Remove", "members", []any{map[string]any{"$ref": nil, "value": one}}))
		if in := p.members(crew); len(in) != 2 || in[one] {
			t.Errorf("Entra's list took out %v", in)
		}
		p.want(http.StatusNoContent, "PATCH", "/Groups/"+crew, patch("remove", `members[value eq "`+two+`"]`, nil))
		if in := p.members(crew); len(in) != 1 || !in[three] {
			t.Errorf("the filter left %v", in)
		}
		r := p.recorded(directory.RequestQuery{Person: id.DirectoryUser(two), Group: ""}, func(r directory.Request) bool { return r.Operation == "group.members_removed" })
		if !strings.Contains(r.Reason, "two@halden.example") || !strings.Contains(r.Reason, "Crew") {
			t.Errorf("the admin reads %q", r.Reason)
		}
		p.want(http.StatusNoContent, "PATCH", "/Groups/"+crew, patch("REMOVE", "members", nil))
		if in := p.members(crew); len(in) != 0 {
			t.Errorf("all removed, left: %v", in)
		}
	})
}

// D7: the string "False" is true in most languages, and the leaver stays.
func TestStringsAreNoTruths(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		p.owner("owner@elsewhere.example")
		ada := p.user("ada@halden.example")
		for _, off := range []any{patch("Replace", "active", "False"), patch("replace", "", map[string]any{"active": "false"}), patch("replace", "", map[string]any{"active": false}), patch("add", "urn:ietf:params:scim:schemas:core:2.0:User:active", "FALSE")} {
			p.want(http.StatusOK, "PATCH", "/Users/"+ada, patch("replace", "active", true))
			if a := p.want(http.StatusOK, "PATCH", "/Users/"+ada, off); a.Body["active"] != false {
				t.Errorf("%v: %s", off, a.Raw)
			}
		}
		for _, value := range []any{"banana", "0", 1, "no", []any{"x"}, map[string]any{"a": 1}} {
			p.refused(http.StatusBadRequest, "invalidValue", "PATCH", "/Users/"+ada, patch("replace", "active", value))
			p.refused(http.StatusBadRequest, "invalidValue", "POST", "/Users", person("other@halden.example", "active", value))
		}
		if a := p.want(http.StatusOK, "GET", "/Users/"+ada, nil); a.Body["active"] != false {
			t.Errorf("a refused value brought them back: %s", a.Raw)
		}
	})
}

// signedIn gives somebody with a proven address an account with a password and
// makes them a member; the directory adopts them.
func (p *pushed) signedIn(s *Server, email string, client id.Client, secret string) (person string, account id.User, tokens Answer) {
	p.T.Helper()
	hash, err := password.New(password.Options{}).Hash(p.T.Context(), "", Password)
	if err != nil {
		p.T.Fatal(err)
	}
	p.in(func(tx *db.OrgTx) error {
		u, err := users.Create(tx.Tx, users.New{Email: email, EmailVerified: true, PasswordHash: hash})
		if err == nil {
			account = u.ID
			_, err = users.AddMember(tx, u.ID, "")
		}
		return err
	})
	person = p.user(email)
	if got := p.account(person); got == nil || *got != account {
		p.T.Fatalf("the directory did not adopt %s: %v", email, got)
	}
	at := s.Browser().Get(s.URL+"/oauth2/authorize?"+url.Values{"client_id": {string(client)}, "redirect_uri": {appCallback}, "response_type": {"code"}, "scope": {"openid offline_access"},
		"code_challenge": {challenge()}, "code_challenge_method": {"S256"}}.Encode()).Submit("email", email).Submit("password", Password)
	tokens = standard(s, url.Values{"grant_type": {"authorization_code"}, "client_id": {string(client)}, "client_secret": {secret}, "code": {at.URL.Query().Get("code")},
		"redirect_uri": {appCallback}, "code_verifier": {verifier}})
	if tokens.Status != http.StatusOK {
		p.T.Fatalf("at %s: %d %s", at.URL, tokens.Status, tokens.Raw)
	}
	return person, account, tokens
}

const appCallback = "https://app.example/callback"

// D8: whoever was deactivated keeps nothing: no access, no refresh, no key; and
// what comes back is the membership, not the sessions.
func TestWhoIsDeactivatedKeepsNothing(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		p.owner("owner@elsewhere.example")
		client, secret := application(s, oauth.NewClient{Name: "API", RedirectURIs: []string{appCallback}})
		ada, account, tokens := p.signedIn(s, "ada@halden.example", client, secret)
		introspected := func() bool {
			a := s.raw(http.MethodPost, "/oauth2/introspect", url.Values{"token": {tokens.Text("access_token")}, "client_id": {string(client)}, "client_secret": {secret}}.Encode(),
				"Content-Type", "application/x-www-form-urlencoded")
			if a.Status != http.StatusOK {
				t.Fatalf("%d %s", a.Status, a.Raw)
			}
			return a.Body["active"] == true
		}
		refresh := func() Answer {
			return standard(s, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.Text("refresh_token")}, "client_id": {string(client)}, "client_secret": {secret}})
		}
		var key string
		p.in(func(tx *db.OrgTx) (err error) {
			_, key, err = apikeys.CreateForMember(tx, account, apikeys.New{Name: "CI"})
			return err
		})
		valid := func() bool {
			return s.Call(http.MethodPost, "/api_keys/validations", APIKey, map[string]any{"value": key}).Body["api_key"] != nil
		}
		if !introspected() || !valid() {
			t.Fatalf("nothing lives to begin with: %v %s", introspected(), s.Call(http.MethodPost, "/api_keys/validations", APIKey, map[string]any{"value": key}).Raw)
		}
		before := s.events("dsync.user.updated", "session.revoked", "organization_membership.updated")
		p.want(http.StatusOK, "PATCH", "/Users/"+ada, patch("Replace", "active", "False"))
		if introspected() {
			t.Error("the access token counts")
		}
		if a := refresh(); a.Status != http.StatusBadRequest {
			t.Errorf("the refresh token: %d %s", a.Status, a.Raw)
		}
		if valid() {
			t.Error("the key counts")
		}
		if n := s.events("dsync.user.updated", "session.revoked", "organization_membership.updated") - before; n != 3 {
			t.Errorf("%d events", n)
		}
		if m := p.membership(account); m == nil || m.Status != users.Inactive {
			t.Errorf("the membership is %+v", m)
		}
		r := p.recorded(directory.RequestQuery{Person: id.DirectoryUser(ada)}, func(r directory.Request) bool { return r.Operation == "user.deactivated" })
		if r.Outcome != directory.Applied || !strings.Contains(r.Reason, "1 session and 1 API key ended") {
			t.Errorf("the admin reads %q", r.Reason)
		}
		// Again is nothing, and tells nobody.
		before = s.events("dsync.user.updated", "session.revoked", "organization_membership.updated")
		p.want(http.StatusOK, "PATCH", "/Users/"+ada, patch("Replace", "active", "False"))
		if n := s.events("dsync.user.updated", "session.revoked", "organization_membership.updated") - before; n != 0 {
			t.Errorf("%d events of a repetition", n)
		}
		p.want(http.StatusOK, "PATCH", "/Users/"+ada, patch("Replace", "active", "True"))
		if m := p.membership(account); m == nil || m.Status != users.Active || m.RoleSlug != tenants.DefaultRole {
			t.Errorf("back they are %+v", m)
		}
		if introspected() || valid() {
			t.Error("an old session or key came back")
		}
		if a := refresh(); a.Status == http.StatusOK {
			t.Errorf("an old refresh token came back: %s", a.Raw)
		}
	})
}

// D9: filters that are no filters. Each is refused at once and finds nothing.
func TestHostileFiltersAreRefusedAtOnce(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		for i := range 5 {
			p.user(fmt.Sprintf("p%d@halden.example", i))
		}
		for name, filter := range map[string]string{
			"injection":          `userName eq "a" or 1=1`,
			"nested parentheses": strings.Repeat("(", 10_000) + `userName eq "a"` + strings.Repeat(")", 10_000),
			"a megabyte":         `userName eq "` + strings.Repeat("a", 1<<20-100) + `"`,
			"many clauses":       strings.TrimSuffix(strings.Repeat(`userName eq "a" or `, 500), " or "),
			"not not not":        strings.Repeat("not (", 200) + `userName pr` + strings.Repeat(")", 200),
			"unquoted":           `userName eq a`,
			"unknown attribute":  `passwordHash pr`,
			"the password":       `password eq "x"`,
			"an operator less":   `userName eq`,
			"gt of a boolean":    `active gt true`,
			"a comment":          `userName eq "a"; --`,
			"a half string":      `userName eq "a`,
			"a bad escape":       `userName eq "\x41"`,
			"brackets":           `emails[`,
			"nested brackets":    `emails[value[type eq "x"] eq "y"]`,
		} {
			started := time.Now()
			a := p.do("POST", "/Users/.search", map[string]any{"filter": filter})
			if a.Status != http.StatusBadRequest || a.Text("scimType") != "invalidFilter" {
				t.Errorf("%s: %d %.200s", name, a.Status, a.Raw)
			}
			if took := time.Since(started); took > 500*time.Millisecond {
				t.Errorf("%s took %s", name, took)
			}
		}
		for name, filter := range map[string]string{
			"a quote in a value":   `userName eq "a\" or \"1\"=\"1"`,
			"SQL in a value":       `userName eq "' OR 1=1; DROP TABLE directory_users; --"`,
			"patterns":             `userName co "%"`,
			"one place":            `userName co "____"`,
			"a regular expression": `userName co "(a+)+$"`,
			"a backslash":          `userName sw "\\"`,
		} {
			if a := p.want(http.StatusOK, "POST", "/Users/.search", map[string]any{"filter": filter}); a.Body["totalResults"] != 0.0 {
				t.Errorf("%s: %s", name, a.Raw)
			}
		}
	})
}

// D10: an admin's slip at the provider must not empty the organization.
func TestAMassDeletionIsHeld(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		p.owner("owner@elsewhere.example")
		var people []string
		for i := range 40 {
			people = append(people, p.user(fmt.Sprintf("p%d@halden.example", i)))
		}
		left, held := 0, Answer{}
		for i, one := range people {
			a := p.do("PATCH", "/Users/"+one, patch("Replace", "active", "False"))
			if i%2 == 0 {
				a = p.do("DELETE", "/Users/"+one, nil)
			}
			switch a.Status {
			case http.StatusOK, http.StatusNoContent, http.StatusNotFound:
				left++
			case http.StatusTooManyRequests:
				held = a
			default:
				t.Fatalf("%d %s", a.Status, a.Raw)
			}
		}
		if left != 8 { // a fifth
			t.Errorf("%d left", left)
		}
		p.isRefusal(held, http.StatusTooManyRequests, "")
		if held.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		if n := s.events("directory.held"); n != 1 {
			t.Errorf("%d entries", n)
		}
		if n := s.mailsTo("owner@elsewhere.example"); n == 0 {
			t.Error("the owner is not told")
		}
		p.recorded(directory.RequestQuery{Outcomes: []string{directory.Held}}, func(r directory.Request) bool { return r.Code != nil && *r.Code == "directory_held" })
		// Nobody else's work stops.
		p.user("newcomer@halden.example")
		p.want(http.StatusOK, "PATCH", "/Users/"+people[39], patch("replace", "title", "Bosun"))
	})
}

// D12: the last owner's own directory locks the organization out.
func TestTheLastOwnerStays(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		owner := p.owner("ceo@halden.example")
		ceo := p.user("ceo@halden.example")
		if a := p.want(http.StatusOK, "PATCH", "/Users/"+ceo, patch("replace", "active", false)); a.Body["active"] != false {
			t.Errorf("%s", a.Raw)
		}
		if m := p.membership(owner); m == nil || m.Status != users.Active || m.RoleSlug != tenants.OwnerRole {
			t.Errorf("the last owner is %+v", m)
		}
		r := p.recorded(directory.RequestQuery{Person: id.DirectoryUser(ceo)}, func(r directory.Request) bool { return r.Operation == "user.deactivated" })
		if !strings.Contains(r.Reason, "last owner") {
			t.Errorf("the admin reads %q", r.Reason)
		}
		p.want(http.StatusNoContent, "DELETE", "/Users/"+ceo, nil)
		if m := p.membership(owner); m == nil || m.Status != users.Active {
			t.Errorf("after the deletion the last owner is %+v", m)
		}
	})
}

// D13: two writers, one stale; and fifty at once of whom none may be lost.
func TestNoWriteIsLost(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		ada := p.user("ada@halden.example")
		version := p.want(http.StatusOK, "GET", "/Users/"+ada, nil).Header.Get("ETag")
		statuses := inParallel(2, func(i int) int {
			a, err := p.try("PATCH", p.at("/Users/"+ada), patch("replace", "title", fmt.Sprintf("Title %d", i)), "If-Match", version)
			if err != nil {
				return 0
			}
			return a.Status
		})
		if statuses[http.StatusOK] != 1 || statuses[http.StatusPreconditionFailed] != 1 {
			t.Errorf("two writers of one version: %v", statuses)
		}
		p.refused(http.StatusPreconditionFailed, "", "DELETE", "/Users/"+ada, nil, "If-Match", version)
		var people []string
		for i := range 50 {
			people = append(people, p.user(fmt.Sprintf("p%d@halden.example", i)))
		}
		crew := p.group("Crew")
		statuses = inParallel(50, func(i int) int {
			a, err := p.try("PATCH", p.at("/Groups/"+crew), patch("add", "members", refs(people[i])))
			if err != nil {
				return 0
			}
			return a.Status
		})
		if statuses[http.StatusNoContent] != 50 || len(p.members(crew)) != 50 {
			t.Errorf("%v, and %d members", statuses, len(p.members(crew)))
		}
	})
}

// inParallel does something many times at once, and counts what came back.
func inParallel(n int, do func(int) int) map[int]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	counts := map[int]int{}
	for i := range n {
		wg.Go(func() {
			got := do(i)
			mu.Lock()
			defer mu.Unlock()
			counts[got]++
		})
	}
	wg.Wait()
	return counts
}

// D14: one person, not two who differ in case; also when ten ask at once.
func TestANameIsTakenWhateverItsCase(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		p.user("Jörg@halden.example")
		for _, again := range []string{"Jörg@halden.example", "JÖRG@HALDEN.EXAMPLE", "jo\u0308rg@halden.example"} {
			p.refused(http.StatusConflict, "uniqueness", "POST", "/Users", person(again))
		}
		p.group("Crew")
		p.refused(http.StatusConflict, "uniqueness", "POST", "/Groups", map[string]any{"displayName": "CREW"})
		statuses := inParallel(10, func(i int) int {
			name := "Twin@halden.example"
			if i%2 == 0 {
				name = strings.ToUpper(name)
			}
			a, err := p.try("POST", p.at("/Users"), person(name))
			if err != nil {
				return 0
			}
			return a.Status
		})
		if statuses[http.StatusCreated] != 1 || statuses[http.StatusConflict] != 9 {
			t.Errorf("ten at once: %v", statuses)
		}
		p.refused(http.StatusConflict, "uniqueness", "PUT", "/Users/"+p.user("third@halden.example"), person("twin@halden.example"))
		p.recorded(directory.RequestQuery{Subject: "jörg", Outcomes: directory.NotApplied}, func(r directory.Request) bool {
			return r.Status == http.StatusConflict && *r.Code == "uniqueness"
		})
	})
}
