// Package signature signs what is sent to webhook endpoints, and checks it.
//
// Two signatures go with each request. The wire's is for the SDKs of the
// management API: t=<milliseconds>, v1=<hex of HMAC-SHA-256 over t.body>, its
// key the secret as text. The other is Standard Webhooks', for its libraries in
// many languages: base64 of HMAC-SHA-256 over id.seconds.body, its key the
// bytes that the secret holds in base64.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// The headers. The three of Standard Webhooks belong together.
const (
	Header            = "WorkOS-Signature"
	StandardID        = "webhook-id"
	StandardTime      = "webhook-timestamp"
	StandardSignature = "webhook-signature"
)

// Tolerance is how old a request may be, and how far ahead: whoever recorded
// one cannot send it later.
const Tolerance = 180 * time.Second

// What a request is refused for.
var (
	ErrMalformed = errors.New("the signature header is malformed")
	ErrTooOld    = errors.New("the timestamp is outside of the tolerance")
	ErrMismatch  = errors.New("the signature does not match the body")
)

// Sign is the value of Header.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.UnixMilli(), 10)
	return "t=" + t + ", v1=" + hex.EncodeToString(sum([]byte(secret), t+".", body))
}

// SignStandard is the value of StandardSignature: one for each secret that counts.
func SignStandard(secrets []string, id string, at time.Time, body []byte) string {
	signed := make([]string, len(secrets))
	for i, secret := range secrets {
		signed[i] = "v1," + base64.StdEncoding.EncodeToString(sum(keyOf(secret), id+"."+strconv.FormatInt(at.Unix(), 10)+".", body))
	}
	return strings.Join(signed, " ")
}

// Verify checks the value of Header against the body as it came, by any of the
// secrets: two while one follows the other.
func Verify(header string, body []byte, now time.Time, secrets ...string) error {
	stamp, signed, ok := parse(header)
	if !ok {
		return ErrMalformed
	}
	ms, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return ErrMalformed
	}
	if age := now.Sub(time.UnixMilli(ms)); age > Tolerance || age < -Tolerance {
		return ErrTooOld
	}
	for _, secret := range secrets {
		if secret != "" && hmac.Equal(signed, sum([]byte(secret), stamp+".", body)) {
			return nil
		}
	}
	return ErrMismatch
}

func parse(header string) (stamp string, signed []byte, ok bool) {
	first, second, ok := strings.Cut(header, ",")
	if !ok {
		return "", nil, false
	}
	stamp, isTime := strings.CutPrefix(strings.TrimSpace(first), "t=")
	text, isSignature := strings.CutPrefix(strings.TrimSpace(second), "v1=")
	signed, err := hex.DecodeString(text)
	return stamp, signed, isTime && isSignature && err == nil && len(signed) == sha256.Size
}

func keyOf(secret string) []byte {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return []byte(secret)
	}
	return key
}

func sum(key []byte, before string, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(before))
	h.Write(body)
	return h.Sum(nil)
}
