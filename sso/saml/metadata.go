package saml

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"time"

	crewjam "github.com/crewjam/saml"
)

// metadataValid is how long our metadata may be kept. Providers that read it
// once keep it for ever; those that read it again see a roll-over in time.
const metadataValid = 7 * 24 * time.Hour

// Metadata is our side of the connection for the provider's console (SAML
// Metadata §2.4.4). An encryption certificate is in it only where the
// connection wants encryption: AD FS and others encrypt as soon as they see
// one.
func (s Settings) Metadata(now time.Time) ([]byte, error) {
	signed, wantSigned, def := s.SignRequests, true, true
	role := crewjam.SPSSODescriptor{
		AuthnRequestsSigned:  &signed,
		WantAssertionsSigned: &wantSigned,
		AssertionConsumerServices: []crewjam.IndexedEndpoint{
			{Binding: crewjam.HTTPPostBinding, Location: s.ACSURL, Index: 0, IsDefault: &def},
		},
	}
	role.ProtocolSupportEnumeration = protocolNS
	for _, c := range s.published() {
		role.KeyDescriptors = append(role.KeyDescriptors, keyDescriptor("signing", c, nil))
	}
	if s.WantEncrypted {
		// One alone: a provider that sees two picks either, and the newest is
		// the one that will be there longest. All our keys still decrypt.
		for _, c := range s.published()[:min(1, len(s.published()))] {
			role.KeyDescriptors = append(role.KeyDescriptors, keyDescriptor("encryption", c, s.offered()))
		}
	}
	if s.SLOURL != "" {
		for _, b := range []string{crewjam.HTTPRedirectBinding, crewjam.HTTPPostBinding} {
			role.SingleLogoutServices = append(role.SingleLogoutServices, crewjam.Endpoint{Binding: b, Location: s.SLOURL})
		}
	}
	if s.NameIDFormat != "" {
		role.NameIDFormats = []crewjam.NameIDFormat{crewjam.NameIDFormat(s.NameIDFormat)}
	}
	entity := crewjam.EntityDescriptor{EntityID: s.EntityID, ValidUntil: instant(now.Add(metadataValid)), CacheDuration: 24 * time.Hour, SPSSODescriptors: []crewjam.SPSSODescriptor{role}}
	document, err := xml.MarshalIndent(entity, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing metadata: %w", err)
	}
	return append([]byte(xml.Header), document...), nil
}

func keyDescriptor(use string, c *x509.Certificate, methods []crewjam.EncryptionMethod) crewjam.KeyDescriptor {
	return crewjam.KeyDescriptor{
		Use:               use,
		KeyInfo:           crewjam.KeyInfo{X509Data: crewjam.X509Data{X509Certificates: []crewjam.X509Certificate{{Data: base64.StdEncoding.EncodeToString(c.Raw)}}}},
		EncryptionMethods: methods,
	}
}

// offered are the algorithms that we ask to be encrypted with, best first.
func (s Settings) offered() []crewjam.EncryptionMethod {
	var all []crewjam.EncryptionMethod
	for _, a := range []string{xmlenc11NS + "aes256-gcm", xmlenc11NS + "aes192-gcm", xmlenc11NS + "aes128-gcm"} {
		all = append(all, crewjam.EncryptionMethod{Algorithm: a})
	}
	for _, name := range s.LegacyEncryption {
		all = append(all, crewjam.EncryptionMethod{Algorithm: xmlencNS + name})
	}
	for _, a := range []string{xmlencNS + "rsa-oaep-mgf1p", xmlenc11NS + "rsa-oaep"} {
		all = append(all, crewjam.EncryptionMethod{Algorithm: a})
	}
	return all
}
