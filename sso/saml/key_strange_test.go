package saml

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"
)

// strange is a certificate with an RSA key that no provider makes.
func strange(t *testing.T, n *big.Int, e int) *x509.Certificate {
	t.Helper()
	issuer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &rsa.PublicKey{N: n, E: e}, issuer)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// With an exponent of 1 everybody makes signatures; with one of 31 bits each of
// twenty certificates costs milliseconds for every response that is posted.
func TestKeysThatNoProviderMakesAreRefused(t *testing.T) {
	t.Parallel()
	good := ourKey().Private.N
	for name, c := range map[string]*x509.Certificate{
		"an exponent of 1":       strange(t, good, 1),
		"an even exponent":       strange(t, good, 4),
		"an exponent of 31 bits": strange(t, new(big.Int).SetBit(new(big.Int).Set(good), 8191, 1), 1<<31-1),
		"an even modulus":        strange(t, new(big.Int).Lsh(good, 1), 65537),
	} {
		if _, err := ParseCertificate(string(CertificatePEM(c))); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	for _, e := range []int{3, 17, 65537} {
		if _, err := ParseCertificate(string(CertificatePEM(strange(t, good, e)))); err != nil {
			t.Errorf("an exponent of %d: %v", e, err)
		}
	}
}
