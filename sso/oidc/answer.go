package oidc

// maxCode bounds what a provider may hand the browser.
const maxCode = 4096

// Answer is what the browser brought back from a provider (OpenID Connect
// Core §3.1.2.5), still to be redeemed.
type Answer struct {
	Code   string `json:"code,omitempty"`
	Error  string `json:"error,omitempty"`
	Issuer string `json:"iss,omitempty"` // RFC 9207
}

// ReadAnswer reads the parameters that came back, by get. The description of
// an error is not read: it is somebody else's text.
func ReadAnswer(get func(string) string) (Answer, error) {
	a := Answer{Code: get("code"), Error: get("error"), Issuer: get("iss")}
	if len(a.Code) > maxCode || len(a.Error) > maxCode || len(a.Issuer) > maxIssuer {
		return Answer{}, ErrAnswer
	}
	return a, nil
}

// denials are the errors that mean that the person changed their mind.
var denials = map[string]bool{"access_denied": true, "user_cancelled_login": true, "user_cancelled_authorize": true, "user_cancelled": true}

// check refuses what must not be redeemed. Who answers comes first: nothing
// that another provider says is read, and its code goes nowhere.
func (a Answer) check(m *Metadata, c Client) error {
	if a.Issuer == "" && m.NamesItself || a.Issuer != "" && !m.issued(a.Issuer, c.AnyTenant) {
		return ErrIssuer
	}
	return a.Check()
}

// Check refuses an answer of a provider that publishes no metadata.
func (a Answer) Check() error {
	switch {
	case a.Code != "" && a.Error != "", a.Code == "" && a.Error == "":
		return ErrAnswer
	case denials[a.Error]:
		return ErrDenied
	case a.Error != "":
		return ErrRefused
	}
	return nil
}
