package sso

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/config"
	"gatehouse/internal/id"
	"gatehouse/sso/saml"
)

// SAMLChange says what becomes of a SAML configuration; nil leaves a member as
// it is. What Metadata says takes the place of entity ID, addresses and
// certificates; those that stand beside it then count over it.
type SAMLChange struct {
	MetadataURL      *string   // "" : not looked at again
	Metadata         *saml.IdP // what was read there, or from a file
	IDPEntityID      *string
	IDPSSOURL        *string
	IDPSSOBinding    *string
	IDPSLOURL        *string
	Certificates     *[]string // PEM: all that are accepted
	SignRequests     *bool
	WantEncrypted    *bool
	NameIDFormat     *string
	ForceAuthn       *bool
	AuthnContexts    *[]string
	ClockSkewSeconds *int
	LegacyEncryption *[]string
}

// OIDCChange says what becomes of an OIDC configuration; nil leaves a member
// as it is. A secret belongs to the issuer that it was given for: another
// issuer without a secret has none.
type OIDCChange struct {
	Issuer       *string
	ClientID     *string
	ClientSecret *config.Secret
	Scopes       *[]string
	Authenticate *string
	EndSession   *bool
}

// Configure is a change of one protocol's configuration.
type Configure struct {
	SAML *SAMLChange
	OIDC *OIDCChange
}

// Empty reports whether nothing is changed.
func (c Configure) Empty() bool { return c.SAML == nil && c.OIDC == nil }

// settings is a configuration with its secret.
type settings struct {
	Configuration
	secret config.Secret
}

// start is what a connection's configuration begins with.
func start(p Protocol) Configuration {
	if p == OIDC {
		return Configuration{OIDC: &OIDCConfiguration{}}
	}
	return Configuration{SAML: &SAMLConfiguration{SignRequests: true, ClockSkewSeconds: int(saml.DefaultClockSkew / time.Second)}}
}

// Configured is a new connection's configuration, checked, and its client's
// secret.
func Configured(p Protocol, c Configure, now time.Time) (Configuration, config.Secret, error) {
	s, err := settings{Configuration: start(p)}.with(p, c, now)
	return s.Configuration, s.secret, err
}

// with is s after a change, or all that is wrong with it.
func (s settings) with(p Protocol, c Configure, now time.Time) (settings, error) {
	var wrong faults
	if c.OIDC != nil && p != OIDC {
		wrong.add("oidc", "The connection's type speaks SAML. Give saml instead of oidc.")
	}
	if c.SAML != nil && p != SAML {
		wrong.add("saml", "The connection's type speaks OpenID Connect. Give oidc instead of saml.")
	}
	if len(wrong) > 0 {
		return s, wrong.as(ErrInvalid)
	}
	if c.SAML != nil {
		s.SAML = c.SAML.apply(*s.SAML, &wrong, now)
	}
	if c.OIDC != nil {
		s.OIDC, s.secret = c.OIDC.apply(*s.OIDC, s.secret)
	}
	s.check(&wrong)
	return s, wrong.as(ErrInvalid)
}

// apply is the configuration after the change. It shares nothing with the one
// before.
func (c SAMLChange) apply(s SAMLConfiguration, wrong *faults, now time.Time) *SAMLConfiguration {
	s.Certificates = slices.Clone(s.Certificates)
	if c.MetadataURL != nil {
		s.MetadataURL = strings.TrimSpace(*c.MetadataURL)
	}
	if c.Metadata != nil {
		s.follow(c.Metadata, now)
	}
	text(&s.IDPEntityID, c.IDPEntityID)
	text(&s.IDPSSOURL, c.IDPSSOURL)
	text(&s.IDPSSOBinding, c.IDPSSOBinding)
	if c.IDPSLOURL != nil {
		s.IDPSLOURL, s.IDPSLOReplyURL, s.IDPSLOBinding = strings.TrimSpace(*c.IDPSLOURL), "", ""
	}
	if c.Certificates != nil {
		s.Certificates = accepted(*c.Certificates, s.Certificates, wrong, now)
	}
	set(&s.SignRequests, c.SignRequests)
	set(&s.WantEncrypted, c.WantEncrypted)
	set(&s.ForceAuthn, c.ForceAuthn)
	set(&s.ClockSkewSeconds, c.ClockSkewSeconds)
	text(&s.NameIDFormat, c.NameIDFormat)
	if full, ok := shortFormats[s.NameIDFormat]; ok {
		s.NameIDFormat = full
	}
	texts(&s.AuthnContexts, c.AuthnContexts)
	texts(&s.LegacyEncryption, c.LegacyEncryption)
	return &s
}

// follow takes over what a provider's metadata says of it. Certificates of
// other origin stay.
func (s *SAMLConfiguration) follow(m *saml.IdP, now time.Time) {
	s.IDPEntityID = m.EntityID
	s.followAddresses(m)
	kept := slices.DeleteFunc(s.Certificates, func(c Certificate) bool { return c.FromMetadata && !lists(m, c.Fingerprint) })
	s.Certificates = kept
	s.addFrom(m, now)
}

func (s *SAMLConfiguration) followAddresses(m *saml.IdP) {
	s.IDPSSOURL, s.IDPSSOBinding = m.SSOURL, string(m.SSOBinding)
	s.IDPSLOURL, s.IDPSLOReplyURL, s.IDPSLOBinding = m.SLOURL, m.SLOResponseURL, string(m.SLOBinding)
}

// addFrom adds the metadata's certificates that are new, and says which.
func (s *SAMLConfiguration) addFrom(m *saml.IdP, now time.Time) []Certificate {
	var added []Certificate
	for _, parsed := range m.Certificates {
		c := newCertificate(parsed, true, now)
		if at := s.accepts(c.Fingerprint); at >= 0 {
			s.Certificates[at].FromMetadata, s.Certificates[at].MissingSince = true, time.Time{}
			continue
		}
		added = append(added, c)
	}
	s.Certificates = append(s.Certificates, added...)
	return added
}

func lists(m *saml.IdP, fingerprint string) bool {
	return slices.ContainsFunc(m.Certificates, func(c *x509.Certificate) bool { return saml.Fingerprint(c) == fingerprint })
}

// accepts is where the certificate stands in the list, or -1.
func (s *SAMLConfiguration) accepts(fingerprint string) int {
	return slices.IndexFunc(s.Certificates, func(c Certificate) bool { return c.Fingerprint == fingerprint })
}

func newCertificate(c *x509.Certificate, fromMetadata bool, now time.Time) Certificate {
	return Certificate{ID: id.New[id.Certificate](), DER: c.Raw, Fingerprint: saml.Fingerprint(c),
		NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), FromMetadata: fromMetadata, AddedAt: now}
}

// accepted reads the certificates that somebody listed. One that was there
// keeps its id.
func accepted(pems []string, before []Certificate, wrong *faults, now time.Time) []Certificate {
	list := []Certificate{}
	for _, pem := range pems {
		if len(list) >= maxCertificates {
			wrong.add("saml.idp_certificates", tooManyCertificates)
			break
		}
		parsed, err := saml.ParseCertificate(pem)
		if !wrong.take("saml.idp_certificates", err) {
			continue
		}
		c := newCertificate(parsed, false, now)
		same := func(o Certificate) bool { return o.Fingerprint == c.Fingerprint }
		if slices.ContainsFunc(list, same) {
			continue
		}
		if at := slices.IndexFunc(before, same); at >= 0 {
			c = before[at]
		}
		list = append(list, c)
	}
	return list
}

func (c OIDCChange) apply(o OIDCConfiguration, secret config.Secret) (*OIDCConfiguration, config.Secret) {
	before := o.Issuer
	text(&o.Issuer, c.Issuer)
	text(&o.ClientID, c.ClientID)
	text(&o.Authenticate, c.Authenticate)
	set(&o.EndSession, c.EndSession)
	texts(&o.Scopes, c.Scopes)
	if o.Issuer != before {
		secret = config.Secret{}
	}
	if c.ClientSecret != nil {
		secret = config.NewSecret(strings.TrimSpace(c.ClientSecret.Reveal()))
	}
	return &o, secret
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func text(to *string, from *string) {
	if from != nil {
		*to = strings.TrimSpace(*from)
	}
}

func texts(to *[]string, from *[]string) {
	if from == nil {
		return
	}
	*to = nil
	for _, s := range *from {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(*to, s) {
			*to = append(*to, s)
		}
	}
}
