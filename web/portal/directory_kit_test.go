package portal_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
	"gatehouse/users"
)

// pusher is an organization with a directory, and the provider that pushes.
type pusher struct {
	*world
	*chrome
	owner *users.User
	path  string // of the directory's pages
	token string
}

// pushing is an organization with the domain halden.example, whose owner Ines
// has just begun a directory's set-up.
func (w *world) pushing(provider string) *pusher {
	w.Helper()
	k := &pusher{world: w, owner: w.person("ines@halden.example")}
	w.member(w.org, k.owner, tenants.OwnerRole)
	w.own(w.org, "halden.example")
	k.chrome = w.entered(w.org, k.owner)
	a := k.post("/portal/directory/new", "provider", provider)
	k.want(a, http.StatusSeeOther)
	k.path = strings.TrimSuffix(a.Header.Get("Location"), "/setup/token")
	page := k.get(k.path + "/setup/token")
	k.want(page, http.StatusOK, "Copy the token now", origin+"/scim/v2/"+string(k.key()))
	k.token = tokenIn(page)
	return k
}

var shownToken = regexp.MustCompile(`<code id="token"[^>]*>(scim_[^<]+)</code>`)

// tokenIn is the token that a page shows, or "".
func tokenIn(a answer) string {
	if m := shownToken.FindStringSubmatch(a.body); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

func (k *pusher) key() id.Directory {
	return id.Directory(k.path[strings.LastIndexByte(k.path, '/')+1:])
}

// push sends a provider's request; what it answers is decoded.
func (k *pusher) push(method, path string, body any) (status int, doc map[string]any) {
	k.T.Helper()
	text := ""
	if body != nil {
		encoded, err := json.Marshal(body)
		k.must(err)
		text = string(encoded)
	}
	r := httptest.NewRequest(method, origin+"/scim/v2/"+string(k.key())+path, strings.NewReader(text))
	r.Header.Set("Authorization", "Bearer "+k.token)
	r.Header.Set("Content-Type", "application/scim+json")
	recorder := httptest.NewRecorder()
	k.serve.ServeHTTP(recorder, r)
	if recorder.Body.Len() > 0 {
		k.must(json.Unmarshal(recorder.Body.Bytes(), &doc))
	}
	return recorder.Code, doc
}

type object = map[string]any

// person pushes somebody, and gives their id.
func (k *pusher) pushPerson(email string) string {
	k.T.Helper()
	status, doc := k.push("POST", "/Users", object{"userName": email, "active": true, "emails": []object{{"value": email, "type": "work", "primary": true}}})
	if status != http.StatusCreated {
		k.Fatalf("%s: %d %v", email, status, doc)
	}
	return doc["id"].(string)
}

// group pushes a group with people.
func (k *pusher) pushGroup(name string, people ...string) string {
	k.T.Helper()
	members := []object{}
	for _, p := range people {
		members = append(members, object{"value": p})
	}
	status, doc := k.push("POST", "/Groups", object{"displayName": name, "members": members})
	if status != http.StatusCreated {
		k.Fatalf("%s: %d %v", name, status, doc)
	}
	return doc["id"].(string)
}

// deactivate switches somebody off, as Okta does.
func (k *pusher) deactivate(person string) int {
	k.T.Helper()
	status, _ := k.push("PATCH", "/Users/"+person, object{"Operations": []object{{"op": "replace", "value": object{"active": false}}}})
	return status
}

// applied goes through the set-up until what the provider says takes effect.
func (k *pusher) applied() {
	k.T.Helper()
	k.pushPerson("first@halden.example")
	k.lands(k.post(k.path+"/setup/token", "then", "next"), k.path+"/setup/guide")
	k.lands(k.post(k.path+"/setup/guide", "then", "next"), k.path+"/setup/sync")
	k.lands(k.post(k.path+"/setup/sync", "then", "next"), k.path+"/setup/apply")
	k.lands(k.post(k.path+"/setup/apply", "then", "next"), k.path+"/setup/groups")
	k.eventually("the first person is a member", func() bool { return k.roleOf("first@halden.example") != "" })
	k.lands(k.post(k.path+"/setup/groups", "then", "next"), k.path)
}

// lands fails unless the answer leads to the path.
func (b *chrome) lands(a answer, path string) {
	b.w.Helper()
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != path {
		b.w.Errorf("%d to %q, want %q: %.500s", a.StatusCode, a.Header.Get("Location"), path, strip(a.body))
	}
}

// row is the directory as it is kept.
func (k *pusher) row() (d *directory.Directory) {
	k.T.Helper()
	k.in(k.org, func(tx *db.OrgTx) (err error) { d, err = directory.Get(tx, k.key()); return err })
	return d
}

// roleOf is the role of whoever has the address, or "".
func (k *pusher) roleOf(email string) (role string) {
	k.T.Helper()
	k.in(k.org, func(tx *db.OrgTx) error {
		list, _, err := users.ListMemberships(tx, users.MemberQuery{Organization: k.org.ID, Statuses: []users.Status{users.Active}, Page: db.Page{Limit: db.MaxLimit}})
		for _, m := range list {
			if u, err := users.Get(tx, m.UserID); err == nil && u.Email == email {
				role = m.RoleSlug
			}
		}
		return err
	})
	return role
}

// background works jobs off while the test goes on.
func (w *world) background() {
	w.Helper()
	stop := w.app.StartJobs(w.Context())
	w.Cleanup(func() { w.must(stop(context.WithoutCancel(w.Context()))) })
}

// eventually waits for what a job or the recorder of requests does.
func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	for range 200 {
		if holds() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	w.Fatalf("it never came to be that %s", what)
}

func (k *pusher) tokenRow(value string) (t directory.Token) {
	k.T.Helper()
	k.in(k.org, func(tx *db.OrgTx) error {
		all, err := directory.Tokens(tx, k.key())
		for _, one := range all {
			if strings.HasSuffix(value, one.LastFour) {
				t = one
			}
		}
		return err
	})
	return t
}
