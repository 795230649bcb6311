package oidc

import (
	"strings"

	"gatehouse/sso/trail"
)

// maxCode bounds what a provider may hand the browser.
const maxCode = 4096

// Answer is what the browser brought back from a provider (OpenID Connect
// Core §3.1.2.5), still to be redeemed.
type Answer struct {
	Code   string `json:"code,omitempty"`
	Error  string `json:"error,omitempty"`
	Issuer string `json:"iss,omitempty"` // RFC 9207

	hint string // the description of an error: somebody else's text, for the admins' record alone
}

// ReadAnswer reads the parameters that came back, by get.
func ReadAnswer(get func(string) string) (Answer, error) {
	a := Answer{Code: get("code"), Error: get("error"), Issuer: get("iss")}
	if len(a.Code) > maxCode || len(a.Error) > maxCode || len(a.Issuer) > maxIssuer {
		return Answer{}, trail.Refuse(ErrAnswer, trail.Structure, "", "")
	}
	if a.Error != "" {
		a.hint = trail.Clean(get("error_description"))
	}
	return a, nil
}

// denials are the errors that mean that the person changed their mind.
var denials = map[string]bool{"access_denied": true, "user_cancelled_login": true, "user_cancelled_authorize": true, "user_cancelled": true}

// check refuses what must not be redeemed. Who answers comes first: nothing
// that another provider says is read, and its code goes nowhere.
func (a Answer) check(m *Metadata, c Client) error {
	if a.Issuer == "" && m.NamesItself || a.Issuer != "" && !m.issued(a.Issuer, c.AnyTenant) {
		return trail.Refuse(ErrIssuer, trail.Issuer, m.Issuer, a.Issuer)
	}
	return a.Check()
}

// Check refuses an answer of a provider that publishes no metadata.
func (a Answer) Check() error {
	switch {
	case a.Code != "" && a.Error != "", a.Code == "" && a.Error == "":
		return trail.Refuse(ErrAnswer, trail.Structure, "code", "")
	case denials[a.Error]:
		return trail.Refuse(ErrDenied, trail.Status, "", a.said())
	case a.Error != "" && strings.Contains(a.hint, "redirect_uri"):
		return trail.Refuse(ErrRedirect, trail.Status, "", a.said())
	case a.Error != "":
		return trail.Refuse(ErrRefused, trail.Status, "", a.said())
	}
	return nil
}

// said is the error in the provider's words. Whether somebody cancelled or is
// not assigned is often in the description alone.
func (a Answer) said() string { return strings.TrimSuffix(a.Error+": "+a.hint, ": ") }
