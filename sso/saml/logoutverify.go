package saml

import (
	"crypto/x509"
	"strconv"
	"time"

	"gatehouse/sso/trail"
)

// LogoutRequest is a provider's verified wish that sessions end.
type LogoutRequest struct {
	ID, Issuer string
	Logout
	RelayState    string
	SignedBy      string
	RememberUntil time.Time // until then it would verify again
}

// LogoutResponse is a provider's verified answer to a request of ours.
type LogoutResponse struct {
	ID, InResponseTo string
	Success          bool   // false also where it ended the sessions only in part
	Status           string // nested codes and message
	RelayState       string
	SignedBy         string
}

// ExpectLogout is what the caller knows about the logout that a message
// belongs to.
type ExpectLogout struct {
	RequestID string // for a response: the id of our request
	Now       time.Time
}

// logoutVerification is one logout message on its way through the checks,
// which are those of a response as far as they apply.
type logoutVerification struct {
	verification
	message *LogoutMessage
	by      *x509.Certificate
}

func (s Settings) checkLogout(m *LogoutMessage, e ExpectLogout) (*logoutVerification, *trail.Trail, error) {
	v := &logoutVerification{message: m}
	v.Settings, v.Now, v.skew, v.response = s, e.Now, s.skew(), m.root
	v.RequestID = e.RequestID
	t := &trail.Trail{}
	for _, check := range []struct {
		name string
		run  func() *trail.Refusal
	}{
		{trail.Address, v.checkDestination}, {trail.Structure, v.checkPlaces}, {trail.Signature, v.checkSignature},
		{trail.Issuer, v.checkIssuer}, {trail.Time, v.checkTime}, {trail.Request, v.checkAnswer},
	} {
		if r := check.run(); r != nil {
			t.Refuse(r)
			return nil, t, r
		}
		t.Pass(check.name, "")
	}
	return v, t, nil
}

// maxSessionIndexes bounds the sessions that one request may name: each is
// looked for. A person has a handful (SAML Core §3.7.1 names no bound).
const maxSessionIndexes = 100

// VerifyLogoutRequest makes every check of a provider's request: signed or
// refused, from the connection's provider, for us, now. The caller ends only
// sessions of this connection's people.
func (s Settings) VerifyLogoutRequest(m *LogoutMessage, e ExpectLogout) (*LogoutRequest, *trail.Trail, error) {
	if !m.IsRequest() {
		return nil, &trail.Trail{}, refuse(ErrStructure, trail.Structure, "a LogoutRequest", m.root.local)
	}
	e.RequestID = ""
	v, t, err := s.checkLogout(m, e)
	if err != nil {
		return nil, t, err
	}
	root := v.response
	id := root.only(assertionNS, "NameID")
	if id == nil || !usableName(id.word()) {
		r := refuse(ErrNameID, trail.Subject, "a NameID", childNames(root))
		t.Refuse(r)
		return nil, t, r
	}
	t.Pass(trail.Subject, id.word())
	request := &LogoutRequest{ID: root.attribute("ID"), Issuer: s.IdPEntityID, RelayState: m.relayState, SignedBy: Fingerprint(v.by), RememberUntil: v.result.NotOnOrAfter.Add(v.skew)}
	request.Logout = Logout{NameID: id.word(), NameIDFormat: id.attribute("Format"), NameQualifier: id.attribute("NameQualifier"), SPNameQualifier: id.attribute("SPNameQualifier")}
	indexes := root.elements(protocolNS, "SessionIndex")
	if len(indexes) > maxSessionIndexes {
		r := refuse(ErrStructure, trail.Structure, "at most "+strconv.Itoa(maxSessionIndexes)+" SessionIndex", strconv.Itoa(len(indexes)))
		t.Refuse(r)
		return nil, t, r
	}
	for _, index := range indexes {
		request.SessionIndexes = append(request.SessionIndexes, index.word())
	}
	return request, t, nil
}

// VerifyLogoutResponse makes every check of a provider's answer. That it says
// no is no refusal: our sessions have ended whatever it says.
func (s Settings) VerifyLogoutResponse(m *LogoutMessage, e ExpectLogout) (*LogoutResponse, *trail.Trail, error) {
	if m.IsRequest() {
		return nil, &trail.Trail{}, refuse(ErrStructure, trail.Structure, "a LogoutResponse", m.root.local)
	}
	v, t, err := s.checkLogout(m, e)
	if err != nil {
		return nil, t, err
	}
	status := v.response.only(protocolNS, "Status")
	if status == nil || status.only(protocolNS, "StatusCode") == nil {
		r := refuse(ErrStructure, trail.Structure, "one status", "none, or several")
		t.Refuse(r)
		return nil, t, r
	}
	code := status.only(protocolNS, "StatusCode")
	return &LogoutResponse{
		ID: v.response.attribute("ID"), InResponseTo: v.response.attribute("InResponseTo"), RelayState: m.relayState, SignedBy: Fingerprint(v.by),
		Success: code.attribute("Value") == success && len(code.elements(protocolNS, "StatusCode")) == 0, Status: trail.Clean(statusText(status)),
	}, t, nil
}
