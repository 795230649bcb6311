package saml

import "time"

// Logout is whose session ends: as the provider named them at sign-in.
type Logout struct {
	NameID, NameIDFormat           string
	NameQualifier, SPNameQualifier string
	SessionIndexes                 []string // empty: all sessions of that person
}

// LogoutRequest is a provider's verified wish that sessions end.
type LogoutRequest struct {
	ID, Issuer string
	Logout
	RelayState string
	SignedBy   string
}

// LogoutResponse is a provider's verified answer to a request of ours.
type LogoutResponse struct {
	ID, InResponseTo string
	Success          bool   // false also where it ended the session only in part
	Status           string // nested codes and message, where it is not plain success
	RelayState       string
	SignedBy         string
}

// ExpectLogout is what the caller knows about the logout that a message
// belongs to.
type ExpectLogout struct {
	RequestID string // for a response: the id of our request
	Now       time.Time
}
