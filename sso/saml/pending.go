package saml

import (
	"time"

	"gatehouse/sso/trail"
)

// Until the verifier stands, everything that comes from outside is refused.

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
