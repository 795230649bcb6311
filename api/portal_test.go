package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/portal"
)

// linked is the link whose address an answer holds.
func (w *world) linked(org id.Organization, link string) (l *portal.Link) {
	w.t.Helper()
	token, ok := strings.CutPrefix(link, "https://auth.example/portal/open/")
	if !ok {
		w.t.Fatalf("link %q", link)
	}
	w.all(func(tx *db.AllTx) (err error) { l, err = portal.LocateLink(tx, token); return err })
	if l.OrganizationID != org {
		w.t.Errorf("a link into %s", l.OrganizationID)
	}
	return l
}

// An application's "Set up SSO" button calls this: what it asks for must be
// what the link opens.
func TestGeneratingAPortalLink(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden Marine")
		post := func(more string) reply {
			return w.do("POST", "/portal/generate_link", fmt.Sprintf(`{"organization":%q%s}`, org, more))
		}
		made := post(`,"intent":"sso","return_url":"https://app.example/settings","success_url":"https://app.example/done","intent_options":{"sso":{"bookmark_slug":"x","provider_type":"OktaSAML"}}`)
		if made.status != http.StatusCreated || made.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %s", made.status, made.body)
		}
		l := w.linked(id.Organization(org), made.get("link"))
		if len(l.Scopes) != 1 || l.Scopes[0] != portal.SSO || *l.ReturnURL != "https://app.example/settings" || *l.SuccessURL != "https://app.example/done" || *l.ProviderType != "OktaSAML" || l.MadeBy != "Fieldnote" {
			t.Errorf("%+v", l)
		}
		if all := w.linked(id.Organization(org), post("").get("link")); len(all.Scopes) != len(portal.LinkScopes) {
			t.Errorf("without an intent: %v", all.Scopes)
		}
		for more, want := range map[string]int{
			`,"intent":"bring_your_own_key"`:                          422,
			`,"intent":"everything"`:                                  422,
			`,"intent":7`:                                             422,
			`,"return_url":"javascript:alert(1)"`:                     422,
			`,"success_url":"http://app.example/"`:                    422,
			`,"admin_emails":["no address"]`:                          422,
			`,"admin_emails":"it@halden.example"`:                     422,
			`,"intent_options":{"sso":{"provider_type":"MagicSAML"}}`: 422,
			`,"intent_options":{"sso":"x"}`:                           422,
			`,"intent":null,"return_url":null,"intent_options":null`:  201,
		} {
			if got := post(more); got.status != want {
				t.Errorf("%s: %d, want %d: %s", more, got.status, want, got.body)
			}
		}
		for body, want := range map[string]int{`{}`: 422, `{"organization":"x"}`: 404, `{"organization":"org_01ARZ3NDEKTSV4RRFFQ69G5FAV"}`: 404,
			fmt.Sprintf(`{"organization":%q}`, w.system): 404, `{"organization":"org_01ARZ3NDEKTSV4RRFFQ69G5FAV","admin_emails":["a@b.example"]}`: 404} {
			if got := w.do("POST", "/portal/generate_link", body); got.status != want {
				t.Errorf("%s: %d, want %d", body, got.status, want)
			}
		}
	})
}

// Each admin gets a link of their own: one that two share lets one in.
func TestPortalLinksAreMailed(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden Marine")
		made := w.do("POST", "/portal/generate_link", fmt.Sprintf(`{"organization":%q,"intent":"sso","admin_emails":["it@halden.example","IT@halden.example"],"it_contact_emails":["ines@halden.example","it@halden.example"]}`, org))
		seen := map[string]bool{made.get("link"): true}
		for _, address := range []string{"it@halden.example", "ines@halden.example"} {
			letters := mailtest.All(t, w.d, address)
			if len(letters) != 1 || letters[0].Kind != "portal_link" || seen[letters[0].Links[0]] {
				t.Fatalf("%s got %+v", address, letters)
			}
			seen[letters[0].Links[0]] = true
			if l := w.linked(id.Organization(org), letters[0].Links[0]); *l.MailedTo != address || l.Scopes[0] != portal.SSO {
				t.Errorf("%+v", l)
			}
		}
	})
}

// A customer's own key must not put addresses of its choice behind a button
// that carries the deployment's name.
func TestAnOrganizationsKeyLinksBackToApplicationsAlone(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden Marine")
		key := w.orgKey(org)
		post := func(url string) reply {
			return w.send(key, "POST", "/portal/generate_link", fmt.Sprintf(`{"organization":%q,"return_url":%q}`, org, url))
		}
		if got := post("https://evil.example/"); got.status != 422 {
			t.Errorf("%d %s", got.status, got.body)
		}
		if got := post("https://app.example/settings"); got.status != 201 {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
}
