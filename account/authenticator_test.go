package account_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"regexp"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

var b64 = base64.RawURLEncoding

// register answers a registration page as an authenticator would: a fresh
// ES256 key that verified its person, without attestation (WebAuthn §6.5, §8.7).
func (b *tab) register(page, name string) seen {
	b.Helper()
	p := b.get(page)
	return b.post(page, "ceremony", attribute(p, `name="ceremony" value="([^"]*)"`), "credential", b.credential(p), "name", name)
}

func attribute(p seen, pattern string) string {
	if m := regexp.MustCompile(pattern).FindStringSubmatch(p.body); m != nil {
		return m[1]
	}
	return ""
}

func (b *tab) credential(p seen) string {
	b.Helper()
	challenge := attribute(p, `"challenge":"([^"]*)"`)
	if challenge == "" {
		b.Fatalf("no question at %s (%d): %s", p.path, p.status, p.body)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	id := make([]byte, 32)
	_, _ = rand.Read(id)
	public, err := key.PublicKey.Bytes()
	if err != nil {
		b.Fatal(err)
	}
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: public[1:33], -3: public[33:65]}) // RFC 9053 §7.1.1
	if err != nil {
		b.Fatal(err)
	}
	party := sha256.Sum256([]byte("localhost"))
	data := append(party[:], 0x45) // present, verified, attested data
	data = binary.BigEndian.AppendUint32(data, 0)
	data = append(data, make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(id)))
	data = append(append(data, id...), cose...)
	attestation, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		b.Fatal(err)
	}
	said, err := json.Marshal(map[string]any{"type": "webauthn.create", "challenge": challenge, "origin": b.url, "crossOrigin": false})
	if err != nil {
		b.Fatal(err)
	}
	answer, err := json.Marshal(map[string]any{"id": b64.EncodeToString(id), "rawId": b64.EncodeToString(id), "type": "public-key",
		"clientExtensionResults": map[string]any{}, "response": map[string]any{"clientDataJSON": b64.EncodeToString(said), "attestationObject": b64.EncodeToString(attestation)}})
	if err != nil {
		b.Fatal(err)
	}
	return string(answer)
}
