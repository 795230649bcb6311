package portal_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// Tokens are changed without a gap: the new one beside the old, and the old one
// ended once the new one is used.
func TestTokensAreChangedWithoutAGap(t *testing.T) {
	each(t, func(w *world) {
		w.background()
		k := w.pushing("okta")
		k.applied()
		a := k.post(k.path+"/tokens", "days", "90")
		k.want(a, http.StatusSeeOther)
		where := a.Header.Get("Location")
		shown := k.get(where)
		k.want(shown, http.StatusOK, "Copy the token now", "on ")
		second := tokenIn(shown)
		k.want(k.get(where), http.StatusOK, "can’t be shown again")
		k.lands(k.post(where, "stored", "on"), k.path+"/tokens")
		k.want(k.get(k.path+"/tokens"), http.StatusOK, "scim_…"+second[len(second)-4:], "scim_…"+k.token[len(k.token)-4:], "Not by itself")

		first := k.token
		for _, token := range []string{first, second} {
			k.token = token
			if status, _ := k.push("GET", "/Users?count=1", nil); status != http.StatusOK {
				w.Errorf("a token that opens the directory: %d", status)
			}
		}
		old := k.tokenID(first)
		k.want(k.get(k.path+"/tokens?revoke="+old), http.StatusOK, "Revoke the token that ends in "+first[len(first)-4:]+"?", "1 other token keeps working")
		k.lands(k.post(k.path+"/tokens/"+old+"/revoke"), k.path+"/tokens")
		k.want(k.get(k.path+"/tokens"), http.StatusOK, "Token revoked.", "Revoked ")
		k.token = first
		if status, _ := k.push("GET", "/Users?count=1", nil); status != http.StatusUnauthorized {
			w.Errorf("a revoked token: %d", status)
		}
		k.want(k.get(k.path+"/tokens?revoke="+k.tokenID(second)), http.StatusOK, "It is the only one that works")
		k.want(k.post(k.path+"/tokens/"+string(id.New[id.DirectoryToken]())+"/revoke"), http.StatusNotFound)
		for range 12 {
			a = k.post(k.path+"/tokens", "days", "")
		}
		k.want(a, http.StatusUnprocessableEntity, "at most 10 tokens")
	})
}

// Whoever is in the group that makes admins is chosen at the provider: an admin
// here must not make that choice, nor a visitor by a link.
func TestOnlyAnOwnerMakesAdminsByAGroup(t *testing.T) {
	each(t, func(w *world) {
		w.background()
		k := w.pushing("okta")
		ada := k.pushPerson("ada@halden.example")
		officers, crew := k.pushGroup("Officers", ada), k.pushGroup("Crew")
		k.applied()
		admin := w.person("bo@halden.example")
		w.member(w.org, admin, tenants.AdminRole)
		b := w.entered(w.org, admin)
		page := b.get(k.path + "/groups")
		b.want(page, http.StatusOK, "chosen by an owner", "2 groups, 2 without a role")
		if strings.Contains(page.body, `value="admin"`) {
			w.Error("an admin is offered the role of admins")
		}
		b.want(b.post(k.path+"/groups", "group_0", officers, "role_0", "admin", "confirmed", "on"), http.StatusUnprocessableEntity, "by an owner of the organization")

		k.want(k.post(k.path+"/groups", "group_0", officers, "role_0", "admin", "group_1", crew, "role_1", ""), http.StatusOK, "1 person gets another role", "ada@halden.example Member Admin")
		if k.roleOf("ada@halden.example") != "member" {
			w.Error("the question has changed a role")
		}
		k.lands(k.post(k.path+"/groups", "group_0", officers, "role_0", "admin", "confirmed", "on"), k.path+"/groups")
		w.eventually("Ada is an admin", func() bool { return k.roleOf("ada@halden.example") == "admin" })
		b.want(b.get(k.path+"/groups"), http.StatusOK, "Chosen by an owner")
		b.lands(b.post(k.path+"/groups", "group_0", crew, "role_0", "member", "confirmed", "on"), k.path+"/groups")
		if k.roleOf("ada@halden.example") != "admin" {
			w.Error("an admin's save took away what an owner has chosen")
		}
		k.want(k.get(k.path+"/groups?show=unmapped"), http.StatusOK, "No groups match")
		k.want(k.get(k.path+"/groups?q=off"), http.StatusOK, "Officers")
		k.want(k.post(k.path+"/groups", "group_0", crew, "role_0", "owner", "confirmed", "on"), http.StatusUnprocessableEntity, "Owners are made by people")
	})
}

// An admin who asks why somebody has no access finds the request, and what to
// change where.
func TestSyncActivitySaysWhy(t *testing.T) {
	each(t, func(w *world) {
		w.background()
		k := w.pushing("okta")
		k.applied()
		ada := k.pushPerson("ada@halden.example")
		k.push("POST", "/Users", object{"userName": "ADA@halden.example", "password": "hunter2-hunter2", "active": true})
		k.push("GET", `/Users?filter=userName%20eq%20%22ada@halden.example%22`, nil)
		w.eventually("all are recorded", func() bool { return strings.Contains(k.get(k.path+"/activity").body, "Look person up") })
		problems := k.get(k.path + "/activity?show=problems")
		k.want(problems, http.StatusOK, "Add person", "Not applied")
		if strings.Contains(problems.body, "Look person up") {
			w.Error("what was read stands among what was not applied")
		}
		detail := k.get(linkTo(problems, k.path+"/activity/"))
		k.want(detail, http.StatusOK, "In Okta that is set at: Applications, Fieldnote, Provisioning, To App, Attribute Mappings.", "409, uniqueness", "scim_…"+k.token[len(k.token)-4:], "have Okta send it again", `"userName" : "ADA@halden.example"`)
		if strings.Contains(detail.body, "hunter2") {
			w.Error("a password is shown")
		}
		k.want(k.get(k.path+"/activity?q=ada"), http.StatusOK, "Add person")
		k.want(k.get(k.path+"/activity?q=nobody"), http.StatusOK, "No requests match")
		k.want(k.get(k.path+"/activity?person="+ada), http.StatusOK, "Add person")
		k.want(k.get(k.path+"/activity?person="+string(id.New[id.DirectoryUser]())), http.StatusNotFound)
		k.want(k.get(k.path+"/activity/"+string(id.New[id.SCIMRequest]())), http.StatusNotFound)
		k.want(k.get(k.path+"/people?q=ada"), http.StatusOK, "ada@halden.example", "Member")
		k.want(k.get(k.path+"/people/"+ada), http.StatusOK, "ada@halden.example", "Last requests")
	})
}

// linkTo is the first link of the page to an address below path.
func linkTo(a answer, path string) string {
	_, rest, _ := strings.Cut(a.body, `href="`+path)
	key, _, _ := strings.Cut(rest, `"`)
	return path + key
}

// A mistake at the provider must not empty the organization: it is held, said
// on every page, and goes on when somebody has said so.
func TestALeavingThatIsTooLargeIsHeldUntilSomebodySaysSo(t *testing.T) {
	each(t, func(w *world) {
		w.background()
		k := w.pushing("okta")
		k.applied()
		var people []string
		for n := range 4 {
			people = append(people, k.pushPerson("p"+strconv.Itoa(n)+"@halden.example"))
		}
		k.want(k.post(k.path+"/safeguard", "max_percent", "many", "max_deactivations", "", "window_seconds", "3600"), http.StatusUnprocessableEntity, "Enter a whole number")
		k.lands(k.post(k.path+"/safeguard", "max_percent", "", "max_deactivations", "2", "window_seconds", "900"), k.path)
		if row := k.row(); row.MaxPercent != nil || *row.MaxDeactivations != 2 || row.WindowSeconds != 900 {
			w.Errorf("the safeguard is kept as %v, %v, %d", row.MaxPercent, row.MaxDeactivations, row.WindowSeconds)
		}
		for n, want := range []int{200, 200, 429, 429} {
			if got := k.deactivate(people[n]); got/100 != want/100 {
				w.Errorf("the leaving of person %d: %d, want %d", n, got, want)
			}
		}
		w.eventually("the hold is said with who would leave", func() bool {
			return strings.Contains(strip(k.get(k.path).body), "Okta wants 2 people to leave, and that is held")
		})
		for _, page := range []string{"", "/people", "/groups", "/activity", "/tokens", "/setup/guide"} {
			k.want(k.get(k.path+page), http.StatusOK, "and that is held", "p2@halden.example")
		}
		k.want(k.get("/portal"), http.StatusOK, "people’s leaving is held")
		if k.roleOf("p2@halden.example") == "" {
			w.Error("somebody left whose leaving is held")
		}
		k.want(k.get(k.path+"?confirm=release"), http.StatusOK, "Let 2 people leave?", "p3@halden.example")
		k.lands(k.post(k.path+"/release"), k.path)
		if got := k.deactivate(people[2]); got != http.StatusOK && got != http.StatusNoContent {
			w.Errorf("after the release: %d", got)
		}
		k.want(k.get(k.path), http.StatusOK, "Released until", "3 people have left")
		k.lands(k.post(k.path+"/release"), k.path) // a second press does no harm
		gone := k.get(k.path + "/people/" + people[2])
		k.want(gone, http.StatusOK, "Inactive", "Proof of offboarding", "Deactivation asked for by Okta", "Access ended")
		k.want(k.get(k.path+"/people?show=inactive"), http.StatusOK, "p0@halden.example", "p2@halden.example")
	})
}

// Turning a directory off and deleting it must take nobody's access away.
func TestADirectoryIsTurnedOffAndDeleted(t *testing.T) {
	each(t, func(w *world) {
		w.background()
		k := w.pushing("okta")
		k.applied()
		k.want(k.get(k.path+"?confirm=off"), http.StatusOK, "Turn off Okta?", "1 person stays as they are.")
		k.lands(k.post(k.path+"/off"), k.path)
		k.want(k.get(k.path), http.StatusOK, "This directory is off")
		if status, _ := k.push("GET", "/Users?count=1", nil); status != http.StatusForbidden {
			w.Errorf("a directory that is off: %d", status)
		}
		k.lands(k.post(k.path+"/on"), k.path)
		if status, _ := k.push("GET", "/Users?count=1", nil); status != http.StatusOK {
			w.Errorf("on again: %d", status)
		}
		k.lands(k.post(k.path, "name", "Halden’s people", "jit", "on"), k.path)
		k.want(k.post(k.path, "name", " "), http.StatusUnprocessableEntity)
		k.want(k.post(k.path+"/delete", "confirm", "Okta"), http.StatusUnprocessableEntity, "Type the name as it stands here.")
		k.lands(k.post(k.path+"/delete", "confirm", "Halden’s people"), "/portal/directory")
		k.want(k.get("/portal/directory"), http.StatusOK, "Directory deleted. Its people stay members.")
		if k.roleOf("first@halden.example") != "member" {
			w.Error("somebody lost access with the directory")
		}
	})
}

// tokenID is the id of a token, by its last four.
func (k *pusher) tokenID(value string) string {
	k.T.Helper()
	return string(k.tokenRow(value).ID)
}
