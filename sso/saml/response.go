package saml

import (
	"gatehouse/sso/trail"
)

// Response is a response that was read, and not verified.
type Response struct {
	document []byte
	root     *node
	ids      map[string]bool
}

// ReadResponse reads the SAMLResponse field of a form that came to the ACS
// (SAML Bindings §3.5.4). What two readers could see differently is refused
// here, before anything is computed from it. Beside an error stands what could
// be decoded, for Redact; it verifies as nothing.
func ReadResponse(field string) (*Response, error) {
	document, r := decodeField(field)
	if r != nil {
		return &Response{}, r
	}
	ids := map[string]bool{}
	root, err := readWithin(document, messageLimits, nil, ids)
	if err != nil {
		return &Response{document: document}, unread(err, trail.Structure)
	}
	if !root.is(protocolNS, "Response") {
		return &Response{document: document}, refuse(ErrStructure, trail.Structure, "a SAML response", root.local)
	}
	return &Response{document: document, root: root, ids: ids}, nil
}

func decodeField(field string) ([]byte, *trail.Refusal) {
	// Base64 takes four characters for three bytes, and line breaks.
	if len(field) > messageLimits.bytes*3/2 {
		return nil, refuse(ErrTooLarge, trail.Structure, "", "the field is too large")
	}
	document, ok := decodeBase64(field)
	if !ok {
		return nil, refuse(ErrXML, trail.Structure, "", "the field is not base64")
	}
	return document, nil
}

// UnverifiedInResponseTo names the request that the response claims to answer.
// It is only good for finding the stored request.
func (r *Response) UnverifiedInResponseTo() string { return r.claim("InResponseTo") }

// UnverifiedID is the response's own id as it claims; good for a log alone.
func (r *Response) UnverifiedID() string { return r.claim("ID") }

// UnverifiedIssuer is whom the response claims to come from. It is only good
// for telling an admin.
func (r *Response) UnverifiedIssuer() string {
	if r.root == nil {
		return ""
	}
	return trail.Clean(r.root.only(assertionNS, "Issuer").word())
}

func (r *Response) claim(attribute string) string {
	if r.root == nil {
		return ""
	}
	return trail.Clean(r.root.attribute(attribute))
}

// Document is the XML as it came, for Redact.
func (r *Response) Document() []byte { return r.document }
