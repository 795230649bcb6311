package saml

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso/saml/samltest"
	"gatehouse/sso/trail"
)

func theirLogout() samltest.Logout {
	return samltest.Logout{Destination: ourSLO, NameID: "ada@a.example", SessionIndexes: []string{"_session-1"}, RelayState: "state/1"}
}

// readLogoutOf sends a logout message by either binding.
func readLogoutOf(t *testing.T, p *samltest.IdP, l samltest.Logout, by Binding) *LogoutMessage {
	t.Helper()
	var m *LogoutMessage
	var err error
	if by == Redirect {
		m, err = ReadLogoutQuery(p.LogoutQuery(l))
	} else {
		field := p.LogoutField(l)
		if l.Parameter() == "SAMLRequest" {
			m, err = ReadLogoutForm(field, "", l.RelayState)
		} else {
			m, err = ReadLogoutForm("", field, l.RelayState)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A provider ends sessions by either binding, with escapes as AD FS writes
// them; whose sessions must arrive as it says.
func TestProviderEndsSessions(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	for _, by := range []Binding{Redirect, Post} {
		for _, lower := range []bool{false, true} {
			l := theirLogout()
			l.LowerCase = lower
			got, steps, err := connection(p).VerifyLogoutRequest(readLogoutOf(t, p, l, by), ExpectLogout{Now: time.Now()})
			if err != nil {
				t.Fatalf("%s: %v %+v", by, err, steps)
			}
			if got.NameID != "ada@a.example" || len(got.SessionIndexes) != 1 || got.SessionIndexes[0] != "_session-1" || got.RelayState != "state/1" || got.ID == "" {
				t.Errorf("%s: %+v", by, got)
			}
		}
	}
}

// Whoever can forge a logout can throw people out (SECURITY.md S17): each lie
// by each binding has its own refusal.
func TestForgedLogoutsAreRefused(t *testing.T) {
	t.Parallel()
	p, stranger := samltest.New(theirID), samltest.Other(theirID)
	set := func(attribute, value string) func(*etree.Element) {
		return func(el *etree.Element) { el.CreateAttr(attribute, value) }
	}
	past, future := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	for name, test := range map[string]struct {
		by     *samltest.IdP
		change func(*samltest.Logout)
		code   string
	}{
		"unsigned":             {p, func(l *samltest.Logout) { l.Unsigned = true }, "saml_signature_missing"},
		"signed by a stranger": {stranger, func(*samltest.Logout) {}, "saml_signature_invalid"},
		"of another provider":  {samltest.New("https://other.example"), func(*samltest.Logout) {}, "saml_issuer_mismatch"},
		"for another address":  {p, func(l *samltest.Logout) { l.Destination = "https://other.example/slo" }, "saml_destination_mismatch"},
		"for no address":       {p, func(l *samltest.Logout) { l.Destination = "" }, "saml_destination_mismatch"},
		"expired":              {p, func(l *samltest.Logout) { l.Before = set("NotOnOrAfter", past) }, "saml_expired"},
		"from the future":      {p, func(l *samltest.Logout) { l.Before = set("IssueInstant", future) }, "saml_not_yet_valid"},
		"old, without an end": {p, func(l *samltest.Logout) {
			l.Before = func(el *etree.Element) {
				el.CreateAttr("IssueInstant", "2020-01-01T00:00:00Z")
				el.RemoveAttr("NotOnOrAfter")
			}
		}, "saml_expired"},
		"version 1.1":       {p, func(l *samltest.Logout) { l.Before = set("Version", "1.1") }, "saml_version"},
		"about nobody":      {p, func(l *samltest.Logout) { l.NameID = "" }, "saml_name_id_missing"},
		"answers a request": {p, func(l *samltest.Logout) { l.Before = set("InResponseTo", "_x") }, "saml_in_response_to_mismatch"},
	} {
		for _, by := range []Binding{Redirect, Post} {
			l := theirLogout()
			test.change(&l)
			got, steps, err := connection(p).VerifyLogoutRequest(readLogoutOf(t, test.by, l, by), ExpectLogout{Now: time.Now()})
			if r := trail.As(err); r == nil || r.Code() != test.code || steps.Failure() == nil {
				t.Errorf("%s by %s: %+v %v, want %s", name, by, got, err, test.code)
			}
		}
	}
}

// The signature of a redirect covers message, relay state and algorithm, and
// nothing may be added that another reader would see.
func TestRedirectedLogoutsCannotBeChanged(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	for name, test := range map[string]struct {
		change func(string) string
		code   string
	}{
		"another relay state": {func(q string) string { return strings.Replace(q, "state%2F1", "evil", 1) }, "saml_signature_invalid"},
		"no relay state":      {func(q string) string { return strings.Replace(q, "&RelayState=state%2F1", "", 1) }, "saml_signature_invalid"},
		"no signature":        {func(q string) string { return q[:strings.Index(q, "&Signature=")] }, "saml_signature_missing"},
		"empty signature":     {func(q string) string { return q[:strings.Index(q, "&Signature=")] + "&Signature=" }, "saml_signature_missing"},
		"sha1":                {func(q string) string { return strings.Replace(q, "rsa-sha256", "rsa-sha1", 1) }, "saml_signature_algorithm"},
		"two messages":        {func(q string) string { return q + "&SAMLRequest=x" }, "saml_xml_invalid"},
		"two relay states":    {func(q string) string { return q + "&RelayState=evil" }, "saml_xml_invalid"},
		"request and answer":  {func(q string) string { return q + "&SAMLResponse=x" }, "saml_xml_invalid"},
		"broken escape":       {func(q string) string { return q + "%zz" }, "saml_xml_invalid"},
		"not deflated":        {func(q string) string { return "SAMLRequest=PGEvPg==" }, "saml_xml_invalid"},
		"nothing":             {func(q string) string { return "" }, "saml_xml_invalid"},
	} {
		l := theirLogout()
		l.Query = test.change
		m, err := ReadLogoutQuery(p.LogoutQuery(l))
		if err == nil {
			_, _, err = connection(p).VerifyLogoutRequest(m, ExpectLogout{Now: time.Now()})
		}
		if r := trail.As(err); r == nil || r.Code() != test.code {
			t.Errorf("%s: %v, want %s", name, err, test.code)
		}
	}
}

// A provider's answer is believed only for the request that we sent.
func TestAnswersToOurLogouts(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	for _, by := range []Binding{Redirect, Post} {
		l := samltest.Logout{Destination: ourSLO, InResponseTo: "_logout-1", RelayState: "s"}
		m := readLogoutOf(t, p, l, by)
		if m.IsRequest() || m.UnverifiedInResponseTo() != "_logout-1" {
			t.Errorf("%s: it claims %q", by, m.UnverifiedInResponseTo())
		}
		got, _, err := connection(p).VerifyLogoutResponse(m, ExpectLogout{RequestID: "_logout-1", Now: time.Now()})
		if err != nil || !got.Success || got.RelayState != "s" {
			t.Errorf("%s: %+v %v", by, got, err)
		}
		for _, other := range []string{"_logout-2", ""} {
			_, _, err = connection(p).VerifyLogoutResponse(m, ExpectLogout{RequestID: other, Now: time.Now()})
			if r := trail.As(err); r == nil || r.Code() != "saml_in_response_to_mismatch" {
				t.Errorf("%s, asked for %q: %v", by, other, err)
			}
		}
		l.Status = "urn:oasis:names:tc:SAML:2.0:status:Responder"
		got, _, err = connection(p).VerifyLogoutResponse(readLogoutOf(t, p, l, by), ExpectLogout{RequestID: "_logout-1", Now: time.Now()})
		if err != nil || got.Success || got.Status != "Responder" {
			t.Errorf("%s, a provider that says no: %+v %v", by, got, err)
		}
	}
}

// Our own logout messages must be ones that a provider verifies: they are read
// here by software of another hand, and then by us.
func TestOurLogoutsAreSigned(t *testing.T) {
	t.Parallel()
	s := connection(samltest.New(theirID))
	s.SLOResponseURL = "https://idp.example/slo/done"
	who := Logout{NameID: "ada@a.example", NameIDFormat: FormatPersistent, SPNameQualifier: ourEntityID, SessionIndexes: []string{"_s1", "_s2"}}
	for _, by := range []Binding{Redirect, Post} {
		s.SLOBinding = by
		request, err := s.LogoutRequest("_l1", who, "relay", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		document := sentDocument(t, request, "SAMLRequest")
		if !strings.Contains(document, "_s1") || !strings.Contains(document, "_s2") || !strings.Contains(document, "ada@a.example") || !strings.HasPrefix(request.URL, s.IdPSLOURL) {
			t.Errorf("%s: %s", by, document)
		}
		response, err := s.LogoutResponse("_l2", "_theirs", true, "", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		document = sentDocument(t, response, "SAMLResponse")
		if !strings.Contains(document, "PartialLogout") || !strings.Contains(document, `InResponseTo="_theirs"`) || !strings.HasPrefix(response.URL, s.SLOResponseURL) {
			t.Errorf("%s: %s", by, document)
		}
	}
}

// sentDocument verifies a message of ours and gives its XML.
func sentDocument(t *testing.T, out Outgoing, parameter string) string {
	t.Helper()
	if out.Binding == Post {
		document, r := decodeField(out.Fields[0].Value)
		if r != nil || out.Fields[0].Name != parameter {
			t.Fatalf("field %+v", out.Fields[0])
		}
		if signed, err := samltest.VerifyDocument(document, ourKey().Certificate); err != nil || !signed {
			t.Errorf("posted %s: signed %v, %v", parameter, signed, err)
		}
		return string(document)
	}
	u, err := url.Parse(out.URL)
	if err != nil {
		t.Fatal(err)
	}
	if signed, err := samltest.VerifyQuery(u.RawQuery, parameter, ourKey().Certificate); err != nil || !signed {
		t.Errorf("redirected %s: signed %v, %v", parameter, signed, err)
	}
	document, err := samltest.Inflate(u.Query().Get(parameter))
	if err != nil {
		t.Fatal(err)
	}
	return string(document)
}
