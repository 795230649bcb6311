package samltest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"sync"
	"time"
)

// IdP is an identity provider's name and key.
type IdP struct {
	EntityID    string
	Key         crypto.Signer
	Certificate *x509.Certificate
}

// Two RSA keys and one on P-256 for a whole test binary: making one takes a
// tenth of a second.
var rsaKeys = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		keys[i] = must(rsa.GenerateKey(rand.Reader, 2048))
	}
	return keys
})

// New is a provider with an RSA key; all that New makes have the same.
func New(entityID string) *IdP { return With(entityID, rsaKeys()[0]) }

// Other is a provider with another RSA key.
func Other(entityID string) *IdP { return With(entityID, rsaKeys()[1]) }

// NewECDSA is a provider with a key on a curve.
func NewECDSA(entityID string, curve elliptic.Curve) *IdP {
	return With(entityID, must(ecdsa.GenerateKey(curve, rand.Reader)))
}

// With is a provider with a given key.
func With(entityID string, key crypto.Signer) *IdP {
	now := time.Now()
	return &IdP{EntityID: entityID, Key: key, Certificate: SelfSigned(key, now.Add(-24*time.Hour), now.Add(24*time.Hour))}
}

// SelfSigned is a certificate for a key, valid as given.
func SelfSigned(key crypto.Signer, from, until time.Time) *x509.Certificate {
	template := &x509.Certificate{SerialNumber: big.NewInt(from.Unix()), Subject: pkix.Name{CommonName: "test provider"}, NotBefore: from, NotAfter: until}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))))
}

// CertificateBase64 is the certificate as metadata shows it.
func (p *IdP) CertificateBase64() string { return base64.StdEncoding.EncodeToString(p.Certificate.Raw) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
