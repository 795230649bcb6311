package saml

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
)

// maxCertificate bounds one certificate in text: real ones have 1 to 4 KB.
const maxCertificate = 32 << 10

const minRSABits, maxRSABits = 2048, 8192

// maxExponent bounds the work of one verification: everybody's keys have 65537
// or 3, and one of 31 bits costs five times as much, for each response that
// anybody posts.
const minExponent, maxExponent = 3, 65537

// ParseCertificate reads one certificate of a provider as admins have it: PEM,
// or the base64 of a metadata file. Its key must be one that we would verify
// with.
func ParseCertificate(text string) (*x509.Certificate, error) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxCertificate {
		return nil, ErrCertificate
	}
	der, err := certificateDER(text)
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, ErrCertificate
	}
	return c, checkKey(c)
}

func certificateDER(text string) ([]byte, error) {
	if strings.Contains(text, "-----BEGIN") {
		if strings.Contains(text, "PRIVATE KEY") {
			return nil, ErrCertificate.WithMessage("That contains a private key. Paste the certificate alone, and replace that key: it is not secret any more.")
		}
		block, rest := pem.Decode([]byte(text))
		if block == nil || block.Type != "CERTIFICATE" {
			return nil, ErrCertificate
		}
		if next, _ := pem.Decode(rest); next != nil {
			return nil, ErrCertificate.WithMessage("That is more than one certificate. Add them one by one.")
		}
		return block.Bytes, nil
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, ErrCertificate
	}
	return der, nil
}

// checkKey says whether a signature by this certificate's key would be taken.
func checkKey(c *x509.Certificate) error {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return ErrCertificateKey.WithMessage(fmt.Sprintf("The certificate's RSA key has %d bits. Keys of %d to %d bits are accepted.", bits, minRSABits, maxRSABits))
		}
		if key.E < minExponent || key.E > maxExponent || key.E%2 == 0 || key.N.Bit(0) == 0 {
			return ErrCertificateKey.WithMessage("The certificate's RSA key is not one that a provider makes: its exponent is 3 to 65537, and its modulus is odd.")
		}
		return nil
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256(), elliptic.P384(), elliptic.P521():
			return nil
		}
	}
	return ErrCertificateKey
}

// Fingerprint is the SHA-256 of a certificate as consoles show it.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

// CertificatePEM is a certificate as admins paste it.
func CertificatePEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func fingerprints(all []*x509.Certificate) string {
	list := make([]string, len(all))
	for i, c := range all {
		list[i] = Fingerprint(c)
	}
	return strings.Join(list, " ")
}
