package saml

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"strings"
)

// dataCipher is how an assertion was encrypted (XML Encryption 1.1 §5.2).
type dataCipher struct {
	keySize int
	legacy  string // the name by which a connection allows it; "" needs no leave
}

var dataCiphers = map[string]dataCipher{
	xmlenc11NS + "aes128-gcm": {keySize: 16},
	xmlenc11NS + "aes192-gcm": {keySize: 24},
	xmlenc11NS + "aes256-gcm": {keySize: 32},
	xmlencNS + "aes128-cbc":   {keySize: 16, legacy: AES128CBC},
	xmlencNS + "aes256-cbc":   {keySize: 32, legacy: AES256CBC},
}

// open decrypts. A false says no more than that it did not work.
func (d dataCipher) open(key, sealed []byte) ([]byte, bool) {
	if len(key) != d.keySize {
		return nil, false
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, false
	}
	if d.legacy != "" {
		return openCBC(block, sealed)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil || len(sealed) < gcm.NonceSize()+gcm.Overhead() {
		return nil, false
	}
	plain, err := gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], nil)
	return plain, err == nil
}

// openCBC decrypts what nothing protects from change. Padding is 1 to 16
// bytes of which the last alone has a meaning (XML Encryption §5.2); whether it
// is right takes no branch, and what is wrong comes back whole, so that the
// caller goes the same way with it.
func openCBC(block cipher.Block, sealed []byte) ([]byte, bool) {
	if len(sealed) < 2*aes.BlockSize || len(sealed)%aes.BlockSize != 0 {
		return nil, false
	}
	plain := make([]byte, len(sealed)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, sealed[:aes.BlockSize]).CryptBlocks(plain, sealed[aes.BlockSize:])
	padding := int(plain[len(plain)-1])
	right := subtle.ConstantTimeLessOrEq(1, padding) & subtle.ConstantTimeLessOrEq(padding, aes.BlockSize)
	return plain[:len(plain)-subtle.ConstantTimeSelect(right, padding, 0)], right == 1
}

// acceptedCiphers names what this connection takes, for an admin.
func (s Settings) acceptedCiphers() string {
	return strings.Join(append([]string{"aes256-gcm", "aes192-gcm", "aes128-gcm"}, s.LegacyEncryption...), ", ")
}
