package saml

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// Key is one of our RSA keys with its self-signed certificate: it signs
// requests and opens what was encrypted for us. 2048 bits are what every
// console takes, and what the certificates of nearly all providers have.
type Key struct {
	Private     *rsa.PrivateKey
	Certificate *x509.Certificate
}

const (
	keyBits     = 2048
	keyLifetime = 10 * 365 * 24 * time.Hour // consoles refuse expired ones; we roll over when we like
)

// NewKey makes a key. It takes a tenth of a second: never in a transaction.
func NewKey(commonName string, now time.Time) (*Key, error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, fmt.Errorf("making a SAML key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("making a SAML key: %w", err)
	}
	if r := []rune(commonName); len(r) > 64 { // RFC 5280 ub-common-name
		commonName = string(r[:64])
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: commonName},
		NotBefore:    now.Add(-time.Hour).UTC(), // a console whose clock is behind takes it too
		NotAfter:     now.Add(keyLifetime).UTC(),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, fmt.Errorf("making a SAML certificate: %w", err)
	}
	return newKey(private, der)
}

func newKey(private *rsa.PrivateKey, der []byte) (*Key, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading a SAML certificate: %w", err)
	}
	if public, ok := certificate.PublicKey.(*rsa.PublicKey); !ok || !public.Equal(&private.PublicKey) {
		return nil, errors.New("a SAML key and its certificate do not belong together")
	}
	return &Key{Private: private, Certificate: certificate}, nil
}

// MarshalPEM is the key as it is sealed: the private key, then the certificate.
func (k *Key) MarshalPEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.Private)
	if err != nil {
		return nil, fmt.Errorf("writing a SAML key: %w", err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), k.CertificatePEM()...), nil
}

// CertificatePEM is the public half as admins paste it into a console.
func (k *Key) CertificatePEM() []byte { return CertificatePEM(k.Certificate) }

// ParseKey reads what MarshalPEM wrote.
func ParseKey(document []byte) (*Key, error) {
	private, rest := pem.Decode(document)
	certificate, _ := pem.Decode(rest)
	if private == nil || certificate == nil || private.Type != "PRIVATE KEY" || certificate.Type != "CERTIFICATE" {
		return nil, errors.New("reading a SAML key: not a private key and a certificate")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(private.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading a SAML key: %w", err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("reading a SAML key: it is not an RSA key")
	}
	return newKey(key, certificate.Bytes)
}

// Format keeps the private key out of every log and error.
func (*Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[redacted]")) }

// MarshalText keeps the private key out of every JSON.
func (*Key) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }
