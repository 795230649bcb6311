package sso

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"gatehouse/internal/netguard"
	"gatehouse/internal/problem"
	"gatehouse/sso/saml"
)

// ReadMetadata reads a provider's metadata that somebody uploaded or pasted.
func ReadMetadata(document []byte, now time.Time) (*saml.IdP, error) {
	m, err := saml.ParseMetadata(document, now)
	if err != nil {
		return nil, unreadable("saml.metadata_xml", document, err)
	}
	return m, nil
}

// FetchMetadata reads a provider's metadata at its address. client is
// internal/netguard's, with its defaults.
func FetchMetadata(ctx context.Context, client *http.Client, address string, now time.Time) (*saml.IdP, error) {
	var wrong faults
	address = strings.TrimSpace(address)
	wrong.metadataURL(address)
	if address == "" {
		wrong.missing("saml.metadata_url", "The metadata's address is missing.")
	}
	if err := wrong.as(ErrInvalid); err != nil {
		return nil, err
	}
	document, err := netguard.Fetch(ctx, client, address, "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1")
	if err != nil {
		if problem.As(err) == nil {
			return nil, err
		}
		wrong.take("saml.metadata_url", err)
		return nil, wrong.as(ErrInvalid)
	}
	m, err := saml.ParseMetadata(document, now)
	if err != nil {
		return nil, unreadable("saml.metadata_url", document, err)
	}
	return m, nil
}

// unreadable says what came instead of metadata, where that is what people
// usually take for it.
func unreadable(field string, document []byte, err error) error {
	if problem.As(err) == nil {
		return err
	}
	var wrong faults
	start := bytes.ToLower(bytes.TrimSpace(document[:min(len(document), 512)]))
	switch {
	case bytes.HasPrefix(start, []byte("<!doctype html")), bytes.HasPrefix(start, []byte("<html")), bytes.Contains(start, []byte("<html")):
		wrong.add(field, "This is a web page, the sign-in page perhaps, not the metadata. Look for a metadata address or file in your provider's settings.")
	case bytes.HasPrefix(start, []byte("{")):
		wrong.add(field, "This is JSON, not SAML metadata. An OpenID Connect provider is set up by its issuer instead.")
	case bytes.HasPrefix(start, []byte("-----begin")):
		wrong.add(field, "This is a certificate, not the metadata. Give it as a certificate, with the entity ID and the sign-in address.")
	default:
		wrong.take(field, err)
	}
	return wrong.as(ErrInvalid)
}
