package tenants_test

import (
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/netguard"
	"gatehouse/tenants"
	"gatehouse/tenants/dns"
	"gatehouse/tenants/dns/dnstest"
)

const acme = "acme.example"

// dnsWorld is a database, a DNS server that a test writes, and a clock.
type dnsWorld struct {
	t       *testing.T
	d       *db.DB
	server  *dnstest.Server
	checks  *tenants.DomainChecks
	mu      sync.Mutex
	told    []string // "organization's name: kind"
	names   map[id.Organization]string
	forward time.Duration
}

func inDNSWorld(t *testing.T, fn func(w *dnsWorld)) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(newDNSWorld(t, d)) })
}

func newDNSWorld(t *testing.T, d *db.DB) *dnsWorld {
	w := &dnsWorld{t: t, d: d, server: dnstest.Start(t), names: map[id.Organization]string{}}
	w.server.TXT(acme, "v=spf1 -all")
	d.Now = func() time.Time { return time.Now().Add(w.forward) }
	w.checks = &tenants.DomainChecks{DB: d, DNS: dns.New([]netip.AddrPort{w.server.Addr}, netguard.New(nil)), Tell: w.tell}
	return w
}

func (w *dnsWorld) tell(tx *db.OrgTx, n tenants.DomainNotice) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, w.names[tx.Organization()]+": "+string(n.Kind))
	return nil
}

// claim makes an organization with a domain.
func (w *dnsWorld) claim(name string, state tenants.DomainState) *tenants.Domain {
	w.t.Helper()
	o := create(w.t, w.d, tenants.New{Name: name, Domains: []tenants.NewDomain{{Domain: acme, State: state}}})
	w.names[o.ID] = name
	var all []tenants.Domain
	must(w.t, w.d.ReadOrg(w.t.Context(), o.ID, func(tx *db.OrgTx) (err error) {
		all, err = tenants.Domains(tx)
		return err
	}))
	return &all[0]
}

// records puts these domains' records into DNS, and no others.
func (w *dnsWorld) records(of ...*tenants.Domain) {
	var values []string
	for _, d := range of {
		values = append(values, *d.VerificationToken)
	}
	w.server.TXT("_gatehouse-domain-verification."+acme, values...)
}

// after puts the clock forward and makes the checks that are due.
func (w *dnsWorld) after(step time.Duration) {
	w.t.Helper()
	w.forward += step
	must(w.t, w.checks.Due(w.t.Context()))
}

// now is the domain as it stands.
func (w *dnsWorld) now(d *tenants.Domain) *tenants.Domain {
	w.t.Helper()
	var found *tenants.Domain
	must(w.t, w.d.ReadOrg(w.t.Context(), d.OrganizationID, func(tx *db.OrgTx) (err error) {
		found, err = tenants.GetDomain(tx, d.ID)
		return err
	}))
	return found
}

// holder is the name of the organization that the domain is found at.
func (w *dnsWorld) holder() string {
	w.t.Helper()
	var name string
	must(w.t, w.d.Locate(w.t.Context(), func(tx *db.AllTx) error {
		org, _, err := tenants.LocateDomain(tx, acme)
		name = w.names[org]
		return err
	}))
	return name
}

func (w *dnsWorld) wantTold(want ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if strings.Join(w.told, ", ") != strings.Join(want, ", ") {
		w.t.Errorf("told %q, want %q", w.told, want)
	}
	w.told = nil
}

// wantLast wants these events at the end of the organization's log.
func (w *dnsWorld) wantLast(d *tenants.Domain, want ...string) {
	w.t.Helper()
	got := events(w.t, w.d, d.OrganizationID)
	if len(got) > len(want) {
		got = got[len(got)-len(want):]
	}
	for i := range want {
		if i >= len(got) || got[i] != "organization_domain."+want[i] {
			w.t.Fatalf("the log ends with %q, want %q", got, want)
		}
	}
}
