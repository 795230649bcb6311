package saml

import (
	"time"

	"gatehouse/sso/trail"
)

// Until the verifier stands, everything that comes from outside is refused.

// Response is a response that was read, and not verified.
type Response struct{ inResponseTo string }

// ReadResponse reads the SAMLResponse field of a form that came to the ACS.
func ReadResponse(field string) (*Response, error) {
	return nil, trail.Refuse(ErrXML, trail.Structure, "", "")
}

// UnverifiedInResponseTo names the request that the response claims to answer.
// It is only good for finding the stored request.
func (r *Response) UnverifiedInResponseTo() string { return r.inResponseTo }

// UnverifiedIssuer is whom the response claims to come from. It is only good
// for telling an admin.
func (r *Response) UnverifiedIssuer() string { return "" }

// Document is the XML as it came, for Redact.
func (r *Response) Document() []byte { return nil }

// Verify makes every check, in the order of the trail.
func (s Settings) Verify(r *Response, e Expect) (*Assertion, *trail.Trail, error) {
	return nil, &trail.Trail{}, trail.Refuse(ErrUnsigned, trail.Signature, "", "")
}

// ParseMetadata reads what a provider publishes about itself.
func ParseMetadata(document []byte, now time.Time) (*IdP, error) { return nil, ErrMetadata }

// LogoutMessage is a logout message that was read, and not verified.
type LogoutMessage struct{ isRequest bool }

// IsRequest tells a LogoutRequest from a LogoutResponse.
func (m *LogoutMessage) IsRequest() bool { return m.isRequest }

// UnverifiedInResponseTo names the request that a LogoutResponse claims to answer.
func (m *LogoutMessage) UnverifiedInResponseTo() string { return "" }

// ReadLogoutQuery reads a logout message by redirect. It takes the query as it
// came, because the signature covers its bytes.
func ReadLogoutQuery(rawQuery string) (*LogoutMessage, error) {
	return nil, trail.Refuse(ErrXML, trail.Structure, "", "")
}

// ReadLogoutForm reads a logout message by POST: one of the first two is "".
func ReadLogoutForm(samlRequest, samlResponse, relayState string) (*LogoutMessage, error) {
	return nil, trail.Refuse(ErrXML, trail.Structure, "", "")
}

// LogoutRequest asks the provider to end somebody's sessions.
func (s Settings) LogoutRequest(id string, who Logout, relayState string, now time.Time) (Outgoing, error) {
	return Outgoing{}, ErrSettings
}

// LogoutResponse answers a provider's request; partly says that not all
// sessions ended.
func (s Settings) LogoutResponse(id, inResponseTo string, partly bool, relayState string, now time.Time) (Outgoing, error) {
	return Outgoing{}, ErrSettings
}

// VerifyLogoutRequest makes every check of a provider's request.
func (s Settings) VerifyLogoutRequest(m *LogoutMessage, e ExpectLogout) (*LogoutRequest, *trail.Trail, error) {
	return nil, &trail.Trail{}, trail.Refuse(ErrUnsigned, trail.Signature, "", "")
}

// VerifyLogoutResponse makes every check of a provider's answer.
func (s Settings) VerifyLogoutResponse(m *LogoutMessage, e ExpectLogout) (*LogoutResponse, *trail.Trail, error) {
	return nil, &trail.Trail{}, trail.Refuse(ErrUnsigned, trail.Signature, "", "")
}

// Redact is a document without what nobody should read in a log.
func Redact(document []byte) string { return "" }
