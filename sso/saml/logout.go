package saml

import (
	"time"

	crewjam "github.com/crewjam/saml"
)

// Logout is whose session ends: as the provider named them at sign-in.
type Logout struct {
	NameID, NameIDFormat           string
	NameQualifier, SPNameQualifier string
	SessionIndexes                 []string // empty: all sessions of that person
}

// logoutLifetime is how long a request of ours may be on its way.
const logoutLifetime = 5 * time.Minute

// LogoutRequest asks the provider to end somebody's sessions (SAML Core
// §3.7.1). It is always signed: providers refuse others, and so do we.
func (s Settings) LogoutRequest(id string, who Logout, relayState string, now time.Time) (Outgoing, error) {
	until := instant(now.Add(logoutLifetime))
	request := crewjam.LogoutRequest{
		ID: id, Version: "2.0", IssueInstant: instant(now), NotOnOrAfter: &until, Destination: s.IdPSLOURL, Issuer: s.issuer(),
		NameID: &crewjam.NameID{Format: who.NameIDFormat, NameQualifier: who.NameQualifier, SPNameQualifier: who.SPNameQualifier, Value: who.NameID},
	}
	el := request.Element()
	for _, index := range who.SessionIndexes { // the library's type holds one
		el.CreateElement("samlp:SessionIndex").SetText(index)
	}
	return s.send(message{parameter: "SAMLRequest", element: el, destination: s.IdPSLOURL, relayState: relayState, sign: true}, s.SLOBinding)
}

// LogoutResponse answers a provider's request; partly says that not all
// sessions ended (SAML Core §3.7.3.2).
func (s Settings) LogoutResponse(id, inResponseTo string, partly bool, relayState string, now time.Time) (Outgoing, error) {
	to := s.SLOResponseURL
	if to == "" {
		to = s.IdPSLOURL
	}
	status := crewjam.StatusCode{Value: success}
	if partly {
		status.StatusCode = &crewjam.StatusCode{Value: "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"}
	}
	response := crewjam.LogoutResponse{
		ID: id, InResponseTo: inResponseTo, Version: "2.0", IssueInstant: instant(now), Destination: to, Issuer: s.issuer(),
		Status: crewjam.Status{StatusCode: status},
	}
	return s.send(message{parameter: "SAMLResponse", element: response.Element(), destination: to, relayState: relayState, sign: true}, s.SLOBinding)
}
