package saml

import (
	"bytes"
	"crypto/x509"
	"encoding/xml"
	"net/url"
	"slices"
	"strings"
	"time"

	crewjam "github.com/crewjam/saml"

	"gatehouse/internal/problem"
)

// IdP is what a provider's metadata says about it.
type IdP struct {
	EntityID           string
	SSOURL             string
	SSOBinding         Binding
	SLOURL             string // "" where it offers none by a binding that we speak
	SLOResponseURL     string // "" is SLOURL
	SLOBinding         Binding
	Certificates       []*x509.Certificate // all for signing, in the order of the document
	WantsSignedRequest bool
	ValidUntil         time.Time // zero where it does not say
	Warnings           []string  // what was left out, in a sentence each
}

// ParseMetadata reads what a provider publishes about itself (SAML Metadata
// §2.4.3). It takes an EntityDescriptor, or an EntitiesDescriptor in which one
// entity alone is an identity provider. A signature in it proves nothing here,
// because we know none of the keys before: the address it was fetched from, or
// the admin who uploads it, is what it is believed for.
func ParseMetadata(document []byte, now time.Time) (*IdP, error) {
	document = bytes.TrimPrefix(document, []byte("\ufeff")) // saved by a Windows editor
	root, err := read(document, metadataLimits)
	if err != nil {
		return nil, notMetadata(document, err)
	}
	entity, err := identityProvider(root)
	if err != nil {
		return nil, err
	}
	if bad := badLocation(entity); bad != nil {
		return nil, bad
	}
	// The library's types read the entity from its canonical form, so that they
	// see what the strict reader saw; they look at names alone, so all that is
	// of another vocabulary is taken out before.
	prune(entity)
	var descriptor crewjam.EntityDescriptor
	if err := xml.Unmarshal(canonical(entity, nil, nil), &descriptor); err != nil || len(descriptor.IDPSSODescriptors) != 1 {
		return nil, ErrMetadata.WithMessage("The metadata has a part that cannot be read as SAML metadata.")
	}
	return readEntity(&descriptor, now)
}

func readEntity(d *crewjam.EntityDescriptor, now time.Time) (*IdP, error) {
	role := &d.IDPSSODescriptors[0]
	p := &IdP{EntityID: strings.TrimSpace(d.EntityID), ValidUntil: d.ValidUntil}
	if p.EntityID == "" || len(p.EntityID) > 1024 {
		return nil, ErrMetadata.WithMessage("The metadata has no entity ID, or one of more than 1,024 characters.")
	}
	if !p.ValidUntil.IsZero() && p.ValidUntil.Before(now) {
		return nil, ErrMetadata.WithMessage("The metadata is valid until " + p.ValidUntil.UTC().Format(time.DateOnly) + ". Download it again from the provider.")
	}
	p.WantsSignedRequest = role.WantAuthnRequestsSigned != nil && *role.WantAuthnRequestsSigned
	if p.SSOURL, _, p.SSOBinding = endpoint(role.SingleSignOnServices); p.SSOURL == "" {
		return nil, ErrMetadata.WithMessage("The metadata names no sign-in address with the HTTP-Redirect or HTTP-POST binding.")
	}
	p.SLOURL, p.SLOResponseURL, p.SLOBinding = endpoint(role.SingleLogoutServices)
	return p, p.readCertificates(role.KeyDescriptors, now)
}

// prune takes out elements of other vocabularies than SAML metadata's and its
// key information, attributes of any, and signatures.
func prune(n *node) {
	n.attrs = slices.DeleteFunc(n.attrs, func(a attr) bool { return a.prefix != "" })
	n.children = slices.DeleteFunc(n.children, func(c child) bool {
		return c.element != nil && (c.element.local == "Signature" || c.element.space != metadataNS && c.element.space != signatureNS)
	})
	for _, c := range n.children {
		if c.element != nil {
			prune(c.element)
		}
	}
}

// endpoint prefers the redirect binding: requests are short, and it works
// without a form in between.
func endpoint(all []crewjam.Endpoint) (location, response string, by Binding) {
	for _, b := range []struct {
		urn  string
		name Binding
	}{{crewjam.HTTPRedirectBinding, Redirect}, {crewjam.HTTPPostBinding, Post}} {
		for _, e := range all {
			if e.Binding == b.urn && e.Location != "" {
				return e.Location, e.ResponseLocation, b.name
			}
		}
	}
	return "", "", Redirect
}

// readCertificates takes every certificate for signing: two are there while a
// provider rolls over.
func (p *IdP) readCertificates(keys []crewjam.KeyDescriptor, now time.Time) error {
	seen := map[string]bool{}
	var unusable *problem.Error
	for _, k := range keys {
		if k.Use != "" && k.Use != "signing" {
			continue
		}
		for _, text := range k.KeyInfo.X509Data.X509Certificates {
			c, err := ParseCertificate(text.Data)
			if err != nil {
				unusable = problem.As(err)
				p.Warnings = append(p.Warnings, "A certificate was left out. "+unusable.Message)
				continue
			}
			if seen[string(c.Raw)] {
				continue
			}
			seen[string(c.Raw)] = true
			p.Certificates = append(p.Certificates, c)
			if now.After(c.NotAfter) {
				p.Warnings = append(p.Warnings, "A signing certificate has expired on "+c.NotAfter.UTC().Format(time.DateOnly)+".")
			}
		}
	}
	switch {
	case len(p.Certificates) > maxCertificates:
		return ErrMetadata.WithMessage("The metadata has more signing certificates than one provider can need.")
	case len(p.Certificates) > 0:
		return nil
	case unusable != nil:
		return unusable
	}
	return ErrMetadata.WithMessage("The metadata has no signing certificate.")
}

// maxCertificates bounds what a signature is tried against.
const maxCertificates = 10

// badLocation is what a browser would be sent to and must not be: everything
// but http and https (SECURITY.md S18). Each address in the entity counts, used
// or not.
func badLocation(entity *node) error {
	var bad error
	entity.walk(func(n *node) {
		for _, name := range []string{"Location", "ResponseLocation"} {
			text := n.attribute(name)
			if text == "" || n.space != metadataNS {
				continue
			}
			if !usableAddress(text) {
				bad = ErrLocation
			}
		}
	})
	return bad
}

// usableAddress is one that a browser may be sent to.
func usableAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && len(text) <= 2048
}
