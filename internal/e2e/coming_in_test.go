package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// What an organization asks of its members it asks of those who come in.
func TestComingInPassesThePolicy(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		own := account(t, s, sofie)
		org, link := invite(t, s, sofie)
		a := s.Call(http.MethodPut, fmt.Sprintf("/organizations/%s/policy", org), APIKey, map[string]any{"mfa_required": true})
		if a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Raw)
		}
		p := own.Get(link).Submit()
		if p.URL.Path != "/login/mfa/enroll" {
			t.Fatalf("went on to %s: %s", p.URL, p.Text())
		}
		wantRole(t, s, org, sofie, "")
	})
}

// Who has a proven address of a verified domain is offered the organization, and
// joins it by choosing it; a stranger is not.
func TestJoiningByDomainFromThePicker(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b, stranger := account(t, s, sofie), account(t, s, "eve@elsewhere.example")
		org := join(t, s, "", "Halden Marine")[0]
		s.Call(http.MethodPut, "/organizations/"+string(org), APIKey, map[string]any{"domain_data": []any{map[string]any{"domain": "haldenmarine.example", "state": "verified"}}})
		if p := b.Get(s.AuthorizeURL()); !strings.HasPrefix(p.URL.String(), Callback) {
			t.Fatalf("offered without the policy: %s", p.Text())
		}
		s.Call(http.MethodPut, "/organizations/"+string(org)+"/policy", APIKey, map[string]any{"jit_from_verified_domains": true})
		if p := stranger.Get(s.AuthorizeURL()); !strings.HasPrefix(p.URL.String(), Callback) {
			t.Fatalf("a stranger was offered: %s", p.Text())
		}
		if p := stranger.Get(s.AuthorizeURL("organization_id", string(org))); p.Status != http.StatusForbidden {
			t.Errorf("a stranger: %d %s", p.Status, p.Text())
		}
		p := b.Get(s.AuthorizeURL())
		if p.URL.Path != "/login/organizations" || !p.Has("haldenmarine.example") || !p.Has("Continue without") {
			t.Fatalf("%s: %s", p.URL, p.Text())
		}
		wantRole(t, s, org, sofie, "")
		if skipped := b.Get(s.AuthorizeURL()).Submit("skip", "1"); !strings.HasPrefix(skipped.URL.String(), Callback) {
			t.Errorf("skipped to %s", skipped.URL)
		}
		p = p.Submit("organization_id", string(org))
		a := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
		if a.Text("organization_id") != string(org) {
			t.Fatalf("%d %s", a.Status, a.Raw)
		}
		wantRole(t, s, org, sofie, "member")
		wantRole(t, s, org, "eve@elsewhere.example", "")
	})
}

// Open invitations stand in the picker as new, and are accepted there; what asks
// for more says so.
func TestThePickerShowsWhatIsNewAndWhatIsLocked(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := account(t, s, sofie)
		mine := join(t, s, sofie, "Nordby Kraft", "Kestrel Logistics")
		s.Call(http.MethodPut, "/organizations/"+string(mine[1])+"/policy", APIKey, map[string]any{"mfa_required": true})
		org, _ := invite(t, s, sofie)
		p := b.Get(s.AuthorizeURL())
		for _, words := range []string{"Halden Marine", "New", "Asks for a second step", "Member"} {
			if !p.Has(words) {
				t.Errorf("no %q: %s", words, p.Text())
			}
		}
		if locked := p.Submit("organization_id", string(mine[1])); locked.URL.Path != "/login/mfa/enroll" {
			t.Errorf("the locked one: %s", locked.URL)
		}
		p = b.Get(s.AuthorizeURL()).Submit("organization_id", string(org))
		if !strings.HasPrefix(p.URL.String(), Callback) {
			t.Fatalf("%s: %s", p.URL, p.Text())
		}
		wantRole(t, s, org, sofie, "admin")
	})
}

// People make their own organization where the deployment lets them, and own it.
func TestMakingAnOrganization(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := account(t, s, sofie)
		join(t, s, sofie, "Nordby Kraft", "Kestrel Logistics")
		p := b.Get(s.AuthorizeURL())
		flow := p.URL.Query().Get("flow")
		if off := b.Get("/login/organizations/new?flow=" + flow); off.Status != http.StatusNotFound {
			t.Errorf("switched off: %d %s", off.Status, off.Text())
		}
		if off := b.Post("/login/organizations/new", url.Values{"flow": {flow}, "organization_name": {"Mine"}}); off.Status != http.StatusNotFound {
			t.Errorf("switched off, posted: %d %s", off.Status, off.Text())
		}
		s.Tx(func(tx *db.Tx) error {
			settings := tenants.DefaultSettings()
			settings.CreateOrganizations = true
			return tenants.SetSettings(tx, settings)
		})
		p = b.Get(s.AuthorizeURL()).Follow("Create an organization")
		if empty := p.Submit("organization_name", " "); empty.Status != http.StatusUnprocessableEntity {
			t.Errorf("no name: %d", empty.Status)
		}
		p = p.Submit("organization_name", "Halden Marine")
		a := s.Tokens(map[string]any{"grant_type": "authorization_code", "code": p.URL.Query().Get("code")})
		if a.Status != http.StatusOK {
			t.Fatalf("%d at %s: %s", a.Status, p.URL, a.Raw)
		}
		wantRole(t, s, id.Organization(a.Text("organization_id")), sofie, "owner")
		for n := range 10 {
			p = b.Get(s.AuthorizeURL()).Follow("Create an organization").Submit("organization_name", fmt.Sprintf("More %d", n))
		}
		if p.Status != http.StatusTooManyRequests || p.Header.Get("Retry-After") == "" {
			t.Errorf("the eleventh: %d %s", p.Status, p.URL)
		}
	})
}
