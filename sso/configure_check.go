package sso

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse/internal/field"
	"gatehouse/sso/oidc"
	"gatehouse/sso/saml"
)

// The bounds of a configuration.
const (
	maxURL          = 2048
	maxEntityID     = 1024 // SAML Core §8.3.6
	maxCertificates = 20
	maxContexts     = 10
	maxScopes       = 20
	maxWord         = 256
	maxSecret       = 4096
)

const tooManyCertificates = "A connection accepts at most 20 certificates."

// shortFormats are names for the NameID formats that people ask for.
var shortFormats = map[string]string{
	"unspecified": saml.FormatUnspecified, "email": saml.FormatEmail, "emailAddress": saml.FormatEmail,
	"persistent": saml.FormatPersistent, "transient": saml.FormatTransient,
}

var formats = []string{saml.FormatUnspecified, saml.FormatEmail, saml.FormatPersistent, saml.FormatTransient,
	"urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName", "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos", "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"}

// AuthMethods are how a client can prove itself to a token endpoint.
var AuthMethods = []string{"client_secret_basic", "client_secret_post", "private_key_jwt"}

// Ciphers are those without integrity that a connection may take.
var Ciphers = []string{saml.AES128CBC, saml.AES256CBC}

// check adds what is wrong with members that are there.
func (s settings) check(wrong *faults) {
	if s.SAML != nil {
		s.SAML.check(wrong)
	}
	if s.OIDC != nil {
		s.OIDC.check(wrong)
		if secret := s.secret.Reveal(); len(secret) > maxSecret || !utf8.ValidString(secret) || strings.ContainsAny(secret, "\x00\r\n") {
			wrong.add("oidc.client_secret", "That is no client secret: it has at most 4096 characters, on one line.")
		}
	}
}

func (s *SAMLConfiguration) check(wrong *faults) {
	wrong.metadataURL(s.MetadataURL)
	wrong.url("saml.idp_sso_url", s.IDPSSOURL)
	wrong.url("saml.idp_slo_url", s.IDPSLOURL)
	wrong.url("saml.idp_slo_url", s.IDPSLOReplyURL)
	_, err := field.Text("idp_entity_id", s.IDPEntityID, maxEntityID)
	wrong.take("saml.idp_entity_id", err)
	for _, b := range []string{s.IDPSSOBinding, s.IDPSLOBinding} {
		if b != "" && b != string(saml.Redirect) && b != string(saml.Post) {
			wrong.add("saml.idp_sso_binding", "A binding is redirect or post.")
		}
	}
	if s.NameIDFormat != "" && !slices.Contains(formats, s.NameIDFormat) {
		wrong.add("saml.name_id_format", "name_id_format is unspecified, emailAddress, persistent or transient, or SAML's whole name for a format. Leave it out unless your provider asks for one.")
	}
	if limit := int(saml.MaxClockSkew / time.Second); s.ClockSkewSeconds < 0 || s.ClockSkewSeconds > limit {
		wrong.add("saml.clock_skew_seconds", "clock_skew_seconds is from 0 to "+strconv.Itoa(limit)+".")
	}
	for _, c := range s.LegacyEncryption {
		if !slices.Contains(Ciphers, c) {
			wrong.add("saml.allow_legacy_encryption", "allow_legacy_encryption names aes128-cbc and aes256-cbc alone. AES-GCM is always taken, and no other cipher.")
		}
	}
	s.checkContexts(wrong)
	if len(s.Certificates) > maxCertificates {
		wrong.add("saml.idp_certificates", tooManyCertificates)
	}
}

func (s *SAMLConfiguration) checkContexts(wrong *faults) {
	const name = "saml.requested_authn_context"
	if len(s.AuthnContexts) > maxContexts {
		wrong.add(name, "requested_authn_context has at most 10 classes.")
	}
	for _, c := range s.AuthnContexts {
		if u, err := url.Parse(c); err != nil || u.Scheme == "" || len(c) > maxWord || strings.ContainsAny(c, " \t\r\n<>\"") {
			wrong.add(name, "A class is a URI, such as urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport.")
			return
		}
	}
}

func (o *OIDCConfiguration) check(wrong *faults) {
	if o.Issuer != "" {
		if wrong.take("oidc.issuer", oidc.CheckIssuer(o.Issuer)) && everybodys(o.Issuer) {
			wrong.add("oidc.issuer", "That issuer signs in people of every Entra tenant. Give your own: https://login.microsoftonline.com/ and the tenant's id, then /v2.0.")
		}
	}
	_, err := field.Text("client_id", o.ClientID, maxWord)
	wrong.take("oidc.client_id", err)
	if o.Authenticate != "" && !slices.Contains(AuthMethods, o.Authenticate) {
		wrong.add("oidc.token_endpoint_auth_method", "token_endpoint_auth_method is client_secret_basic, client_secret_post or private_key_jwt.")
	}
	if len(o.Scopes) > maxScopes {
		wrong.add("oidc.scopes", "scopes has at most 20 entries.")
	}
	for _, s := range o.Scopes {
		if !isScope(s) {
			wrong.add("oidc.scopes", "A scope is one word, such as groups.")
			return
		}
	}
}

// everybodys reports whether an issuer is Entra's for all tenants: the tenant
// alone says whose people they are (reference/idp-quirks.md).
func everybodys(issuer string) bool {
	u, err := url.Parse(issuer)
	if err != nil || !strings.HasPrefix(u.Hostname(), "login.microsoftonline.") {
		return false
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	return slices.Contains([]string{"common", "organizations", "consumers"}, strings.ToLower(tenant))
}

// isScope is RFC 6749 §3.3's scope-token.
func isScope(s string) bool {
	return len(s) <= maxWord && !strings.ContainsFunc(s, func(r rune) bool { return r < 0x21 || r > 0x7e || r == '"' || r == '\\' })
}

// url holds that an address is one that a browser is sent to or that is
// fetched: no script, no data, no name and password (SECURITY.md S18).
func (f *faults) url(name, text string) {
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		f.add(name, lastPart(name)+" is an https address, such as https://login.halden.example/saml.")
	}
}

// metadataURL holds that nobody on the way can write what is read there: the
// certificates in it are trusted. http is for loopback alone, as for issuers.
func (f *faults) metadataURL(text string) {
	before := len(*f)
	f.url("saml.metadata_url", text)
	if u, err := url.Parse(text); text != "" && err == nil && len(*f) == before && u.Scheme != "https" && !loopback(u.Hostname()) {
		f.add("saml.metadata_url", "metadata_url is an https address, because the certificates in it are trusted. Where the provider has none, upload the metadata.")
	}
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// complete says what a connection lacks to sign somebody in.
func (s settings) complete() error {
	var lacks faults
	switch {
	case s.SAML != nil:
		if s.SAML.IDPEntityID == "" {
			lacks.missing("saml.idp_entity_id", "The provider's entity ID is missing. Give metadata_url, metadata_xml or idp_entity_id.")
		}
		if s.SAML.IDPSSOURL == "" {
			lacks.missing("saml.idp_sso_url", "The provider's sign-in address is missing. Give metadata_url, metadata_xml or idp_sso_url.")
		}
		if len(s.SAML.Certificates) == 0 {
			lacks.missing("saml.idp_certificates", "The provider's signing certificate is missing. Give metadata_url, metadata_xml or idp_certificates.")
		}
	case s.OIDC != nil:
		if s.OIDC.Issuer == "" {
			lacks.missing("oidc.issuer", "The issuer is missing.")
		}
		if s.OIDC.ClientID == "" {
			lacks.missing("oidc.client_id", "The client id is missing.")
		}
		if s.secret.Empty() && s.OIDC.Authenticate != "private_key_jwt" {
			lacks.missing("oidc.client_secret", "The client secret is missing. It is asked for again where the issuer changed.")
		}
	}
	return lacks.as(ErrIncomplete)
}
