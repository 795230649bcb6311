// Package mfa is what people prove a second time with, and passkeys, which
// can be the first: TOTP, SMS codes, passkeys and security keys, recovery
// codes. It owns authentication_factors, authentication_challenges,
// recovery_codes, passkeys and passkey_ceremonies.
//
// It knows users by their ids alone: whether somebody has to take a second
// step is decided in login/gates.
package mfa
