package e2e

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/sso/saml/samltest"
	"gatehouse/tenants/dns/dnstest"
)

// A link that follows a request's headers brings its reader, and the secret in
// it, to whoever sent them (attacks P1): not one mail's does, whoever causes it.
func TestNoHeaderSaysWhereAMailLeads(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		records := dnstest.Start(t)
		s := NewWith(t, d, slog.New(slog.DiscardHandler), "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8", "GATEHOUSE_DNS_SERVERS="+records.Addr.String())
		operator(t, s)
		kinds := map[string]bool{}
		for _, causes := range []func(*testing.T, *Server){mailsOfPortalLinks, mailsOfConnections, mailsOfDirectories, mailsOfPeople,
			func(t *testing.T, s *Server) { mailsOfDomains(t, s, records) }, mailsOfWebhooks, mailsOfStreams, mailsOfExports} {
			causes(t, s)
			maps.Copy(kinds, honest(t, s)) // some move the clock and let jobs run, which sweep what is a day old
		}
		for _, kind := range kindsOfMail(t) {
			if !kinds[kind] {
				t.Errorf("no %s was mailed", kind)
			}
		}
	})
}

// support is the dashboard of an operator who has just signed in, behind whom
// somebody adds the headers.
func support(s *Server) func(method, path, form string) Answer {
	b := s.Browser()
	b.Get("/admin").Submit("email", "priya@fieldnote.example").Submit("password", Password)
	headers := append([]string{"Cookie", "gatehouse_session=" + b.Cookie("gatehouse_session"), "Content-Type", "application/x-www-form-urlencoded"}, poison...)
	return func(method, path, form string) Answer {
		s.T.Helper()
		a := s.raw(method, path, form, headers...)
		if once, _, set := strings.Cut(a.Header.Get("Set-Cookie"), ";"); set { // what the next page shows
			headers[1] += "; " + once
		}
		return a
	}
}

// poisonedAPI calls the management API with headers of somebody between.
func poisonedAPI(t *testing.T, s *Server) func(method, path, body string) Answer {
	return func(method, path, body string) Answer {
		t.Helper()
		a := s.raw(method, path, body, append([]string{"Authorization", "Bearer " + APIKey, "Content-Type", "application/json"}, poison...)...)
		if a.Status >= 300 {
			t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Raw)
		}
		return a
	}
}

// owned makes an organization, by poisoned requests, whose owner gets its mails.
func owned(t *testing.T, s *Server, name, owner string) (org, user string) {
	t.Helper()
	api := poisonedAPI(t, s)
	org = api(http.MethodPost, "/organizations", fmt.Sprintf(`{"name":%q}`, name)).Text("id")
	user = api(http.MethodPost, "/user_management/users", fmt.Sprintf(`{"email":%q,"email_verified":true}`, owner)).Text("id")
	api(http.MethodPost, "/user_management/organization_memberships", fmt.Sprintf(`{"organization_id":%q,"user_id":%q,"role_slug":"owner"}`, org, user))
	return org, user
}

// visit is a poisoned browser in an organization's portal.
func visit(t *testing.T, s *Server, org string) *Browser {
	t.Helper()
	link := poisonedAPI(t, s)(http.MethodPost, "/portal/generate_link", fmt.Sprintf(`{"organization":%q}`, org)).Text("link")
	if !strings.HasPrefix(link, s.Base+"/portal/open/") {
		t.Fatalf("the portal's link is %s", link)
	}
	b := poisoned(s, poison)
	if p := b.Post(strings.TrimPrefix(link, s.Base), url.Values{}); p.URL.Path != "/portal" || p.Status != http.StatusOK {
		t.Fatalf("the visit is at %s: %d %s", p.URL, p.Status, p.Text())
	}
	return b
}

var portalLink = regexp.MustCompile(`[a-z]+://[^"\s<]+/portal/open/[A-Za-z0-9_-]+`)

// mailsOfPortalLinks are one that is mailed, and one that somebody found over.
func mailsOfPortalLinks(t *testing.T, s *Server) {
	t.Helper()
	org, _ := owned(t, s, "Kestrel", "owner@kestrel.example")
	poisonedAPI(t, s)(http.MethodPost, "/portal/generate_link", fmt.Sprintf(`{"organization":%q,"admin_emails":["it@kestrel.example"]}`, org)) // portal_link
	dashboard := support(s)
	made := dashboard(http.MethodPost, "/admin/organizations/"+org+"/portal-links/new", "scope_sso=on")
	shown := dashboard(http.MethodGet, strings.TrimPrefix(made.Header.Get("Location"), s.Base), "")
	link := portalLink.FindString(shown.Raw)
	if !strings.HasPrefix(link, s.Base+"/portal/open/") {
		t.Fatalf("the dashboard shows %q: %d %d %s", link, made.Status, shown.Status, shown.says())
	}
	s.Time.Add(6 * time.Minute)
	poisoned(s, poison).Post(strings.TrimPrefix(link, s.Base)+"/ask", url.Values{}) // portal_link_asked
}

// mailsOfConnections are of a certificate that a provider's metadata has, of one
// that ends, and of the day from which single sign-on is required.
func mailsOfConnections(t *testing.T, s *Server) {
	t.Helper()
	api, idp := poisonedAPI(t, s), samltest.Start(t)
	org, owner := owned(t, s, "Halden Marine", "owner@halden.example")
	member := api(http.MethodPost, "/user_management/users", `{"email":"ines@halden.example"}`).Text("id")
	api(http.MethodPost, "/user_management/organization_memberships", fmt.Sprintf(`{"organization_id":%q,"user_id":%q}`, org, member))
	idp.Certificate = samltest.SelfSigned(idp.Key, time.Now().Add(-time.Hour), time.Now().AddDate(0, 0, 20))
	connection := api(http.MethodPost, "/connections", fmt.Sprintf(`{"organization_id":%q,"connection_type":"GenericSAML","state":"active","saml":{"metadata_url":%q}}`, org, idp.URL+"/metadata")).Text("id")
	idp.ExtraKeys = []*x509.Certificate{samltest.Other(idp.EntityID).Certificate}
	api(http.MethodPost, "/connections/"+connection+"/metadata/refresh", "") // certificate_found
	api(http.MethodPut, "/organizations/"+org+"/policy", fmt.Sprintf(`{"sso_required_from":%q,"break_glass_user_ids":[%q]}`, s.Time.Now().AddDate(0, 0, 5).UTC().Format(time.RFC3339), owner))
	stop := s.App.StartJobs(t.Context()) // certificate_ends, sso_required_from
	for end := time.Now().Add(20 * time.Second); !hasMail(t, s, "owner@halden.example", "certificate_ends") || !hasMail(t, s, "ines@halden.example", "sso_required_from"); {
		if time.Now().After(end) {
			t.Error("the jobs mailed nothing")
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

func hasMail(t *testing.T, s *Server, address, kind string) bool {
	t.Helper()
	for _, l := range mailtest.All(t, s.DB, address) {
		if l.Kind == kind {
			return true
		}
	}
	return false
}

// claimant is an organization that claims a domain.
type claimant struct {
	s                *Server
	org, name, value string
	path             string // of the domain's page in the portal
}

func claims(t *testing.T, s *Server, name, owner string) claimant {
	t.Helper()
	org, _ := owned(t, s, name, owner)
	d := poisonedAPI(t, s)(http.MethodPost, "/organization_domains", fmt.Sprintf(`{"organization_id":%q,"domain":%q}`, org, haldens))
	return claimant{s, org, d.Text("verification_prefix") + "." + haldens, d.Text("verification_token"), "/portal/domains/" + d.Text("id") + "/check"}
}

// check has DNS looked at, in a while, by a poisoned browser in the portal.
func (c claimant) check(t *testing.T, after time.Duration) {
	t.Helper()
	c.s.Time.Add(after)
	if p := visit(t, c.s, c.org).Post(c.path, url.Values{}); p.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", p.URL, p.Status, p.Text())
	}
}

// mailsOfDomains are of a domain that is proven, whose record goes, that another
// organization claims in vain, and then takes.
func mailsOfDomains(t *testing.T, s *Server, records *dnstest.Server) {
	t.Helper()
	const moved = 73 * time.Hour
	records.TXT(haldens, "v=spf1 -all")
	first, second := claims(t, s, "First", "owner@first.example"), claims(t, s, "Second", "owner@second.example")
	records.TXT(first.name, first.value)
	first.check(t, time.Minute) // domain_verified
	records.TXT(first.name)
	first.check(t, time.Minute) // domain_missing
	records.TXT(first.name, first.value, second.value)
	second.check(t, time.Minute) // domain_leaves
	second.check(t, moved)       // domain_kept
	records.TXT(first.name, second.value)
	second.check(t, time.Minute)
	second.check(t, moved) // domain_left
}
