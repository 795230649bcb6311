package saml

// Namespaces and the names in them.
const (
	protocolNS  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionNS = "urn:oasis:names:tc:SAML:2.0:assertion"
	metadataNS  = "urn:oasis:names:tc:SAML:2.0:metadata"
	signatureNS = "http://www.w3.org/2000/09/xmldsig#"
	xmlencNS    = "http://www.w3.org/2001/04/xmlenc#"
	xmlenc11NS  = "http://www.w3.org/2009/xmlenc11#"
	xmlNS       = "http://www.w3.org/XML/1998/namespace"
	xmlnsNS     = "http://www.w3.org/2000/xmlns/"
	excC14N     = "http://www.w3.org/2001/10/xml-exc-c14n#"
	enveloped   = signatureNS + "enveloped-signature"
	bearer      = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
	success     = "urn:oasis:names:tc:SAML:2.0:status:Success"
)
