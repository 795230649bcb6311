package sso_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/netguard"
	"gatehouse/sso"
	"gatehouse/sso/oidc"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/sso/saml"
	"gatehouse/sso/saml/samltest"
	"gatehouse/sso/trail"
)

const base = "https://login.fieldnote.example"

func service(d *db.DB) *sso.Service {
	client := netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}).Client(netguard.Options{Timeout: 2 * time.Second})
	return &sso.Service{DB: d, HTTP: client, Party: &oidc.Party{HTTP: client, Now: func() time.Time { return d.Now() }}, Base: base, Log: slog.New(slog.DiscardHandler)}
}

// walk is one browser at one connection.
type walk struct {
	t      *testing.T
	s      *sso.Service
	idp    *samltest.IdP
	c      *sso.Connection
	cookie string
}

// samlWorld is an organization whose people sign in at idp.
func samlWorld(t *testing.T, d *db.DB, idp *samltest.IdP, change ...func(*sso.New)) *walk {
	t.Helper()
	n := newConnection(t, "GenericSAML", trusting(idp))
	for _, f := range change {
		f(&n)
	}
	return &walk{t: t, s: service(d), idp: idp, c: make1(t, d, organization(t, d), n), cookie: "the browser's secret"}
}

func trusting(idp *samltest.IdP) sso.Configure {
	return sso.Configure{SAML: &sso.SAMLChange{IDPEntityID: p(idp.EntityID), IDPSSOURL: p("https://idp.halden.example/sso"),
		Certificates: &[]string{string(saml.CertificatePEM(idp.Certificate))}}}
}

// away sends the browser to the provider, and gives the RelayState with it.
func (w *walk) away(f sso.For) (sso.Away, string) {
	w.t.Helper()
	if f.Attempt == nil && f.Purpose != sso.Test {
		f.Attempt = p(id.New[id.Attempt]())
	}
	f.Bound = w.cookie
	a, err := w.s.Begin(w.t.Context(), who, w.c.ID, f)
	must(w.t, err)
	to, err := url.Parse(a.URL)
	must(w.t, err)
	if w.c.Protocol == sso.OIDC {
		return a, to.Query().Get("state")
	}
	return a, to.Query().Get("RelayState")
}

// answer is an honest one to a request.
func (w *walk) answer(to sso.Away) samltest.Answer {
	return samltest.Answer{ACSURL: sso.ACSURL(base, w.c.ID), Audience: sso.EntityID(base, w.c.ID), RequestID: string(to.Request), NameID: "ines", NameIDFormat: saml.FormatPersistent,
		Attributes: []samltest.Attribute{{Name: "email", Values: []string{"ines@halden.example"}}, {Name: "apiToken", Values: []string{"canary"}}}}
}

func (w *walk) bound(id.SSORequest) string { return w.cookie }

func (w *walk) post(response, relayState string) (*sso.Received, error) {
	w.t.Helper()
	return w.s.ReceiveSAML(w.t.Context(), who, sso.SAMLAnswer{Connection: w.c.ID, Response: response, RelayState: relayState, Bound: w.bound})
}

// refused asserts a refusal with its code, recorded as such, and returns the record.
func (w *walk) refused(got *sso.Received, err error, code string) *sso.Attempt {
	w.t.Helper()
	r := trail.As(err)
	if r == nil || r.Code() != code {
		w.t.Fatalf("got %v, want %s", err, code)
	}
	a := w.record(got.Record)
	if a.Outcome != sso.Failed || a.Code == nil || *a.Code != code || a.Reference != got.Reference || a.FinishedAt == nil {
		w.t.Errorf("recorded as %+v", a)
	}
	return a
}

func (w *walk) record(attempt id.SSOAttempt) (a *sso.Attempt) {
	w.t.Helper()
	must(w.t, w.s.DB.ReadOrg(w.t.Context(), w.c.OrganizationID, func(tx *db.OrgTx) (err error) {
		a, err = sso.GetAttempt(tx, attempt)
		return err
	}))
	return a
}

func (w *walk) take(request id.SSORequest, attempt id.Attempt) (came *sso.Received, err error) {
	w.t.Helper()
	err = in(w.t, w.s.DB, w.c.OrganizationID, func(tx *db.OrgTx) (err error) {
		if came, err = sso.WhoCame(tx, request, attempt); err != nil {
			return err
		}
		return sso.Take(tx, came)
	})
	return came, err
}

// logged are the log's entries of these types.
func (w *walk) logged(types ...string) (found []audit.Event) {
	w.t.Helper()
	must(w.t, w.s.DB.ReadOrg(w.t.Context(), w.c.OrganizationID, func(tx *db.OrgTx) error {
		all, err := audit.List(tx, audit.Filter{Oldest: true, Limit: 100})
		for _, e := range all {
			for _, wanted := range types {
				if e.Type == wanted {
					found = append(found, e)
				}
			}
		}
		return err
	}))
	return found
}

// oidcWorld is an organization whose people sign in at an OpenID provider.
func oidcWorld(t *testing.T, d *db.DB, provider *oidctest.Provider) *walk {
	t.Helper()
	secret := config.NewSecret(oidctest.ClientSecret)
	n := newConnection(t, "GenericOIDC", sso.Configure{OIDC: &sso.OIDCChange{Issuer: &provider.URL, ClientID: p(oidctest.ClientID), ClientSecret: &secret}})
	return &walk{t: t, s: service(d), c: make1(t, d, organization(t, d), n), cookie: "the browser's secret"}
}

// agree lets the provider send the browser back, and returns what it brings.
func (w *walk) agree(to sso.Away) url.Values {
	w.t.Helper()
	res, err := http.DefaultTransport.RoundTrip(httptest.NewRequest(http.MethodGet, to.URL, nil).WithContext(w.t.Context()))
	must(w.t, err)
	defer res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	must(w.t, errors.Join(err))
	return back.Query()
}

func (w *walk) bring(q url.Values) (*sso.Received, error) {
	w.t.Helper()
	a, err := oidc.ReadAnswer(q.Get)
	must(w.t, err)
	return w.s.ReceiveOIDC(w.t.Context(), who, sso.OIDCAnswer{Connection: w.c.ID, State: q.Get("state"), Answer: a, Bound: w.bound})
}
