package saml

import (
	"slices"

	"gatehouse/sso/trail"
)

// encrypted is an encrypted assertion, read and not opened.
type encrypted struct {
	method dataCipher
	keys   []wrappedKey
	sealed []byte
}

// readEncrypted reads an EncryptedAssertion and refuses algorithms before any
// of our keys is used.
func (s Settings) readEncrypted(outer *node) (*encrypted, *trail.Refusal) {
	data := outer.only(xmlencNS, "EncryptedData")
	if data == nil || !outer.built(xmlencNS, "EncryptedData", "EncryptedKey*") {
		return nil, refuse(ErrStructure, trail.Decryption, "EncryptedData and its EncryptedKey", "")
	}
	algorithm := algorithmOf(data.only(xmlencNS, "EncryptionMethod"))
	method, ok := dataCiphers[algorithm]
	if !ok || method.legacy != "" && !slices.Contains(s.LegacyEncryption, method.legacy) {
		return nil, refuse(ErrEncryptionAlgorithm, trail.Decryption, s.acceptedCiphers(), shortName(algorithm))
	}
	sealed, ok := cipherValue(data)
	if !ok {
		return nil, refuse(ErrStructure, trail.Decryption, "a cipher value", "none that is base64")
	}
	keys, r := wrappedKeys(outer, data)
	if r != nil {
		return nil, r
	}
	return &encrypted{method: method, keys: keys, sealed: sealed}, nil
}

// open decrypts an assertion and reads it as strictly as the response around
// it. Every failure, of whatever step, is nil.
//
// CBC protects nothing, so an answer that told good padding from bad would let
// a stranger decrypt with our key (SECURITY.md S16). Where the response around
// is unsigned, the caller therefore gives all failures, the missing or wrong
// signature inside included, one face; here every input that can be decrypted
// at all is also read, its padding right or not.
func (e *encrypted) open(keys []*Key, context *node, ids map[string]bool) *node {
	var plain []byte
	ok := false
	for _, k := range e.keys {
		if key := k.unwrap(keys); key != nil {
			plain, ok = e.method.open(key, e.sealed)
			break
		}
	}
	assertion, err := readWithin(plain, messageLimits, context, ids)
	if err != nil || !ok || !assertion.is(assertionNS, "Assertion") {
		return nil
	}
	return assertion
}

// blind says whether telling why something failed would make an oracle.
func (e *encrypted) blind(responseSigned bool) bool { return e.method.legacy != "" && !responseSigned }
