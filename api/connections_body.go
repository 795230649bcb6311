package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"

	"gatehouse/internal/config"
	"gatehouse/internal/wire"
	"gatehouse/sso"
	"gatehouse/sso/saml"
)

// connectionBody is what POST and PATCH read.
type connectionBody struct {
	OrganizationID      string                    `json:"organization_id"`
	ConnectionType      string                    `json:"connection_type"`
	Name                Maybe[string]             `json:"name"`
	Domains             Maybe[[]string]           `json:"domains"`
	State               Maybe[string]             `json:"state"`
	IDPInitiatedEnabled Maybe[bool]               `json:"idp_initiated_enabled"`
	JITProvisioning     Maybe[bool]               `json:"jit_provisioning"`
	AllowGuests         Maybe[bool]               `json:"allow_guests"`
	DefaultRole         Maybe[string]             `json:"default_role"`
	AttributeMap        Maybe[attributeMap]       `json:"attribute_map"`
	RoleMappings        Maybe[[]wire.RoleMapping] `json:"role_mappings"`
	SAML                *samlBody                 `json:"saml"`
	OIDC                *oidcBody                 `json:"oidc"`
}

// configuration is how the provider is spoken with.
func (b connectionBody) configuration() configurationBody { return configurationBody{b.SAML, b.OIDC} }

// configurationBody is how a provider is spoken with.
type configurationBody struct {
	SAML *samlBody `json:"saml"`
	OIDC *oidcBody `json:"oidc"`
}

type samlBody struct {
	MetadataURL      Maybe[string]   `json:"metadata_url"`
	MetadataXML      Maybe[string]   `json:"metadata_xml"`
	IDPEntityID      Maybe[string]   `json:"idp_entity_id"`
	IDPSSOURL        Maybe[string]   `json:"idp_sso_url"`
	IDPSSOBinding    Maybe[string]   `json:"idp_sso_binding"`
	IDPSLOURL        Maybe[string]   `json:"idp_slo_url"`
	IDPCertificates  Maybe[[]string] `json:"idp_certificates"`
	SignRequests     Maybe[bool]     `json:"sign_requests"`
	WantEncrypted    Maybe[bool]     `json:"want_encrypted_assertions"`
	NameIDFormat     Maybe[string]   `json:"name_id_format"`
	ForceAuthn       Maybe[bool]     `json:"force_authn"`
	ClockSkewSeconds Maybe[int]      `json:"clock_skew_seconds"`
	AllowGuests      Maybe[bool]     `json:"allow_guests"`
	AuthnContexts    Maybe[several]  `json:"requested_authn_context"`
	LegacyEncryption Maybe[[]string] `json:"allow_legacy_encryption"`
}

type oidcBody struct {
	Issuer       Maybe[string]  `json:"issuer"`
	ClientID     Maybe[string]  `json:"client_id"`
	ClientSecret Maybe[string]  `json:"client_secret"`
	Scopes       Maybe[several] `json:"scopes"`
	AuthMethod   Maybe[string]  `json:"token_endpoint_auth_method"`
	EndSession   Maybe[bool]    `json:"end_session"`
	AllowGuests  Maybe[bool]    `json:"allow_guests"`
}

// several is a list, or one text in its place.
type several []string

// UnmarshalJSON reads both.
func (s *several) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte(`"`)) {
		*s = make(several, 1)
		return json.Unmarshal(text, &(*s)[0])
	}
	return json.Unmarshal(text, (*[]string)(s))
}

// attributeMap is a map from fields to the names that a provider has for them.
type attributeMap map[string]several

func (m attributeMap) mapped() sso.AttributeMap {
	var out sso.AttributeMap
	known := out.Known()
	for name, sources := range m {
		if into, ok := known[name]; ok {
			*into = sources
			continue
		}
		if out.Custom == nil {
			out.Custom = map[string][]string{}
		}
		out.Custom[name] = sources
	}
	maps.DeleteFunc(out.Custom, func(_ string, sources []string) bool { return len(sources) == 0 }) // null: not mapped
	return out
}

func mappings(all []wire.RoleMapping) []sso.RoleMapping {
	out := make([]sso.RoleMapping, len(all))
	for i, m := range all {
		out[i] = sso.RoleMapping{Group: m.Group, RoleSlug: m.RoleSlug}
	}
	return out
}

// sent is a member's value where the member is there; null is the empty value.
func sent[T any](m Maybe[T]) *T {
	if !m.Sent {
		return nil
	}
	v := value(m.Value)
	return &v
}

// said is a member's value; null says nothing.
func said[T any](m Maybe[T]) *T { return m.Value }

// guests is allow_guests, which stands beside or within the provider.
func (b connectionBody) guests() *bool {
	if b.SAML != nil && b.SAML.AllowGuests.Value != nil {
		return b.SAML.AllowGuests.Value
	}
	if b.OIDC != nil && b.OIDC.AllowGuests.Value != nil {
		return b.OIDC.AllowGuests.Value
	}
	return b.AllowGuests.Value
}

// change is the body as a change of a connection.
func (b connectionBody) change(c sso.Configure) sso.Change {
	ch := sso.Change{Name: said(b.Name), Domains: sent(b.Domains), IDPInitiated: said(b.IDPInitiatedEnabled), JIT: said(b.JITProvisioning),
		AllowGuests: b.guests(), DefaultRole: b.DefaultRole.change(), Configure: c}
	if b.AttributeMap.Sent {
		m := value(b.AttributeMap.Value).mapped()
		ch.AttributeMap = &m
	}
	if b.RoleMappings.Sent {
		m := mappings(value(b.RoleMappings.Value))
		ch.RoleMappings = &m
	}
	return ch
}

// configure is the body as a change of a configuration. It asks the provider
// for its metadata: never in a transaction.
func (b configurationBody) configure(c *call) (sso.Configure, error) {
	var out sso.Configure
	if b.SAML != nil {
		change, err := b.SAML.change(c)
		if err != nil {
			return out, err
		}
		out.SAML = change
	}
	if b.OIDC != nil {
		out.OIDC = b.OIDC.change()
	}
	return out, nil
}

func (b samlBody) change(c *call) (*sso.SAMLChange, error) {
	m, err := b.metadata(c)
	if err != nil {
		return nil, err
	}
	ch := &sso.SAMLChange{MetadataURL: sent(b.MetadataURL), Metadata: m, IDPEntityID: sent(b.IDPEntityID), IDPSSOURL: sent(b.IDPSSOURL),
		IDPSSOBinding: sent(b.IDPSSOBinding), IDPSLOURL: sent(b.IDPSLOURL), Certificates: sent(b.IDPCertificates), SignRequests: said(b.SignRequests),
		WantEncrypted: said(b.WantEncrypted), NameIDFormat: sent(b.NameIDFormat), ForceAuthn: said(b.ForceAuthn), ClockSkewSeconds: said(b.ClockSkewSeconds),
		LegacyEncryption: sent(b.LegacyEncryption)}
	if b.AuthnContexts.Sent {
		list := []string(value(b.AuthnContexts.Value))
		ch.AuthnContexts = &list
	}
	return ch, nil
}

// metadata is what the provider says of itself: in the document that was sent,
// or at the address.
func (b samlBody) metadata(c *call) (*saml.IdP, error) {
	switch {
	case value(b.MetadataXML.Value) != "":
		return sso.ReadMetadata([]byte(*b.MetadataXML.Value), c.h.DB.Now())
	case value(b.MetadataURL.Value) == "":
		return nil, nil
	case c.h.Fetch == nil:
		return nil, errors.New("api: no client that fetches metadata")
	}
	return sso.FetchMetadata(c.ctx(), c.h.Fetch, *b.MetadataURL.Value, c.h.DB.Now())
}

func (b oidcBody) change() *sso.OIDCChange {
	ch := &sso.OIDCChange{Issuer: sent(b.Issuer), ClientID: sent(b.ClientID), Authenticate: sent(b.AuthMethod), EndSession: sent(b.EndSession)}
	if b.Scopes.Sent {
		list := []string(value(b.Scopes.Value))
		ch.Scopes = &list
	}
	if b.ClientSecret.Sent {
		secret := config.NewSecret(value(b.ClientSecret.Value))
		ch.ClientSecret = &secret
	}
	return ch
}
