package saml

import (
	"crypto"
	"crypto/rsa"
	_ "crypto/sha1" // inside of OAEP, where collisions do not matter and which nearly all providers use

	"gatehouse/sso/trail"
)

const (
	oaepMGF1P = xmlencNS + "rsa-oaep-mgf1p" // the mask is by SHA-1
	oaep      = xmlenc11NS + "rsa-oaep"     // the mask is named
)

var oaepDigests = map[string]crypto.Hash{
	"": crypto.SHA1, signatureNS + "sha1": crypto.SHA1, digestSHA256: crypto.SHA256, digestSHA384: crypto.SHA384, moreNS + "sha512": crypto.SHA512, digestSHA512: crypto.SHA512,
}

var maskDigests = map[string]crypto.Hash{
	"": crypto.SHA1, xmlenc11NS + "mgf1sha1": crypto.SHA1, xmlenc11NS + "mgf1sha256": crypto.SHA256,
	xmlenc11NS + "mgf1sha384": crypto.SHA384, xmlenc11NS + "mgf1sha512": crypto.SHA512,
}

// wrappedKey is a content key, encrypted for one of our certificates.
type wrappedKey struct {
	ways   []rsa.OAEPOptions
	sealed []byte
}

// maxWrapped bounds the work: a provider wraps the key once for each of our
// published certificates.
const maxWrapped = 4

// wrappedKeys reads all encrypted keys of an encrypted assertion, which stand
// in its KeyInfo or beside its data. RSA 1.5 has no place here: it is an
// oracle for whoever may ask often enough.
func wrappedKeys(outer, data *node) ([]wrappedKey, *trail.Refusal) {
	found := outer.elements(xmlencNS, "EncryptedKey")
	if info := data.only(signatureNS, "KeyInfo"); info != nil {
		found = append(info.elements(xmlencNS, "EncryptedKey"), found...)
	}
	if len(found) == 0 || len(found) > maxWrapped {
		return nil, refuse(ErrStructure, trail.Decryption, "an encrypted key", count(len(found)))
	}
	var all []wrappedKey
	for _, n := range found {
		k, r := readWrapped(n)
		if r != nil {
			return nil, r
		}
		all = append(all, k)
	}
	return all, nil
}

func readWrapped(n *node) (wrappedKey, *trail.Refusal) {
	method := n.only(xmlencNS, "EncryptionMethod")
	sealed, ok := cipherValue(n)
	if method == nil || !ok {
		return wrappedKey{}, refuse(ErrStructure, trail.Decryption, "an encrypted key", "one without method or value")
	}
	algorithm := method.attribute("Algorithm")
	digest, knownDigest := oaepDigests[algorithmOf(method.only(signatureNS, "DigestMethod"))]
	mask, knownMask := maskDigests[algorithmOf(method.only(xmlenc11NS, "MGF"))]
	if algorithm != oaepMGF1P && algorithm != oaep || !knownDigest || !knownMask || method.only(xmlencNS, "OAEPparams") != nil {
		return wrappedKey{}, refuse(ErrEncryptionAlgorithm, trail.Decryption, "rsa-oaep or rsa-oaep-mgf1p", shortName(algorithm))
	}
	k := wrappedKey{sealed: sealed, ways: []rsa.OAEPOptions{{Hash: digest, MGFHash: mask}}}
	if algorithm == oaepMGF1P {
		k.ways = []rsa.OAEPOptions{{Hash: digest, MGFHash: crypto.SHA1}}
		if digest != crypto.SHA1 { // several libraries mask by the digest, against the letter
			k.ways = append(k.ways, rsa.OAEPOptions{Hash: digest, MGFHash: digest})
		}
	}
	return k, nil
}

// unwrap tries each of our keys. Which of them worked, or why none did, is
// told to nobody.
func (k wrappedKey) unwrap(keys []*Key) []byte {
	for _, key := range keys {
		for _, way := range k.ways {
			if plain, err := key.Private.Decrypt(nil, k.sealed, &way); err == nil {
				return plain
			}
		}
	}
	return nil
}

func algorithmOf(n *node) string {
	if n == nil {
		return ""
	}
	return n.attribute("Algorithm")
}

func cipherValue(n *node) ([]byte, bool) {
	data := n.only(xmlencNS, "CipherData")
	if data == nil || !data.built(xmlencNS, "CipherValue") {
		return nil, false // a CipherReference would be fetched from somewhere
	}
	return decodeBase64(data.only(xmlencNS, "CipherValue").word())
}
