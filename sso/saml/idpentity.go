package saml

import (
	"bytes"
	"errors"
)

// identityProvider is the one entity of a metadata document that signs people
// in.
func identityProvider(root *node) (*node, error) {
	switch {
	case root.is(metadataNS, "EntityDescriptor"):
		if len(root.elements(metadataNS, "IDPSSODescriptor")) == 1 {
			return root, nil
		}
		if len(root.elements(metadataNS, "SPSSODescriptor")) > 0 {
			return nil, ErrMetadata.WithMessage("That is the metadata of a service provider (perhaps ours). Paste the identity provider's.")
		}
		return nil, ErrMetadata.WithMessage("The metadata describes no identity provider, or it describes one twice.")
	case root.is(metadataNS, "EntitiesDescriptor"):
		return amongMany(root)
	case root.local == "html" || root.local == "HTML":
		return nil, errPage
	case root.is(protocolNS, "Response"), root.is(protocolNS, "AuthnRequest"):
		return nil, ErrMetadata.WithMessage("That is a sign-in message, not the metadata.")
	case root.is(signatureNS, "X509Certificate"):
		return nil, ErrMetadata.WithMessage("That is a certificate alone, not the metadata.")
	}
	return nil, ErrMetadata.WithMessage("That XML is not SAML metadata: its first element is not EntityDescriptor.")
}

// amongMany looks through an aggregate, as Keycloak and federations publish
// them.
func amongMany(root *node) (*node, error) {
	var found []*node
	root.walk(func(n *node) {
		if n.is(metadataNS, "EntityDescriptor") && len(n.elements(metadataNS, "IDPSSODescriptor")) == 1 {
			found = append(found, n)
		}
	})
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, ErrMetadata.WithMessage("None of the entities in that metadata is an identity provider.")
	}
	return nil, ErrMetadata.WithMessage("That metadata describes " + count(len(found)) + " identity providers. Paste the one of your organization alone.")
}

var errPage = ErrMetadata.WithMessage("This is a web page (perhaps a sign-in page), not the metadata. Open the address in a browser, download the XML and upload that.")

// notMetadata says what a document is that is not even strict XML: admins
// paste addresses, pages and certificates.
func notMetadata(document []byte, err error) error {
	start := bytes.ToLower(bytes.TrimLeft(document[:min(len(document), 1024)], " \t\r\n"))
	var u *unreadable
	switch {
	case len(start) == 0:
		return ErrMetadata.WithMessage("That is empty.")
	case bytes.HasPrefix(start, []byte("<!doctype html")), bytes.HasPrefix(start, []byte("<html")):
		return errPage
	case bytes.HasPrefix(start, []byte("http://")), bytes.HasPrefix(start, []byte("https://")):
		return ErrMetadata.WithMessage("That is an address. Enter it as the metadata URL.")
	case bytes.HasPrefix(start, []byte("-----begin")):
		return ErrMetadata.WithMessage("That is a certificate alone, not the metadata.")
	case bytes.HasPrefix(start, []byte("{")), bytes.HasPrefix(start, []byte("[")):
		return ErrMetadata.WithMessage("That is JSON, not SAML metadata. It may be for an OIDC connection.")
	case bytes.HasPrefix(document, []byte("\xff\xfe")), bytes.HasPrefix(document, []byte("\xfe\xff")):
		return ErrMetadata.WithMessage("The file is UTF-16. Save it as UTF-8.")
	case errors.As(err, &u) && u.large:
		return ErrMetadata.WithMessage("The metadata is too large: " + u.what + ". Paste the part of your organization alone.")
	}
	return ErrMetadata.WithMessage("The metadata cannot be read: " + err.Error() + ".")
}
