package sso

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
)

// JWK is a public key of ours for a provider that takes private_key_jwt (RFC
// 7517): it reads them at JWKSURL, or its admin pastes one.
type JWK struct {
	Type      string   `json:"kty"`
	Use       string   `json:"use"`
	Algorithm string   `json:"alg"`
	ID        string   `json:"kid"`
	N         string   `json:"n"`
	E         string   `json:"e"`
	X5C       []string `json:"x5c"`
}

// JWKS are the keys that the provider is to know, the next one first.
func (s *Setup) JWKS() []JWK {
	list := []JWK{}
	for _, c := range s.published() {
		public, ok := c.PublicKey.(*rsa.PublicKey)
		if !ok {
			continue // we make RSA keys alone
		}
		list = append(list, JWK{Type: "RSA", Use: "sig", Algorithm: "RS256", ID: keyID(c), N: base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
			E: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()), X5C: []string{base64.StdEncoding.EncodeToString(c.Raw)}})
	}
	return list
}

// keyID names a key by its certificate's SHA-256, as x5t#S256 does.
func keyID(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
