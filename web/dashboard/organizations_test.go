package dashboard_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/users"
)

// The log says which operator made a customer.
func TestCreatingAnOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.post("admin", "/admin/organizations/new", "name", "", "domain", "not a domain"), http.StatusUnprocessableEntity,
			"<title>Error:", "Enter a name.", `value="not a domain"`, "That is not a domain name")
		w.want(w.post("admin", "/admin/organizations/new", "name", "Kestrel", "external_id", "acct_88213"), http.StatusUnprocessableEntity, `value="Kestrel"`, "external_id-error")
		a := w.post("admin", "/admin/organizations/new", "name", "Kestrel Logistics", "domain", "Kestrel.example.")
		w.want(a, http.StatusSeeOther)
		org := id.Organization(strings.TrimPrefix(a.Header.Get("Location"), "/admin/organizations/"))
		w.want(w.get("viewer", a.Header.Get("Location"), a.Cookies()...), http.StatusOK, "Kestrel Logistics", "kestrel.example", "Organization created.")
		w.do(d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
			events, err := audit.List(tx, audit.Filter{Types: []string{"organization.created"}})
			if err != nil || len(events) != 1 || events[0].ActorKind != "operator" || *events[0].ActorID != string(w.people["admin"].ID) {
				t.Errorf("who made it is not in the log: %+v %v", events, err)
			}
			return nil
		}))
	})
}

// The operators' organization is no customer: through it an admin would make
// themselves an owner.
func TestTheSystemOrganizationIsNoCustomer(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	system := "/admin/organizations/" + string(w.system)
	for _, path := range []string{"", "/members", "/domains", "/settings", "/branding", "/delete", "/audit-log"} {
		w.want(w.get("owner", system+path), http.StatusNotFound)
	}
	w.want(w.post("admin", system+"/members", "email", "stranger@fieldnote.example", "role", "owner"), http.StatusNotFound)
	w.want(w.post("admin", system+"/members/"+string(w.operator.ID)+"/role", "new_role", "owner"), http.StatusNotFound)
	w.want(w.post("admin", system+"/settings", "name", "Ours"), http.StatusNotFound)
	w.want(w.post("owner", system+"/delete", "confirm", "Operators"), http.StatusNotFound)
	if strings.Contains(w.get("owner", "/admin/organizations").body, string(w.system)) {
		t.Error("the list shows the operators' organization")
	}
}

// Members come, change and go; the last owner stays.
func TestMembers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		members := "/admin/organizations/" + string(w.org.ID) + "/members"
		w.want(w.post("admin", members, "email", "nobody@example.com", "role", "member"), http.StatusUnprocessableEntity, "Nobody has an account", `value="nobody@example.com"`)
		w.want(w.post("admin", members, "email", "stranger@fieldnote.example", "role", "emperor"), http.StatusUnprocessableEntity, "Choose one of the roles.")
		w.want(w.post("admin", members, "email", "Stranger@Fieldnote.example", "role", "member"), http.StatusSeeOther)
		w.want(w.post("admin", members, "email", "stranger@fieldnote.example", "role", "member"), http.StatusUnprocessableEntity, "belongs to the organization already")

		one := members + "/" + string(w.membership.ID)
		w.want(w.get("admin", one+"/remove"), http.StatusOK, "1 session in")
		w.want(w.post("admin", one+"/remove"), http.StatusUnprocessableEntity, "last owner")
		w.want(w.post("admin", one+"/deactivate"), http.StatusUnprocessableEntity, "last owner")
		w.want(w.post("admin", one+"/role", "new_role", "member"), http.StatusUnprocessableEntity, "last owner")

		other := members + "/" + string(w.membershipOf(w.people["stranger"].ID).ID)
		w.want(w.post("admin", other+"/role", "new_role", "owner"), http.StatusSeeOther)
		w.want(w.post("admin", one+"/deactivate"), http.StatusSeeOther)
		w.want(w.post("admin", one+"/reactivate"), http.StatusSeeOther)
		w.want(w.post("admin", one+"/remove"), http.StatusSeeOther)
		w.want(w.post("admin", one+"/remove"), http.StatusNotFound)
	})
}

func (w *world) membershipOf(user id.User) (m *users.Membership) {
	w.t.Helper()
	w.do(w.db.ReadOrg(w.t.Context(), w.org.ID, func(tx *db.OrgTx) (err error) {
		m, err = users.MembershipOf(tx, user)
		return err
	}))
	return m
}

// One organization's page does not reach into another's.
func TestThingsBelongToTheOrganizationOfTheAddress(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	a := w.post("admin", "/admin/organizations/new", "name", "Another")
	other := a.Header.Get("Location")
	w.want(w.post("admin", other+"/members/"+string(w.membership.ID)+"/remove"), http.StatusNotFound)
	w.want(w.post("admin", other+"/domains/"+string(w.domain.ID)+"/delete"), http.StatusNotFound)
	w.want(w.post("admin", other+"/domains/"+string(w.domain.ID)+"/check"), http.StatusNotFound)
	event := ""
	for _, link := range find(t, w.get("viewer", "/admin/organizations/"+string(w.org.ID)+"/audit-log").body, "a") {
		if _, found, ok := strings.Cut(attr(link, "href"), "event="); ok {
			event = found
		}
	}
	w.want(w.get("viewer", other+"/audit-log?event="+event), http.StatusOK, "There is no event with that ID here.")
}

// Deleting takes the name, and no half of it.
func TestDeletingAnOrganizationTakesItsName(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		path := "/admin/organizations/" + string(w.org.ID)
		w.want(w.get("admin", path+"/delete"), http.StatusOK, "1 member lose", "1 session ends")
		w.want(w.post("admin", path+"/delete", "confirm", "Osterberg"), http.StatusUnprocessableEntity, "That isn&#39;t the name")
		w.want(w.get("viewer", path), http.StatusOK)
		w.want(w.post("admin", path+"/delete", "confirm", longName), http.StatusSeeOther)
		w.want(w.get("viewer", path), http.StatusNotFound, "It may have been deleted")
		w.want(w.get("viewer", "/admin/users/"+string(w.member.ID)), http.StatusOK, "No organization")
	})
}

// What was typed into metadata stays when a line is wrong.
func TestSavingMetadata(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	path := "/admin/organizations/" + string(w.org.ID) + "/metadata"
	w.want(w.post("admin", path, "metadata", "plan=team\nno pair"), http.StatusUnprocessableEntity, "Line 2 is no pair", "plan=team\nno pair")
	w.want(w.post("admin", path, "metadata", "plan=team\r\nseats = 5\r\n"), http.StatusSeeOther)
	w.do(w.db.Read(t.Context(), func(tx *db.Tx) error {
		o, err := tenants.Get(tx, w.org.ID)
		if err == nil && (o.Metadata["plan"] != "team" || o.Metadata["seats"] != "5" || len(o.Metadata) != 2) {
			t.Errorf("metadata is %v", o.Metadata)
		}
		return err
	}))
}

// An SVG can hold scripts; a name does not make it a PNG.
func TestBranding(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
		w.want(w.upload(svg, "color", "#f5d000"), http.StatusUnprocessableEntity, "PNG, JPEG or WebP", `value="#f5d000"`, "Links use")
		w.want(w.upload(make([]byte, 300<<10)), http.StatusUnprocessableEntity, "PNG, JPEG or WebP")
		w.want(w.upload(nil, "color", "yellow"), http.StatusUnprocessableEntity, "color-error", `value="yellow"`)
		w.want(w.upload(nil, "panel_color", "#12345"), http.StatusUnprocessableEntity, "panel_color-error")
		w.want(w.upload(nil, "radius", "17"), http.StatusUnprocessableEntity, "radius-error")
		w.want(w.upload(nil, "radius", "round"), http.StatusUnprocessableEntity, "radius-error")
		w.want(w.upload(nil, "terms_url", "javascript:alert(1)"), http.StatusUnprocessableEntity, "terms_url-error")
		png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...)
		w.want(w.upload(png, "color", "#f5d000", "radius", "12", "layout", "split", "secured_by", "on"), http.StatusSeeOther)
		w.want(w.upload(nil, "color", "#f5d000", "layout", "center"), http.StatusSeeOther)
		w.want(w.get("admin", w.fill("/admin/organizations/:org/branding")), http.StatusOK, "is hard to read as text on the light page", "One is there.")
		w.want(w.upload(nil, "remove_logo", "on", "layout", "center"), http.StatusSeeOther)
		w.want(w.get("admin", w.fill("/admin/organizations/:org/branding")), http.StatusOK, "None yet: a mark")
	})
}

// upload posts the branding form with a logo.
func (w *world) upload(logo []byte, fields ...string) answer {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		w.do(form.WriteField(fields[i], fields[i+1]))
	}
	part, err := form.CreateFormFile("logo", "logo.png")
	w.do(err)
	if logo == nil {
		logo = []byte{}
	}
	_, err = part.Write(logo)
	w.do(err)
	w.do(form.Close())
	r := httptest.NewRequest(http.MethodPost, w.fill("/admin/organizations/:org/branding"), &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return w.send("admin", r)
}
