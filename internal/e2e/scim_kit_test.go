package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
)

// The schemas that bodies name.
const (
	userURN  = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN = "urn:ietf:params:scim:schemas:core:2.0:Group"
	patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// pushed is an organization's directory, as its provider sees it.
type pushed struct {
	T     testing.TB
	URL   string // of the server
	DB    *db.DB
	org   id.Organization
	id    id.Directory
	token string
}

// directory gives a new organization one, with verified domains.
func (s *Server) directory(name string, domains ...string) *pushed {
	s.T.Helper()
	return newPushed(s.T, s.DB, s.URL, name, domains...)
}

func newPushed(t testing.TB, d *db.DB, url, name string, domains ...string) *pushed {
	t.Helper()
	p := &pushed{T: t, URL: url, DB: d}
	n := tenants.New{Name: name}
	for _, domain := range domains {
		n.Domains = append(n.Domains, tenants.NewDomain{Domain: domain, State: tenants.Verified})
	}
	err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error {
		o, err := tenants.Create(tx, n)
		if err != nil {
			return err
		}
		p.org = o.ID
		return tx.In(o.ID, func(tx *db.OrgTx) error { return p.push(tx, directory.New{Type: directory.Entra}) })
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// push makes the directory.
func (p *pushed) push(tx *db.OrgTx, n directory.New) error {
	d, issued, err := directory.Create(tx, n)
	if err == nil {
		p.id, p.token = d.ID, issued.Value
	}
	return err
}

// in runs fn in the organization.
func (p *pushed) in(fn func(tx *db.OrgTx) error) {
	p.T.Helper()
	if err := p.DB.InOrg(p.T.Context(), p.org, actor.System("test"), fn); err != nil {
		p.T.Fatal(err)
	}
}

// at is an address below the directory's.
func (p *pushed) at(path string) string { return p.URL + "/scim/v2/" + string(p.id) + path }

// do sends a provider's request. body is text as it goes, or what becomes JSON;
// headers are name and value in turn.
func (p *pushed) do(method, path string, body any, headers ...string) Answer {
	p.T.Helper()
	a, err := p.try(method, p.at(path), body, headers...)
	if err != nil {
		p.T.Fatal(err)
	}
	return a
}

func (p *pushed) try(method, address string, body any, headers ...string) (Answer, error) {
	text, isText := body.(string)
	if body != nil && !isText {
		encoded, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		text = string(encoded)
	}
	r, err := http.NewRequest(method, address, strings.NewReader(text))
	if err != nil {
		return Answer{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	r.Header.Set("Authorization", "Bearer "+p.token)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Status: response.StatusCode, Header: response.Header, Raw: string(raw)}
	_ = json.Unmarshal(raw, &a.Body) // nothing at all has no members
	return a, nil
}

// want does it and fails unless it is answered so.
func (p *pushed) want(status int, method, path string, body any, headers ...string) Answer {
	p.T.Helper()
	a := p.do(method, path, body, headers...)
	if a.Status != status {
		p.T.Fatalf("%s %s: %d, want %d: %s", method, path, a.Status, status, a.Raw)
	}
	return a
}

// refused does it and fails unless it is refused in SCIM's shape.
func (p *pushed) refused(status int, scimType, method, path string, body any, headers ...string) Answer {
	p.T.Helper()
	a := p.want(status, method, path, body, headers...)
	p.isRefusal(a, status, scimType)
	return a
}

func (p *pushed) isRefusal(a Answer, status int, scimType string) {
	p.T.Helper()
	if got := a.Header.Get("Content-Type"); got != "application/scim+json" {
		p.T.Errorf("the error is %q: %s", got, a.Raw)
	}
	list, _ := a.Body["schemas"].([]any)
	if len(list) != 1 || list[0] != "urn:ietf:params:scim:api:messages:2.0:Error" || a.Text("status") != fmt.Sprint(status) || a.Text("scimType") != scimType || a.Text("detail") == "" {
		p.T.Errorf("want %d %s: %s", status, scimType, a.Raw)
	}
}

// user makes a person, and returns their id.
func (p *pushed) user(userName string, more ...any) string {
	p.T.Helper()
	return p.want(http.StatusCreated, "POST", "/Users", person(userName, more...)).Text("id")
}

// person is a body that Entra would send; more are names and values in turn.
func person(userName string, more ...any) map[string]any {
	body := map[string]any{"schemas": []string{userURN}, "userName": userName, "active": true,
		"emails": []any{map[string]any{"value": userName, "type": "work", "primary": true}}}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return body
}

// group makes one with members, and returns its id.
func (p *pushed) group(name string, members ...string) string {
	p.T.Helper()
	return p.want(http.StatusCreated, "POST", "/Groups", map[string]any{"schemas": []string{groupURN}, "displayName": name, "members": refs(members...)}).Text("id")
}

func refs(ids ...string) []any {
	list := []any{}
	for _, one := range ids {
		list = append(list, map[string]any{"value": one})
	}
	return list
}

// patch is the body of a PATCH: op, path and value in turn; an empty path is none.
func patch(ops ...any) map[string]any {
	list := []any{}
	for i := 0; i+2 < len(ops); i += 3 {
		op := map[string]any{"op": ops[i]}
		if ops[i+1] != "" {
			op["path"] = ops[i+1]
		}
		if ops[i+2] != nil {
			op["value"] = ops[i+2]
		}
		list = append(list, op)
	}
	return map[string]any{"schemas": []string{patchURN}, "Operations": list}
}

// members are the ids in a group, as the provider reads them.
func (p *pushed) members(group string) map[string]bool {
	p.T.Helper()
	list, _ := p.want(http.StatusOK, "GET", "/Groups/"+group, nil).Body["members"].([]any)
	in := map[string]bool{}
	for _, m := range list {
		value, _ := m.(map[string]any)["value"].(string)
		in[value] = true
	}
	return in
}

// recorded waits until a request is there that fits.
func (p *pushed) recorded(q directory.RequestQuery, fits func(directory.Request) bool) directory.Request {
	p.T.Helper()
	deadline := time.Now().Add(5 * time.Second)
	var seen []directory.Request
	for time.Now().Before(deadline) {
		q.Limit = 100
		p.in(func(tx *db.OrgTx) (err error) {
			seen, _, err = directory.Requests(tx, p.id, q)
			return err
		})
		for _, r := range seen {
			if fits(r) {
				return r
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	for _, r := range seen {
		p.T.Logf("%s %s: %s %s %d: %s", r.Method, r.Path, r.Operation, r.Outcome, r.Status, r.Reason)
	}
	p.T.Fatal("that request is not recorded")
	return directory.Request{}
}
