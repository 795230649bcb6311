package saml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // what crypto.SHA256 stands for
	_ "crypto/sha512"
	"crypto/x509"
	"math/big"
	"strings"
)

// The algorithms that a signature may use. What is not here is refused: SHA-1
// and MD5, because collisions can be made; HMAC, because its key would be the
// public certificate; RSA-PSS, because no provider sends it.
const (
	moreNS       = "http://www.w3.org/2001/04/xmldsig-more#"
	digestSHA256 = xmlencNS + "sha256"
	digestSHA384 = moreNS + "sha384"
	digestSHA512 = xmlencNS + "sha512"
)

var digests = map[string]crypto.Hash{digestSHA256: crypto.SHA256, digestSHA384: crypto.SHA384, digestSHA512: crypto.SHA512}

type signatureMethod struct {
	hash crypto.Hash
	key  x509.PublicKeyAlgorithm
}

var signatureMethods = map[string]signatureMethod{
	moreNS + "rsa-sha256":   {crypto.SHA256, x509.RSA},
	moreNS + "rsa-sha384":   {crypto.SHA384, x509.RSA},
	moreNS + "rsa-sha512":   {crypto.SHA512, x509.RSA},
	moreNS + "ecdsa-sha256": {crypto.SHA256, x509.ECDSA},
	moreNS + "ecdsa-sha384": {crypto.SHA384, x509.ECDSA},
	moreNS + "ecdsa-sha512": {crypto.SHA512, x509.ECDSA},
}

const acceptedSignatures = "rsa-sha256, rsa-sha384, rsa-sha512, ecdsa-sha256, ecdsa-sha384 or ecdsa-sha512"
const acceptedDigests = "sha256, sha384 or sha512"

// signer is the certificate among those that are configured whose key made the
// signature, or nil. Nothing in a message chooses it.
func signer(certificates []*x509.Certificate, m signatureMethod, signed, signature []byte) *x509.Certificate {
	h := m.hash.New()
	h.Write(signed)
	sum := h.Sum(nil)
	for _, c := range certificates {
		if c.PublicKeyAlgorithm == m.key && checkKey(c) == nil && verifies(c.PublicKey, m.hash, sum, signature) {
			return c
		}
	}
	return nil
}

func verifies(public any, hash crypto.Hash, sum, signature []byte) bool {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, hash, sum, signature) == nil
	case *ecdsa.PublicKey:
		// XML Signature §6.4.3: r and s side by side, each as long as the
		// curve's order. (ASN.1, as X.509 has it, is not what it says.)
		size := (key.Params().N.BitLen() + 7) / 8
		if len(signature) != 2*size {
			return false
		}
		return ecdsa.Verify(key, sum, new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:]))
	}
	return false
}

// shortName is an algorithm without its namespace, for an admin.
func shortName(algorithm string) string {
	if i := strings.LastIndexByte(algorithm, '#'); i >= 0 {
		return algorithm[i+1:]
	}
	return algorithm
}
