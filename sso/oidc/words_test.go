package oidc_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
)

func base64url(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// halfHash is at_hash for RS256 (OpenID Connect Core §3.1.3.6).
func halfHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func set(u *url.URL, name, value string) {
	q := u.Query()
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	u.RawQuery = q.Encode()
}
