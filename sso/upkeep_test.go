package sso_test

import (
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/netguard"
	"gatehouse/sso"
	"gatehouse/sso/saml"
	"gatehouse/sso/saml/samltest"
)

// kept is an upkeep that notes what it tells.
type kept struct {
	*sso.Upkeep
	mu   sync.Mutex
	told []sso.CertNotice
}

func newKept(d *db.DB) *kept {
	k := &kept{}
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	k.Upkeep = &sso.Upkeep{DB: d, HTTP: netguard.New(loopback).Client(netguard.Options{}), Log: slog.New(slog.DiscardHandler), Tell: func(_ *db.OrgTx, n sso.CertNotice) error {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.told = append(k.told, n)
		return nil
	}}
	return k
}

// ahead puts the database's clock forward.
func ahead(d *db.DB, by time.Duration) {
	before := d.Now
	d.Now = func() time.Time { return before().Add(by) }
}

// watched is an active connection whose metadata is a provider's on loopback.
func watched(t *testing.T, d *db.DB, k *kept, org id.Organization, idp *samltest.Server) *sso.Connection {
	t.Helper()
	address := idp.URL + "/metadata"
	m, err := sso.FetchMetadata(t.Context(), k.HTTP, address, d.Now())
	must(t, err)
	return make1(t, d, org, newConnection(t, "GenericSAML", sso.Configure{SAML: &sso.SAMLChange{MetadataURL: &address, Metadata: m}}))
}

// The provider's next certificate is accepted before it signs with it, and the
// one that it lists no more is refused a week later: between, machines of one
// provider disagree.
func TestMetadataIsFollowed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, idp, k := organization(t, d), samltest.Start(t), newKept(d)
		c := watched(t, d, k, org, idp)
		refresh := func() { t.Helper(); must(t, k.Refresh(t.Context())) }
		certificates := func() (out []string) {
			for _, c := range load(t, d, c).Live.SAML.Certificates {
				out = append(out, c.Fingerprint)
			}
			return out
		}
		first, next := saml.Fingerprint(idp.Certificate), samltest.Other(idp.EntityID)
		idp.ExtraKeys = []*x509.Certificate{next.Certificate}
		refresh() // not due yet
		if got := certificates(); !slices.Equal(got, []string{first}) {
			t.Errorf("before it was due: %v", got)
		}
		ahead(d, 28*time.Hour)
		refresh()
		if got := certificates(); !slices.Equal(got, []string{first, saml.Fingerprint(next.Certificate)}) {
			t.Errorf("%v", got)
		}
		if len(k.told) != 1 || !k.told[0].Found || k.told[0].Certificate.Fingerprint != saml.Fingerprint(next.Certificate) {
			t.Errorf("told %+v", k.told)
		}
		idp.Certificate, idp.Key, idp.ExtraKeys = next.Certificate, next.Key, nil // it has changed over
		for range 6 {
			ahead(d, 28*time.Hour)
			refresh()
		}
		if got := certificates(); len(got) != 2 {
			t.Errorf("within the week: %v", got)
		}
		for range 2 {
			ahead(d, 28*time.Hour)
			refresh()
		}
		if got := certificates(); !slices.Equal(got, []string{saml.Fingerprint(next.Certificate)}) {
			t.Errorf("%v", got)
		}
		want := []string{"created", "activated", "saml_certificate_renewed", "certificate_removed"}
		if got := happened(t, d, org); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// Metadata that became another provider's, or that cannot be read, changes
// nothing, and says so once.
func TestMetadataThatIsNotTakenOver(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, idp, k := organization(t, d), samltest.Start(t), newKept(d)
		c := watched(t, d, k, org, idp)
		before := load(t, d, c).Live.SAML
		name := idp.EntityID
		fails := func(entity string) {
			t.Helper()
			idp.EntityID = entity
			for range 2 {
				ahead(d, 28*time.Hour)
				must(t, k.Refresh(t.Context()))
			}
		}
		fails("https://evil.example")
		s := load(t, d, c)
		if s.Connection.MetadataError == nil || !contains(*s.Connection.MetadataError, "https://evil.example") || s.Live.SAML.IDPEntityID != name || len(s.Live.SAML.Certificates) != len(before.Certificates) {
			t.Errorf("%v %+v", s.Connection.MetadataError, s.Live.SAML)
		}
		fails(name)
		if s := load(t, d, c); s.Connection.MetadataError != nil {
			t.Errorf("mended, and still: %s", *s.Connection.MetadataError)
		}
		if got := happened(t, d, org); !slices.Equal(got, []string{"created", "activated", "metadata_failed"}) {
			t.Errorf("%v", got)
		}
		// A draft or an inactive connection asks nobody.
		must(t, in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.Deactivate(tx, c.ID); return err }))
		if s := load(t, d, c); s.Connection.MetadataDueAt != nil {
			t.Error("an inactive connection is due")
		}
	})
}

// A private address that a tenant gives is never asked, by the job neither.
func TestMetadataGoesThroughTheGuard(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, idp, k := organization(t, d), samltest.Start(t), newKept(d)
		c := watched(t, d, k, org, idp)
		k.HTTP = netguard.New(nil).Client(netguard.Options{})
		ahead(d, 28*time.Hour)
		must(t, k.Refresh(t.Context()))
		if s := load(t, d, c); s.Connection.MetadataError == nil || !contains(*s.Connection.MetadataError, "private") {
			t.Errorf("%v", s.Connection.MetadataError)
		}
	})
}

// slowly answers, so that two workers meet.
type slowly struct {
	http.RoundTripper
	asked *sync.Map
}

func (s slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, again := s.asked.LoadOrStore(r.URL.String(), true); again {
		panic("a provider was asked twice")
	}
	time.Sleep(50 * time.Millisecond)
	return s.RoundTripper.RoundTrip(r)
}

// Two workers share what is due: a provider is asked once.
func TestTwoWorkersAskOnce(t *testing.T) {
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		org := organization(t, nodes[0])
		k := newKept(nodes[0])
		asked := &sync.Map{}
		for range 5 {
			watched(t, nodes[0], k, org, samltest.Start(t))
		}
		for _, d := range nodes {
			ahead(d, 28*time.Hour)
		}
		var wait sync.WaitGroup
		for i := range 4 {
			u := &sso.Upkeep{DB: nodes[i%len(nodes)], HTTP: &http.Client{Transport: slowly{http.DefaultTransport, asked}}}
			wait.Go(func() {
				if err := u.Refresh(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		n := 0
		asked.Range(func(_, _ any) bool { n++; return true })
		if n != 5 {
			t.Errorf("%d of 5 providers were asked", n)
		}
	})
}

// Whoever manages a connection hears at 60, 30, 14, 7 and 1 days, once each
// and on whichever worker, and no more once there is a new certificate.
func TestCertificatesEndWithReminders(t *testing.T) {
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		d := nodes[0]
		org, idp := organization(t, d), samltest.New("x")
		ends := time.Now().Add(61 * 24 * time.Hour)
		old := samltest.SelfSigned(idp.Key, time.Now().Add(-time.Hour), ends)
		change := byHand(0)
		change.SAML.Certificates = &[]string{string(saml.CertificatePEM(old))}
		c := make1(t, d, org, newConnection(t, "GenericSAML", change))
		var days []int
		pass := func(by time.Duration) {
			for _, d := range nodes {
				ahead(d, by)
			}
			for i := range 4 {
				k := newKept(nodes[i%len(nodes)])
				must(t, k.Remind(t.Context()))
				for _, n := range k.told {
					if n.Found || n.Certificate.Fingerprint != saml.Fingerprint(old) {
						t.Errorf("%+v", n)
					}
					days = append(days, n.Days)
				}
			}
		}
		pass(0)
		for range 45 { // to day 16
			pass(24 * time.Hour)
		}
		if want := []int{60, 30}; !slices.Equal(days, want) {
			t.Fatalf("told at %v, want %v", days, want)
		}
		pass(8 * 24 * time.Hour) // nobody looked for a week
		for range 10 {
			pass(24 * time.Hour)
		}
		if want := []int{60, 30, 8, 7, 1}; !slices.Equal(days, want) {
			t.Errorf("told at %v, want %v", days, want)
		}
		must(t, in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.AddCertificate(tx, c.ID, pem(1)); return err }))
		pass(0)
		if len(days) != 5 {
			t.Errorf("told after the renewal: %v", days)
		}
		want := append([]string{"created", "activated"}, slices.Repeat([]string{"saml_certificate_renewal_required"}, 5)...)
		if got := happened(t, d, org); !slices.Equal(got, append(want, "certificate_added", "saml_certificate_renewed")) {
			t.Errorf("%v", got)
		}
	})
}
