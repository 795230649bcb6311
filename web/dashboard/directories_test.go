package dashboard_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
	"gatehouse/users"
)

// directed is the customer's directory with something of everything: people, a
// group that gives a role, a request that is held, and somebody who left.
type directed struct {
	row     *directory.Directory
	token   *directory.Issued
	person  *directory.User
	gone    *directory.User
	group   *directory.Group
	request id.SCIMRequest
}

func (w *world) directoryIDs() []string {
	if w.directory == nil {
		return nil
	}
	d := w.directory
	return []string{":dir", string(d.row.ID), ":person", string(d.person.ID), ":group", string(d.group.ID), ":request", string(d.request), ":token", string(d.token.ID)}
}

// direct gives the customer a directory.
func (w *world) direct() {
	w.t.Helper()
	w.directory = w.newDirectory(w.org.ID, longName)
}

func (w *world) newDirectory(org id.Organization, name string) *directed {
	w.t.Helper()
	d := &directed{}
	w.do(w.db.InOrg(w.t.Context(), org, actor.System("test"), func(tx *db.OrgTx) (err error) {
		if d.row, d.token, err = directory.Create(tx, directory.New{Type: directory.Okta, Name: name, AttributeMap: map[string]string{"office": "addresses.locality"}}); err != nil {
			return err
		}
		if _, err = directory.Activate(tx, d.row); err != nil {
			return err
		}
		person := schema.Resource{"userName": "<i>sofie</i>@osterberg-soehne.example", "displayName": longName, "externalId": "00u1", "active": true,
			"emails": []any{map[string]any{"value": "sofie@osterberg-soehne.example", "primary": true}}}
		if d.person, err = provision.CreateUser(tx, d.row, person); err != nil {
			return err
		}
		d.gone, err = provision.CreateUser(tx, d.row, schema.Resource{"userName": "gone@osterberg-soehne.example", "active": false})
		return err
	}))
	// people travel with the commit: a group finds them after it
	w.do(w.db.InOrg(w.t.Context(), org, actor.System("test"), func(tx *db.OrgTx) (err error) {
		d.group, err = provision.CreateGroup(tx, d.row, schema.Resource{"displayName": longName}, []string{string(d.person.ID)})
		if err != nil {
			return err
		}
		return w.leave(tx, d)
	}))
	return d
}

// leave records a departure, and a request to let somebody go that is held.
func (w *world) leave(tx *db.OrgTx, d *directed) error {
	if err := directory.SetHeld(tx, d.row); err != nil {
		return err
	}
	proven, person, subject := tx.Now().Add(412*time.Millisecond), string(d.person.ID), d.person.UserName
	r := directory.Request{ID: id.New[id.SCIMRequest](), DirectoryID: d.row.ID, TokenID: &d.token.ID, RequestID: "req_1", Method: "PATCH", Path: "/Users/" + person, Operation: "user.deactivated", ResourceType: "User",
		ResourceID: &person, Subject: &subject, Outcome: directory.Held, Status: http.StatusTooManyRequests, Reason: "More people would leave <b>at once</b>.", Body: &subject, CreatedAt: tx.Now()}
	if err := directory.RecordRequest(tx, &r); err != nil {
		return err
	}
	d.request = r.ID
	return directory.InsertDeparture(tx, d.gone, &directory.Departure{ID: id.New[id.Departure](), DirectoryID: d.row.ID, DirectoryUserID: d.gone.ID, Kind: string(provision.Deactivated), RequestID: "req_0",
		ReceivedAt: tx.Now(), Sessions: 2, ProvenAt: &proven})
}

// asAdmin is a form of an operator that must lead somewhere.
func (w *world) leads(a answer, want string) string {
	w.t.Helper()
	to := a.Header.Get("Location")
	if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, want) {
		w.t.Fatalf("%d to %q, want %s: %s", a.StatusCode, to, want, strip(a.body))
	}
	return to
}

var directoryToken = regexp.MustCompile(`scim_[A-Za-z0-9_-]{30,}`)

// An operator makes a directory for a customer, hands its address and token
// over once, gives a group a role, and ends it. The token is on no other page.
func TestADirectorysLife(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.get("admin", "/admin/directories/new?organization="+string(w.org.ID)), http.StatusOK, "Microsoft Entra ID", string(w.org.ID))
		w.want(w.post("admin", "/admin/directories/new", "organization", "nobody", "type", "okta scim v2.0"), http.StatusUnprocessableEntity, "No organization has that ID", `value="nobody"`)
		w.want(w.post("admin", "/admin/directories/new", "organization", string(w.org.ID), "type", "workday"), http.StatusUnprocessableEntity, "type-error")
		made := w.post("admin", "/admin/directories/new", "organization", "acct_88213", "type", directory.Entra, "name", "Entra", "staged", "on")
		page := w.leads(made, "/admin/directories/directory_")
		shown := w.get("admin", page, made.Cookies()...)
		token := directoryToken.FindString(shown.body)
		if token == "" || !strings.Contains(shown.body, "http://localhost:8080/scim/v2/directory_") || shown.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("the token or the endpoint is missing: %s", strip(shown.body))
		}
		path, _, _ := strings.Cut(page, "/tokens/")
		w.leads(w.post("admin", page), path)
		w.want(w.get("admin", page), http.StatusOK, "can&#39;t be shown again", path+"/tokens/new")
		w.want(w.get("viewer", path), http.StatusOK, "Waiting", "Not applied yet", "One opens it", "/scim/v2/")
		w.leads(w.post("admin", path+"/apply"), path)
		w.want(w.post("admin", path+"/apply"), http.StatusUnprocessableEntity, "takes effect already")

		w.want(w.post("admin", path+"/settings", "name", "", "type", directory.Okta, "attribute_map", "office: x"), http.StatusUnprocessableEntity, "Write one attribute on each line", "office: x")
		w.leads(w.post("admin", path+"/settings", "name", "Entra of Osterberg", "type", directory.Entra, "attribute_map", "office = addresses.locality\n", "jit", "on"), path)
		w.want(w.get("admin", path+"/settings"), http.StatusOK, "office = addresses.locality", "Entra of Osterberg")

		second := w.post("admin", path+"/tokens/new", "lasts", "30d")
		next := w.leads(second, path+"/tokens/directory_token_")
		w.want(w.get("owner", next, second.Cookies()...), http.StatusOK, "can&#39;t be shown again")
		w.want(w.get("admin", next+"/revoke"), http.StatusOK, "1 other token opens it still.")
		w.leads(w.post("admin", next+"/revoke"), path+"/tokens")
		w.want(w.get("viewer", path+"/tokens"), http.StatusOK, "Revoked", "…"+token[len(token)-4:])

		w.want(w.get("admin", path+"/turn-off"), http.StatusOK, "0 active people keep their access")
		w.leads(w.post("admin", path+"/turn-off"), path)
		w.want(w.get("viewer", path), http.StatusOK, "Turned off", "Off")
		w.leads(w.post("admin", path+"/turn-on"), path)
		for _, other := range []string{path, path + "/tokens", path + "/activity", "/admin/audit-log", "/admin/directories"} {
			if strings.Contains(w.get("owner", other).body, token) {
				t.Errorf("%s shows the token again", other)
			}
		}
		w.want(w.post("admin", path+"/delete", "confirm", "Entra"), http.StatusUnprocessableEntity, "Type the name exactly.")
		w.leads(w.post("admin", path+"/delete", "confirm", "Entra of Osterberg"), "/admin/directories")
		w.want(w.get("admin", path), http.StatusNotFound)
		w.byOperators("directory.created", "dsync.token.created", "directory.updated", "dsync.token.revoked", "dsync.deleted")
		if l := mailtest.Last(t, d, w.member.Email); l.Kind != "directory_deleted" {
			t.Errorf("the owner was last told by %s", l.Kind)
		}
	})
}

// byOperators fails unless each type of event is in the customer's log, as an
// operator's doing.
func (w *world) byOperators(types ...string) {
	w.t.Helper()
	w.do(w.db.ReadOrg(w.t.Context(), w.org.ID, func(tx *db.OrgTx) error {
		for _, kind := range types {
			events, err := audit.List(tx, audit.Filter{Organization: w.org.ID, Types: []string{kind}, Limit: 1})
			if err != nil || len(events) == 0 || events[0].ActorKind != string(actor.KindOperator) || text(events[0].ActorName) != "admin@fieldnote.example" {
				w.t.Errorf("%s is not in the log as the operator's: %+v, %v", kind, events, err)
			}
		}
		return nil
	}))
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Whoever releases must see whom it costs their access first, and do it in one
// press; a second press, or one without the role, does nothing.
func TestHeldPeopleAreSeenAndReleased(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		path := "/admin/directories/" + string(w.directory.row.ID)
		w.want(w.get("viewer", "/admin"), http.StatusOK, "people&#39;s leaving is held", path+"/safeguard")
		w.want(w.get("viewer", "/admin/directories?needs=held"), http.StatusOK, "Held", "1 directory here")
		w.want(w.get("viewer", path+"/safeguard"), http.StatusOK, "1 person would leave", "sofie", "An operator with the role Admin")
		w.want(w.get("admin", path+"/safeguard/release"), http.StatusOK, "1 person would leave "+strings.ReplaceAll("Osterberg &amp; Söhne", "&amp;", "&amp;"), "within 1 hour from now")
		w.want(w.post("support", path+"/safeguard/release"), http.StatusForbidden)
		w.leads(w.post("admin", path+"/safeguard/release"), path+"/safeguard")
		w.want(w.get("viewer", path+"/safeguard"), http.StatusOK, "Released until")
		w.leads(w.post("admin", path+"/safeguard/release"), path+"/safeguard")
		w.byOperators("directory.released")

		w.want(w.post("admin", path+"/safeguard", "max_percent", "a fifth", "max_deactivations", "", "window_seconds", "60"), http.StatusUnprocessableEntity, "Enter a whole number", `value="a fifth"`)
		w.want(w.post("admin", path+"/safeguard", "max_percent", "101", "max_deactivations", "", "window_seconds", "60"), http.StatusUnprocessableEntity, "from 1 to 100")
		w.want(w.post("admin", path+"/safeguard", "max_percent", "", "max_deactivations", "", "window_seconds", ""), http.StatusUnprocessableEntity, "Enter whole minutes.")
		w.leads(w.post("admin", path+"/safeguard", "max_percent", "10", "max_deactivations", "", "window_seconds", "1440"), path+"/safeguard")
		w.want(w.get("admin", path+"/safeguard"), http.StatusOK, `value="10"`, `value="1440"`, "1 day")
		w.do(d.ReadOrg(t.Context(), w.org.ID, func(tx *db.OrgTx) error {
			row, err := directory.Get(tx, w.directory.row.ID)
			if err == nil && (row.MaxDeactivations != nil || *row.MaxPercent != 10 || row.WindowSeconds != 86400) {
				t.Errorf("kept as %v, %v, %d", row.MaxDeactivations, *row.MaxPercent, row.WindowSeconds)
			}
			return err
		}))
	})
}

// A group's role is changed for that group alone, with the number of people in
// sight; what a directory may not give is refused with its reason.
func TestAGroupIsGivenARole(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		page := "/admin/directories/" + string(w.directory.row.ID) + "/groups/" + string(w.directory.group.ID)
		w.want(w.get("viewer", page), http.StatusOK, "1 person, gives no role of its own.", "sofie")
		w.want(w.get("admin", page+"/role"), http.StatusOK, "Change the role that", "Admin")
		w.want(w.post("admin", page+"/role", "new_role", "owner"), http.StatusUnprocessableEntity, "Owners are made by people")
		w.want(w.post("developer", page+"/role", "new_role", "member"), http.StatusForbidden)
		crew := w.person("crew@osterberg-soehne.example", "Crew")
		w.do(d.InOrg(t.Context(), w.org.ID, actor.System("test"), func(tx *db.OrgTx) error {
			if _, err := users.AddMember(tx, crew.ID, ""); err != nil {
				return err
			}
			u, err := provision.CreateUser(tx, w.directory.row, schema.Resource{"userName": crew.Email, "active": true})
			if err != nil {
				return err
			}
			g, err := directory.HoldGroup(tx, w.directory.row.ID, w.directory.group.ID)
			if err == nil {
				_, _, err = directory.AddMembers(tx, g, []string{string(u.ID)})
			}
			return err
		}))
		w.want(w.post("admin", page+"/role", "new_role", "admin"), http.StatusOK, "1 person gets another role at once.", crew.Email, "Member to Admin", `name="confirmed" value="on"`)
		w.want(w.get("viewer", page), http.StatusOK, "gives no role of its own")
		w.leads(w.post("admin", page+"/role", "new_role", "admin", "confirmed", "on"), page)
		w.want(w.get("viewer", page), http.StatusOK, "gives the role Admin")
		w.want(w.get("viewer", "/admin/directories/"+string(w.directory.row.ID)+"/groups?gives=role"), http.StatusOK, "1 gives a role", "1 group here")
		w.leads(w.post("admin", page+"/role", "new_role", "", "confirmed", "on"), page)
		w.want(w.get("viewer", "/admin/directories/"+string(w.directory.row.ID)+"/groups?gives=role"), http.StatusOK, "No groups match")
		w.byOperators("directory.role_mappings_updated")
	})
}

// An operator on the telephone finds the person, what was asked of them, why,
// and when their access was dead.
func TestADirectorysPeopleAndRequestsAreFound(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		path := "/admin/directories/" + string(w.directory.row.ID)
		w.want(w.get("viewer", path+"/people?q=SOFIE"), http.StatusOK, "1 person here", "No account yet")
		w.want(w.get("viewer", path+"/people?state=inactive"), http.StatusOK, "gone@osterberg-soehne.example", "Switched off")
		w.want(w.get("viewer", path+"/people?q=%25"), http.StatusOK, "No people match")
		w.want(w.get("viewer", path+"/people/"+string(w.directory.person.ID)), http.StatusOK, "No account yet", "verified", "Deactivate person", "displayName")
		w.want(w.get("viewer", path+"/people/"+string(w.directory.gone.ID)), http.StatusOK, "412 ms", "2 sessions")
		w.want(w.get("viewer", path+"/departures"), http.StatusOK, "gone@osterberg-soehne.example", "412 ms")
		w.want(w.get("viewer", path+"/departures?show=unproven"), http.StatusOK, "All are proven")
		w.want(w.get("viewer", path+"/activity?outcome=not-applied&q=%3Ci%3Esof"), http.StatusOK, "1 request here", "&lt;b&gt;at once&lt;/b&gt;")
		w.want(w.get("viewer", path+"/activity?person="+string(w.directory.person.ID)+"&of=User"), http.StatusOK, "1 request here", "Remove filter Person")
		w.want(w.get("viewer", path+"/activity?outcome=refused"), http.StatusOK, "No requests match")
		w.want(w.get("viewer", path+"/activity/"+string(w.directory.request)), http.StatusOK, "429 Too Many Requests", "…"+w.directory.token.LastFour, "Open the person")
		w.want(w.get("viewer", "/admin/directories?q=söhne"), http.StatusOK, "1 directory here")
		w.want(w.get("viewer", "/admin/directories?q=nordby&type=okta+scim+v2.0"), http.StatusOK, "No directories match")
		for _, q := range []string{string(w.directory.row.ID), string(w.directory.person.ID), string(w.directory.group.ID)} {
			if to := w.get("viewer", "/admin/search?q="+q).Header.Get("Location"); !strings.HasPrefix(to, path) {
				t.Errorf("%s leads to %q", q, to)
			}
		}
		w.want(w.get("viewer", "/admin/search?q="+string(id.New[id.DirectoryUser]())), http.StatusOK, "Nothing matches")
	})
}

// One directory's address must not open, change or show what is another's.
func TestPartsBelongToTheDirectoryOfTheAddress(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		other := "/admin/directories/" + string(w.newDirectory(w.org.ID, "Other").row.ID)
		ours := w.directory
		for _, path := range []string{"/people/" + string(ours.person.ID), "/groups/" + string(ours.group.ID), "/groups/" + string(ours.group.ID) + "/role",
			"/activity/" + string(ours.request), "/tokens/" + string(ours.token.ID), "/tokens/" + string(ours.token.ID) + "/revoke"} {
			w.want(w.get("admin", other+path), http.StatusNotFound)
		}
		w.want(w.post("admin", other+"/groups/"+string(ours.group.ID)+"/role", "new_role", "admin"), http.StatusNotFound)
		w.want(w.post("admin", other+"/tokens/"+string(ours.token.ID)+"/revoke"), http.StatusNotFound)
		w.want(w.get("admin", "/admin/directories/"+string(id.New[id.Directory]())), http.StatusNotFound)
		w.want(w.get("admin", "/admin/directories/<script>"), http.StatusNotFound)
		w.do(d.ReadOrg(t.Context(), w.org.ID, func(tx *db.OrgTx) error {
			all, err := directory.Tokens(tx, ours.row.ID)
			if err == nil && (len(all) != 1 || all[0].RevokedAt != nil) {
				t.Error("another directory's page revoked the token")
			}
			return err
		}))
	})
}

// Fifty rows are a page, whatever the size of the directory.
func TestRequestsArePaged(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	w.do(w.db.InOrg(t.Context(), w.org.ID, actor.System("test"), func(tx *db.OrgTx) error {
		var list []directory.Request
		for i := range 60 {
			list = append(list, directory.Request{DirectoryID: w.directory.row.ID, RequestID: "req_" + strconv.Itoa(i), Method: "GET", Path: "/Users", Operation: "users.listed", Outcome: directory.Read, Status: 200, Reason: "Listed.", CreatedAt: tx.Now()})
		}
		return directory.RecordRequests(tx, list)
	}))
	path := "/admin/directories/" + string(w.directory.row.ID) + "/activity?outcome=read"
	first := w.get("viewer", path)
	w.want(first, http.StatusOK, "50 requests here")
	for _, link := range find(t, first.body, "a") {
		if strings.Contains(words(link), "Older") {
			w.want(w.get("viewer", attr(link, "href")), http.StatusOK, "10 requests here", "Newer")
		}
	}
}
