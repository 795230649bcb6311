package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"gatehouse/internal/dbtest"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/tenants/dns/dnstest"
)

const haldens = "haldenmarine.example"

// A script proves a customer's domain: the real binary asks the resolver of its
// environment, a worker of its own does so at once, and the people who manage
// the organization are told, in both databases.
func TestADomainIsProvenByTheAPI(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { proveByAPI(t, dbtest.SQLiteURL(t)) })
	dbtest.OnPostgres(t, proveByAPI)
}

func proveByAPI(t *testing.T, address string) {
	server := dnstest.Start(t)
	server.TXT(haldens, "v=spf1 -all")
	p := Start(t, append(Env(t, address), "GATEHOUSE_DNS_SERVERS="+server.Addr.String()))
	post := func(path string, body any) Answer { return call(t, p.URL, http.MethodPost, path, APIKey, body) }
	claim := func(name string) Answer {
		org := post("/organizations", map[string]any{"name": name}).Text("id")
		user := post("/user_management/users", map[string]any{"email": strings.ToLower(name) + "@elsewhere.example"}).Text("id")
		post("/user_management/organization_memberships", map[string]any{"organization_id": org, "user_id": user, "role_slug": "owner"})
		d := post("/organization_domains", map[string]any{"organization_id": org, "domain": "HaldenMarine.Example."})
		if d.Status != http.StatusCreated {
			t.Fatalf("%d %s", d.Status, d.Raw)
		}
		return d
	}
	first, second := claim("First"), claim("Second")
	server.TXT(first.Text("verification_prefix")+"."+haldens, first.Text("verification_token"), second.Text("verification_token"))
	if a := post("/organization_domains/"+first.Text("id")+"/verify", nil); a.Status != http.StatusCreated || a.Text("state") != "pending" {
		t.Fatalf("%d %s", a.Status, a.Raw)
	}
	await(t, p, first, "organization_domain.verified")
	if a := post("/organization_domains/"+first.Text("id")+"/verify", nil); a.Status != http.StatusBadRequest || a.Text("code") != "domain_already_verified" {
		t.Errorf("%d %s", a.Status, a.Raw)
	}
	post("/organization_domains/"+second.Text("id")+"/verify", nil)
	await(t, p, second, "organization_domain.move_started")
	if a := call(t, p.URL, http.MethodGet, "/organization_domains/"+second.Text("id"), APIKey, nil); a.Text("state") != "pending" {
		t.Errorf("a second holder at once: %s", a.Raw)
	}
	p.Signal(syscall.SIGTERM)
	if err := p.Wait(20 * time.Second); err != nil {
		t.Fatalf("%v\n%s", err, p.Log)
	}
	wantMails(t, address, "first@elsewhere.example", "domain_leaves", "domain_verified")
	wantMails(t, address, "second@elsewhere.example")
}

// await waits until the log of the domain's organization has such an entry.
func await(t *testing.T, p *Process, d Answer, event string) {
	t.Helper()
	path := fmt.Sprintf("/audit_logs/events?organization_id=%s&limit=100", d.Text("organization_id"))
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		a := call(t, p.URL, http.MethodGet, path, APIKey, nil)
		if strings.Contains(a.Raw, `"`+event+`"`) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no %s: %d %s", event, a.Status, a.Raw)
		}
	}
}

func wantMails(t *testing.T, address, to string, kinds ...string) {
	t.Helper()
	d := beside(t, address)
	defer d.Close()
	var got []string
	for _, l := range mailtest.All(t, d, to) {
		got = append(got, l.Kind)
		if !strings.Contains(l.Text, "/portal/domains") || !strings.Contains(l.Subject, haldens) {
			t.Errorf("%s: %s\n%s", l.Kind, l.Subject, l.Text)
		}
	}
	if strings.Join(got, " ") != strings.Join(kinds, " ") {
		t.Errorf("%s got %q, want %q", to, got, kinds)
	}
}

// A claim is no proof: an organization that says that a domain is its own takes
// in nobody by it (attacks T5).
func TestAClaimedDomainTakesNobodyIn(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := account(t, s, sofie)
		org := join(t, s, "", "Not Halden")[0]
		for _, typed := range []string{haldens, "mail." + haldens} {
			a := s.Call(http.MethodPost, "/organization_domains", APIKey, map[string]any{"organization_id": org, "domain": typed})
			if a.Status != http.StatusCreated {
				t.Fatalf("%d %s", a.Status, a.Raw)
			}
		}
		a := s.Call(http.MethodPut, "/organizations/"+string(org), APIKey, map[string]any{"domain_data": []any{
			map[string]any{"domain": haldens, "state": "pending"}, map[string]any{"domain": "mail." + haldens, "state": "verified"}}})
		b2 := s.Call(http.MethodPut, "/organizations/"+string(org)+"/policy", APIKey, map[string]any{"jit_from_verified_domains": true})
		if a.Status != http.StatusOK || b2.Status != http.StatusOK {
			t.Fatalf("%s %s", a.Raw, b2.Raw)
		}
		if p := b.Get(s.AuthorizeURL()); !strings.HasPrefix(p.URL.String(), Callback) {
			t.Errorf("offered by a claim: %s %s", p.URL, p.Text())
		}
		if p := b.Get(s.AuthorizeURL("organization_id", string(org))); p.Status != http.StatusForbidden {
			t.Errorf("entered by a claim: %d %s", p.Status, p.Text())
		}
		wantRole(t, s, org, sofie, "")
	})
}
