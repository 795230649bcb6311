package sso

import (
	"maps"
	"slices"
)

// Type is the wire's connection_type: which provider's words and defaults a
// connection has. What it speaks is its Protocol.
type Type string

// protocols are the types that a connection can have, and what each speaks
// (reference/wire-api.md 4.1).
var protocols = map[Type]Protocol{
	"GenericSAML": SAML, "OktaSAML": SAML, "AzureSAML": SAML, "ADFSSAML": SAML, "GoogleSAML": SAML, "OneLoginSAML": SAML,
	"PingFederateSAML": SAML, "PingOneSAML": SAML, "JumpCloudSAML": SAML, "KeycloakSAML": SAML, "CyberArkSAML": SAML,
	"DuoSAML": SAML, "Auth0SAML": SAML, "CasSAML": SAML, "ClassLinkSAML": SAML, "CloudflareSAML": SAML, "LastPassSAML": SAML,
	"MiniOrangeSAML": SAML, "NetIqSAML": SAML, "OracleSAML": SAML, "RipplingSAML": SAML, "SalesforceSAML": SAML,
	"ShibbolethSAML": SAML, "ShibbolethGenericSAML": SAML, "SimpleSamlPhpSAML": SAML, "VMwareSAML": SAML,
	"GenericOIDC": OIDC, "OktaOIDC": OIDC, "EntraIdOIDC": OIDC, "GoogleOIDC": OIDC, "AdpOidc": OIDC, "CleverOIDC": OIDC, "LoginGovOidc": OIDC,
}

// ParseType is the type of that name.
func ParseType(name string) (Type, bool) {
	_, ok := protocols[Type(name)]
	return Type(name), ok
}

// Protocol is what connections of the type speak.
func (t Type) Protocol() Protocol { return protocols[t] }

// Types are all types that a connection can have, by name.
func Types() []Type { return slices.Sorted(maps.Keys(protocols)) }
