package oauth

import (
	"crypto/sha256"
	"encoding/base64"

	"gatehouse/internal/seal"
)

// challengeLength is a SHA-256 in base64url (RFC 7636 §4.2).
const challengeLength = 43

// validChallenge reports whether a code_challenge can be one. Only S256
// exists here: "plain" protects nothing that leaks with the request.
func validChallenge(challenge string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(challenge)
	return err == nil && len(challenge) == challengeLength && len(raw) == sha256.Size
}

// validVerifier is the grammar of RFC 7636 §4.1.
func validVerifier(verifier string) bool {
	if len(verifier) < 43 || len(verifier) > 128 {
		return false
	}
	for _, c := range []byte(verifier) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~') {
			return false
		}
	}
	return true
}

func verifies(verifier, challenge string) bool {
	if !validVerifier(verifier) {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return seal.Equal([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge))
}
