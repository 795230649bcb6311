package samltest

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Server is a provider on loopback. Its fields may be changed while no request
// runs.
type Server struct {
	*IdP
	URL string

	Person        Answer            // who is signed in, and whatever else each response says
	Change        func(*Answer)     // the last word, once the request is known
	SPCertificate *x509.Certificate // set: requests must be signed by it
	ExtraKeys     []*x509.Certificate
	NoSLO         bool

	mu       sync.Mutex
	requests []*Request
	logouts  []string // documents that came to /slo
}

// Start runs a provider whose entity ID is the address of its metadata.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	s.IdP = New(server.URL + "/metadata")
	s.Person = Answer{NameID: "ada@a.example", SessionIndex: "_session-1"}
	return s
}

// Requests are all AuthnRequests that came.
func (s *Server) Requests() []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Request(nil), s.requests...)
}

// Logouts are the XML of all logout messages that came.
func (s *Server) Logouts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.logouts...)
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/metadata":
		w.Header().Set("Content-Type", "application/samlmetadata+xml")
		_, _ = fmt.Fprint(w, s.Metadata())
	case "/sso":
		s.serveSSO(w, r)
	case "/slo":
		s.serveSLO(w, r)
	default:
		http.NotFound(w, r)
	}
}

// Metadata is what the server publishes about itself.
func (s *Server) Metadata() string {
	keys := ""
	for _, c := range append([]*x509.Certificate{s.Certificate}, s.ExtraKeys...) {
		keys += `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>` +
			base64.StdEncoding.EncodeToString(c.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`
	}
	endpoints := ""
	for _, name := range []string{"SingleLogoutService", "SingleSignOnService"} {
		if name == "SingleLogoutService" && s.NoSLO {
			continue
		}
		for _, binding := range []string{"Redirect", "POST"} {
			endpoints += fmt.Sprintf(`<md:%s Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-%s" Location="%s/%s"/>`,
				name, binding, s.URL, map[string]string{"SingleLogoutService": "slo", "SingleSignOnService": "sso"}[name])
		}
	}
	return fmt.Sprintf(`<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s"><md:IDPSSODescriptor WantAuthnRequestsSigned="%t" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">%s%s</md:IDPSSODescriptor></md:EntityDescriptor>`,
		html.EscapeString(s.EntityID), s.SPCertificate != nil, keys, endpoints)
}

func (s *Server) serveSSO(w http.ResponseWriter, r *http.Request) {
	request, err := ReadRequest(r, s.SPCertificate)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, request)
	s.mu.Unlock()
	a := s.Person
	a.ACSURL, a.RequestID = request.AssertionConsumerServiceURL, request.ID
	a.Audience = request.Issuer.Value
	if s.Change != nil {
		s.Change(&a)
	}
	Form(w, request.AssertionConsumerServiceURL, url.Values{"SAMLResponse": {s.Respond(a)}, "RelayState": {request.RelayState}})
}

// serveSLO answers a LogoutRequest at the address that its query or form names
// in "reply", or else where the request says its issuer is: our SLO stands
// beside our metadata.
func (s *Server) serveSLO(w http.ResponseWriter, r *http.Request) {
	l, err := readLogout(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.logouts = append(s.logouts, string(l.document))
	s.mu.Unlock()
	if l.ID == "" {
		_, _ = fmt.Fprint(w, "signed out")
		return
	}
	to := strings.TrimSuffix(l.issuer, "/metadata") + "/slo"
	reply := Logout{Destination: to, InResponseTo: l.ID, RelayState: l.relayState}
	if r.Method == http.MethodPost {
		Form(w, to, url.Values{"SAMLResponse": {s.LogoutField(reply)}, "RelayState": {l.relayState}})
		return
	}
	http.Redirect(w, r, to+"?"+s.LogoutQuery(reply), http.StatusFound)
}
