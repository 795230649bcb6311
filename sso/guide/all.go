package guide

// all are the guides, in the order in which they are offered.
var all = []Guide{
	oktaSAML, oktaOIDC, entraSAML, entraOIDC, googleSAML, googleOIDC,
	pingOne, oneLogin, jumpCloud, adfs, keycloak, anySAML, anyOIDC,
}

// All are the guides, in the order in which they are offered.
func All() []Guide { return all }

// ByKey is the guide of a URL.
func ByKey(key string) (Guide, bool) {
	for _, g := range all {
		if g.Key == key {
			return g, true
		}
	}
	return Guide{}, false
}

// names are providers without a guide of their own, as people call them.
var names = map[string]string{
	"PingFederateSAML": "PingFederate", "CyberArkSAML": "CyberArk", "DuoSAML": "Duo", "Auth0SAML": "Auth0", "CasSAML": "CAS",
	"ClassLinkSAML": "ClassLink", "CloudflareSAML": "Cloudflare", "LastPassSAML": "LastPass", "MiniOrangeSAML": "miniOrange",
	"NetIqSAML": "NetIQ", "OracleSAML": "Oracle", "RipplingSAML": "Rippling", "SalesforceSAML": "Salesforce",
	"ShibbolethSAML": "Shibboleth", "ShibbolethGenericSAML": "Shibboleth", "SimpleSamlPhpSAML": "SimpleSAMLphp", "VMwareSAML": "VMware",
	"AdpOidc": "ADP", "CleverOIDC": "Clever", "LoginGovOidc": "Login.gov",
}

// For is the guide of a connection: its provider's, or that of any provider
// under its name.
func For(connectionType, protocol string) Guide {
	for _, g := range all {
		if g.Type == connectionType {
			return g
		}
	}
	g := anySAML
	if protocol == "oidc" {
		g = anyOIDC
	}
	g.Type = connectionType
	if name, ok := names[connectionType]; ok {
		g.Provider, g.Name = name, name
	}
	return g
}

// Words are those of the guide's texts.
func (g Guide) Words(app string) Words { return Words{App: app, Provider: g.Provider} }

// At is where a thing is changed, or the place where any provider has it.
func (g Guide) At(s Subject) Place {
	if p, ok := g.Places[s]; ok {
		return p
	}
	if g.Protocol == "oidc" {
		return anyOIDC.Places[s]
	}
	return anySAML.Places[s]
}
