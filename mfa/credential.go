package mfa

import "github.com/go-webauthn/webauthn/webauthn"

// credential is a passkey as the WebAuthn library keeps it.
type credential = webauthn.Credential
