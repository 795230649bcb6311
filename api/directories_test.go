package api

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
)

// directory makes a directory of an organization and gives its id.
func (w *world) directory(org string) string {
	w.t.Helper()
	return w.must("POST", "/directories", fmt.Sprintf(`{"organization_id":%q,"type":"okta scim v2.0"}`, org)).get("id")
}

// within runs fn in the organization of a directory.
func (w *world) within(dir string, fn func(tx *db.OrgTx, d *directory.Directory) error) {
	w.t.Helper()
	w.all(func(tx *db.AllTx) error {
		org, err := directory.LocateDirectory(tx, id.Directory(dir))
		if err != nil {
			return err
		}
		return tx.In(org, func(tx *db.OrgTx) error {
			d, err := directory.Get(tx, id.Directory(dir))
			if err != nil {
				return err
			}
			return fn(tx, d)
		})
	})
}

// person puts somebody into a directory, as a provider's request would be read.
func (w *world) person(dir, body string) (user string) {
	w.t.Helper()
	w.within(dir, func(tx *db.OrgTx, d *directory.Directory) error {
		r, err := schema.User.Read([]byte(body))
		if err != nil {
			return err
		}
		u, err := directory.NewUser(d, r)
		if err == nil {
			err = directory.InsertUser(tx, u)
		}
		if err == nil {
			user = string(u.ID)
		}
		return err
	})
	return user
}

// group puts a group with members into a directory.
func (w *world) group(dir, name string, members ...string) (group string) {
	w.t.Helper()
	w.within(dir, func(tx *db.OrgTx, d *directory.Directory) error {
		g, err := directory.InsertGroup(tx, d, schema.Resource{"displayName": name, "externalId": "g-" + name})
		if err != nil {
			return err
		}
		group = string(g.ID)
		_, _, err = directory.AddMembers(tx, g, members)
		return err
	})
	return group
}

// asked records a request of the directory's provider.
func (w *world) asked(dir string, r directory.Request) string {
	w.t.Helper()
	r.ID, r.DirectoryID, r.Method, r.RequestID = id.New[id.SCIMRequest](), id.Directory(dir), http.MethodPatch, "req_1"
	w.within(dir, func(tx *db.OrgTx, _ *directory.Directory) error { return directory.RecordRequest(tx, &r) })
	return string(r.ID)
}

// pushed adds a directory with a person in a group and a recorded request.
func (w *world) pushed(t *Theirs) {
	w.t.Helper()
	made := w.must("POST", "/directories", fmt.Sprintf(`{"organization_id":%q,"type":"okta scim v2.0"}`, t.Organization))
	t.Directory, t.DirectoryToken = made.get("id"), made.get("scim.token.id")
	t.DirectoryUser = w.person(t.Directory, `{"userName":"kari@`+strings.ToLower(t.ExternalID)+`.example"}`)
	t.DirectoryGroup = w.group(t.Directory, "Engineers of "+t.ExternalID, t.DirectoryUser)
	t.SCIMRequest = w.asked(t.Directory, directory.Request{Path: "/Users", Operation: "user.created", Outcome: directory.Applied, Status: 201})
}

// Programs and the SDKs parse these answers; the token's value is in one of
// them, once.
func TestDirectories(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		s.sorted = true
		org := w.must("POST", "/organizations", `{"name":"Halden Marine","domain_data":[{"domain":"halden.example","state":"verified"}]}`).get("id")
		body := func(more string) string { return fmt.Sprintf(`{"organization_id":%q%s}`, org, more) }
		one := s.do("POST", "/directories", body(`,"type":"azure scim v2.0","name":"Entra","attribute_map":{"desk":"urn:halden:2.0:Crew:desk"},"jit_provisioning":true`))
		two := s.do("POST", "/directories", body(`,"type":"okta scim v2.0","staged":true,"name":null,"attribute_map":null`)).get("id")
		s.do("POST", "/directories", body(``))
		s.do("POST", "/directories", `{"type":"okta scim v2.0"}`)
		s.do("POST", "/directories", body(`,"type":"hibob"`))
		s.do("POST", "/directories", body(`,"type":"okta scim v2.0","attribute_map":{"desk":"a[b"}`))
		s.do("POST", "/directories", body(`,"type":"okta scim v2.0","attribute_map":{"desk":7}`))
		s.do("POST", "/directories", fmt.Sprintf(`{"organization_id":%q,"type":"okta scim v2.0"}`, w.system))
		path := "/directories/" + one.get("id")
		s.do("GET", path, "")
		s.do("GET", "/directories?organization_id="+org+"&search=entra&domain=Halden.example&state=validating", "")
		s.do("GET", "/directories?domain=nordby.example", "")
		s.do("GET", "/directories?state=active", "")
		s.do("GET", "/directories?after=directory_01HZZZZZZZZZZZZZZZZZZZZZZZ", "")
		s.do("GET", "/directories/directory_01HZZZZZZZZZZZZZZZZZZZZZZZ", "")
		s.do("PATCH", path, `{"name":" Entra ID ","state":"unlinked","trust_roles":true,"attribute_map":{"desk":"title","mobile":"phoneNumbers[type eq \"mobile\"].value"}}`)
		s.do("PATCH", path, `{"state":"linked","attribute_map":null,"name":null}`)
		s.do("PATCH", path, `{"state":"deleting"}`)
		s.do("PATCH", path, `{"staged":true}`)
		s.do("PATCH", path, `{"name":""}`)
		s.do("PATCH", path, `[]`)
		s.do("PATCH", "/directories/"+two, `{"organization_id":"org_01HZZZZZZZZZZZZZZZZZZZZZZZ"}`)
		s.check(t, "directories")
	})
}

// Rotation in an admin's script: the new token, then the old one goes.
func TestDirectoryTokens(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		dir := w.directory(w.organization("Halden"))
		path := "/directories/" + dir + "/tokens"
		one := s.do("POST", path, `{"expires_at":"2999-01-01T00:00:00Z"}`)
		s.do("POST", path, ``)
		s.do("POST", path, `{"expires_at":"2001-01-01T00:00:00Z"}`)
		s.do("POST", path, `{"expires_at":"tomorrow"}`)
		s.do("GET", path+"?order=asc&limit=2", "")
		s.do("DELETE", path+"/"+one.get("id"), "")
		s.do("DELETE", path+"/"+one.get("id"), "")
		s.do("DELETE", path+"/directory_token_01HZZZZZZZZZZZZZZZZZZZZZZZ", "")
		s.do("DELETE", "/directories/"+w.directory(w.organization("Nordby"))+"/tokens/"+one.get("id"), "")
		s.do("GET", path+"?order=asc&limit=2", "")
		if value := one.get("value"); strings.Count(s.text.String(), value) > 1 {
			t.Error("the value is shown again")
		}
		s.check(t, "directory_tokens")
	})
}

// The SDKs map these objects without asking whether a member is there.
func TestDirectoryPeopleAndGroups(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		s.sorted = true
		dir := w.directory(w.organization("Halden"))
		kari := w.person(dir, `{"userName":"kari@halden.example","externalId":"00u1","name":{"givenName":"Kari","familyName":"Nordmann"},"title":"Captain",
			"emails":[{"value":"kari@halden.example","type":"work","primary":true}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Deck & <hull>"}}`)
		ola := w.person(dir, `{"userName":"ola","active":false}`)
		deck, empty := w.group(dir, "Deck", kari, ola), w.group(dir, "Empty")
		s.do("GET", "/directory_users/"+kari, "")
		s.do("GET", "/directory_users?directory="+dir+"&order=asc", "")
		s.do("GET", "/directory_users?group="+deck+"&limit=1", "")
		s.do("GET", "/directory_users?group="+empty, "")
		s.do("GET", "/directory_users?directory="+dir+"&idp_id=00u1&email=KARI@halden.example", "")
		s.do("GET", "/directory_users?directory="+dir+"&email=nobody@halden.example", "")
		s.do("GET", "/directory_users", "")
		s.do("GET", "/directory_users?directory=directory_01HZZZZZZZZZZZZZZZZZZZZZZZ", "")
		s.do("GET", "/directory_users?group=nothing", "")
		s.do("GET", "/directory_users?directory="+w.directory(w.organization("Nordby"))+"&group="+deck, "")
		s.do("GET", "/directory_users?directory="+dir+"&after="+deck, "")
		s.do("GET", "/directory_users?directory="+dir+"&limit=0", "")
		s.do("GET", "/directory_users/"+deck, "")
		s.do("GET", "/directory_groups/"+deck, "")
		s.do("GET", "/directory_groups?directory="+dir, "")
		s.do("GET", "/directory_groups?user="+kari, "")
		s.do("GET", "/directory_groups?user="+kari+"&after="+empty, "")
		s.do("GET", "/directory_groups", "")
		s.do("GET", "/directory_groups/directory_group_01HZZZZZZZZZZZZZZZZZZZZZZZ", "")
		s.check(t, "directory_people")
	})
}

// An admin who asks why somebody was not let in finds the one request.
func TestDirectoryRequests(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		dir := w.directory(w.organization("Halden"))
		kari := w.person(dir, `{"userName":"kari@halden.example"}`)
		deck := w.group(dir, "Deck")
		name, code, body, ip := "kari@halden.example", "uniqueness", `{"password":"[redacted]"}`, "203.0.113.7"
		refused := w.asked(dir, directory.Request{Path: "/Users", Operation: "user.created", ResourceType: "User", Subject: &name, Outcome: directory.Refused, Status: 409, Code: &code,
			Reason: "Another person has that user name.", Body: &body, IPAddress: &ip, TookUS: 812})
		w.asked(dir, directory.Request{Path: "/Users/" + kari, Operation: "user.updated", ResourceType: "User", ResourceID: &kari, Subject: &name, Outcome: directory.Applied, Status: 200})
		w.asked(dir, directory.Request{Path: "/Groups/" + deck, Operation: "group.members_added", ResourceType: "Group", ResourceID: &deck, Outcome: directory.Held, Status: 429})
		path := "/directories/" + dir + "/requests"
		s.do("GET", path+"?outcome=refused,held&order=asc", "")
		for _, query := range []string{"subject=KARI", "subject=ola", "directory_user=" + kari, "directory_group=" + deck, "operation=user.updated", "resource_type=Group", "token=directory_token_01HZZZZZZZZZZZZZZZZZZZZZZZ"} {
			fmt.Fprintf(&s.text, "%s: %d\n", strings.ReplaceAll(strings.ReplaceAll(query, kari, "KARI"), deck, "DECK"), strings.Count(string(w.must("GET", path+"?"+query, "").body), `"object":"scim_request"`))
		}
		s.do("GET", path+"?outcome=lost", "")
		s.do("GET", path+"?directory_user=kari", "")
		s.do("GET", path+"/"+refused, "")
		s.do("GET", path+"/scim_request_01HZZZZZZZZZZZZZZZZZZZZZZZ", "")
		s.do("GET", "/directories/"+w.directory(w.organization("Nordby"))+"/requests/"+refused, "")
		s.do("GET", "/directories/"+dir+"/departures", "")
		s.do("GET", "/directories/"+dir+"/departures?user=x", "")
		s.do("GET", "/directories/"+dir+"/departures?unproven=maybe", "")
		s.check(t, "directory_requests")
	})
}

// push puts somebody into a directory as its provider does, with all that
// follows for the organization.
func (w *world) push(dir, body string) (user string) {
	w.t.Helper()
	w.within(dir, func(tx *db.OrgTx, d *directory.Directory) error {
		r, err := schema.User.Read([]byte(body))
		if err != nil {
			return err
		}
		u, err := provision.CreateUser(tx, d, r)
		if err == nil {
			user = string(u.ID)
		}
		return err
	})
	return user
}

// switchOff is what a provider does with who leaves.
func (w *world) switchOff(dir, user string) (err error) {
	w.t.Helper()
	row := id.DirectoryUser(user)
	return w.d.InDeployment(w.t.Context(), tester, func(tx *db.AllTx) error {
		org, err := directory.LocateUser(tx, row)
		if err != nil {
			return err
		}
		return tx.In(org, func(tx *db.OrgTx) error {
			d, _, err := directory.FindUser(tx, row)
			if err != nil {
				return err
			}
			u, err := directory.HoldUser(tx, d.ID, row)
			if err != nil {
				return err
			}
			next := maps.Clone(u.Resource)
			next["active"] = false
			_, err = provision.UpdateUser(tx, d, u, next)
			return err
		})
	})
}

// An admin who may not lose everybody sets the bounds, sees that a sync is
// held, and lets it go on; who left has a proof.
func TestDirectorySafeguard(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org := w.must("POST", "/organizations", `{"name":"Halden Marine","domain_data":[{"domain":"halden.example","state":"verified"}]}`).get("id")
		w.member(org, w.user("owner@halden.example"), "owner")
		dir := w.directory(org)
		path := "/directories/" + dir + "/safeguard"
		s.do("GET", path, "")
		s.do("PATCH", path, `{"max_deactivations":2,"max_percent":null,"window_seconds":600}`)
		s.do("PATCH", path, `{"max_percent":101}`)
		s.do("PATCH", path, `{"max_deactivations":0}`)
		s.do("PATCH", path, `{"window_seconds":1}`)
		s.do("PATCH", path, `{"state":"held"}`)
		s.do("PATCH", path, `{"state":"off","max_percent":5}`)
		s.do("POST", path+"/release", "")
		var crew []string
		for i := range 3 {
			crew = append(crew, w.push(dir, fmt.Sprintf(`{"userName":"sailor%d@halden.example","emails":[{"value":"sailor%d@halden.example","primary":true}]}`, i, i)))
		}
		for i, user := range crew {
			if err := w.switchOff(dir, user); errors.Is(err, provision.ErrHeld) != (i == 2) || err != nil && i < 2 {
				t.Fatalf("the %d. who leaves: %v", i+1, err)
			}
		}
		if err := w.h.Directories.Hold(t.Context(), w.row(dir)); err != nil {
			t.Fatal(err)
		}
		s.do("GET", path, "")
		s.do("POST", path+"/release", "")
		if err := w.switchOff(dir, crew[2]); err != nil {
			t.Errorf("released, and still: %v", err)
		}
		s.do("PATCH", path, `{"state":"off"}`)
		s.do("PATCH", path, `{"state":"on"}`)
		s.do("GET", "/directories/"+dir+"/departures?directory_user="+crew[0], "")
		s.do("GET", "/directories/"+dir+"/departures?limit=1&unproven=true", "")
		s.check(t, "directory_safeguard")
	})
}

func (w *world) row(dir string) (row *directory.Directory) {
	w.t.Helper()
	w.within(dir, func(_ *db.OrgTx, d *directory.Directory) error { row = d; return nil })
	return row
}

// A group that makes admins is for owners and for whoever runs the service: an
// organization's key must not make its holder one.
func TestDirectoryRoleMappings(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org := w.must("POST", "/organizations", `{"name":"Halden Marine","domain_data":[{"domain":"halden.example","state":"verified"}]}`).get("id")
		w.member(org, w.user("owner@halden.example"), "owner")
		dir, key := w.directory(org), w.orgKey(org)
		kari := w.push(dir, `{"userName":"kari@halden.example","emails":[{"value":"kari@halden.example","primary":true}]}`)
		deck, crew := w.group(dir, "Deck", kari), w.group(dir, "Crew", kari)
		path := "/directories/" + dir + "/role_mappings"
		body := func(pairs ...string) string {
			var all []string
			for i := 0; i < len(pairs); i += 2 {
				all = append(all, fmt.Sprintf(`{"directory_group_id":%q,"role_slug":%q}`, pairs[i], pairs[i+1]))
			}
			return "[" + strings.Join(all, ",") + "]"
		}
		s.do("GET", path, "")
		s.as(key, "PUT", path, body(crew, "member"))
		s.as(key, "PUT", path, body(crew, "member", deck, "admin"))
		s.do("PUT", path, body(crew, "member", deck, "admin"))
		if r := w.must("GET", "/directory_users/"+kari, ""); r.get("role.slug") != "admin" || r.get("roles.0.slug") != "admin" {
			t.Errorf("the highest role of her groups: %s", r.body)
		}
		s.do("PUT", path, body(deck, "owner"))
		s.do("PUT", path, body(deck, "captain"))
		s.do("PUT", path, body(deck, "member", deck, "admin"))
		s.do("PUT", path, body(w.group(w.directory(w.organization("Nordby")), "Deck"), "member"))
		s.do("PUT", path, `[{"role_slug":"member"}]`)
		s.do("PUT", path, `{}`)
		s.do("PUT", path, "[]")
		if r := w.must("GET", "/directory_users/"+kari, ""); r.get("role.slug") != "member" {
			t.Errorf("no group gives anything: %s", r.body)
		}
		s.as(key, "PATCH", "/directories/"+dir, `{"trust_roles":true}`)
		s.as(key, "POST", "/directories", fmt.Sprintf(`{"organization_id":%q,"type":"okta scim v2.0","trust_roles":true}`, org))
		s.check(t, "directory_role_mappings")
	})
}

// What is staged is looked at before anybody is let in; a deleted directory
// takes nobody's membership along.
func TestStagedDirectoriesAndDeletedOnes(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org := w.must("POST", "/organizations", `{"name":"Halden Marine","domain_data":[{"domain":"halden.example","state":"verified"}]}`).get("id")
		made := w.must("POST", "/directories", fmt.Sprintf(`{"organization_id":%q,"type":"okta scim v2.0","staged":true}`, org)).get("id")
		path := "/directories/" + made
		w.push(made, `{"userName":"kari@halden.example","emails":[{"value":"kari@halden.example","primary":true}]}`)
		w.push(made, `{"userName":"guest@nordby.example","emails":[{"value":"guest@nordby.example","primary":true}]}`)
		w.push(made, `{"userName":"nobody"}`)
		w.push(made, `{"userName":"gone@halden.example","active":false}`)
		s.do("GET", path+"/preview", "")
		s.sorted = true
		s.do("PATCH", path, `{"staged":false}`)
		s.do("POST", path+"/apply", "")
		other := w.must("POST", "/directories", fmt.Sprintf(`{"organization_id":%q,"type":"okta scim v2.0","staged":true}`, org)).get("id")
		s.do("POST", "/directories/"+other+"/apply", "")
		live := w.directory(org)
		w.push(live, `{"userName":"ola@halden.example","emails":[{"value":"ola@halden.example","primary":true}]}`)
		s.do("DELETE", "/directories/"+live, "")
		s.do("DELETE", "/directories/"+live, "")
		s.do("GET", "/directories/"+live, "")
		r := w.must("GET", membershipPath+"?organization_id="+org, "")
		if r.get("data.0.status") != "active" || r.get("data.0.directory_managed") != "false" {
			t.Errorf("%s", r.body)
		}
		s.check(t, "directory_staged")
	})
}
