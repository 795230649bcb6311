package oauth

import (
	"slices"

	"gatehouse/sessions"
)

// authClaims say how the person signed in (OpenID Connect Core §2). A relying
// party that asks for more than the session has sends the person back.
type authClaims struct {
	Context string   `json:"acr,omitempty"`
	Methods []string `json:"amr,omitempty"`
}

// The classes of sign-ins, from the weakest to the strongest. phr is the one
// that the OpenID Provider's EAP profile registered: phishing-resistant.
const (
	contextOneStep  = "urn:gatehouse:acr:1"
	contextTwoSteps = "urn:gatehouse:acr:2"
	contextPasskey  = "phr"
)

var knownContexts = []string{contextOneStep, contextTwoSteps, contextPasskey}

// references are the values of RFC 8176 for each first step. Of accounts
// elsewhere nobody here knows how they were proven, so they have none. A
// passkey counts as a key in software: no attestation says more (§2, swk).
var references = map[sessions.Method][]string{
	sessions.Password: {"pwd"}, sessions.MagicAuth: {"otp"}, sessions.Passkey: {"swk", "user", "mfa"},
}

// A recovery code is a one-time code too.
var secondReferences = map[sessions.Second]string{
	sessions.SecondTOTP: "otp", sessions.SecondRecovery: "otp", sessions.SecondSMS: "sms", sessions.SecondWebAuthn: "swk",
}

// howOf is how the session's person signed in.
func howOf(s *sessions.Session) authClaims {
	c := authClaims{Context: contextOneStep, Methods: slices.Clone(references[s.AuthMethod])}
	if s.SecondMethod != nil {
		c.Context = contextTwoSteps
		for _, r := range []string{secondReferences[*s.SecondMethod], "mfa"} {
			if r != "" && !slices.Contains(c.Methods, r) {
				c.Methods = append(c.Methods, r)
			}
		}
	}
	if slices.Contains(c.Methods, "swk") {
		c.Context = contextPasskey
	}
	return c
}
