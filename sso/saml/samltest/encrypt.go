package samltest

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // OAEP's usual hash
	"crypto/x509"
	"encoding/base64"
	"strings"

	"github.com/beevik/etree"
)

const (
	xmlenc   = "http://www.w3.org/2001/04/xmlenc#"
	xmlenc11 = "http://www.w3.org/2009/xmlenc11#"
	xmldsig  = "http://www.w3.org/2000/09/xmldsig#"
)

func (a Answer) encrypt(assertion *etree.Element) *etree.Element {
	return EncryptBytes(write(assertion), a.EncryptFor, a.Cipher, a.Transport)
}

// EncryptBytes is an EncryptedAssertion around anything at all. The cipher is
// aes{128,192,256}-{gcm,cbc}; the transport rsa-oaep-mgf1p, rsa-oaep (with
// SHA-256 and its mask), rsa-oaep-mgf1p-sha256 or rsa-1_5.
func EncryptBytes(plain []byte, to *x509.Certificate, method, transport string) *etree.Element {
	if method == "" {
		method = "aes256-gcm"
	}
	key := make([]byte, map[string]int{"aes128": 16, "aes192": 24, "aes256": 32}[method[:6]])
	_, _ = rand.Read(key)
	return Encrypted(seal(method, key, plain), method, key, to, transport)
}

// Encrypted is an EncryptedAssertion of sealed bytes.
func Encrypted(sealed []byte, method string, key []byte, to *x509.Certificate, transport string) *etree.Element {
	space := xmlenc
	if strings.HasSuffix(method, "gcm") {
		space = xmlenc11
	}
	outer := etree.NewElement("saml:EncryptedAssertion")
	outer.CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:2.0:assertion")
	data := outer.CreateElement("xenc:EncryptedData")
	data.CreateAttr("xmlns:xenc", xmlenc)
	data.CreateAttr("Type", xmlenc+"Element")
	data.CreateElement("xenc:EncryptionMethod").CreateAttr("Algorithm", space+method)
	info := data.CreateElement("ds:KeyInfo")
	info.CreateAttr("xmlns:ds", xmldsig)
	info.AddChild(wrapped(key, to, transport))
	data.CreateElement("xenc:CipherData").CreateElement("xenc:CipherValue").SetText(base64.StdEncoding.EncodeToString(sealed))
	return outer
}

func seal(method string, key, plain []byte) []byte {
	block := must(aes.NewCipher(key))
	if strings.HasSuffix(method, "gcm") {
		gcm := must(cipher.NewGCM(block))
		nonce := make([]byte, gcm.NonceSize())
		_, _ = rand.Read(nonce)
		return gcm.Seal(nonce, nonce, plain, nil)
	}
	padding := aes.BlockSize - len(plain)%aes.BlockSize
	plain = append(bytes.Clone(plain), bytes.Repeat([]byte{byte(padding)}, padding)...)
	out := make([]byte, aes.BlockSize+len(plain))
	_, _ = rand.Read(out[:aes.BlockSize])
	cipher.NewCBCEncrypter(block, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], plain)
	return out
}

func wrapped(key []byte, to *x509.Certificate, transport string) *etree.Element {
	if transport == "" {
		transport = "rsa-oaep-mgf1p"
	}
	public := to.PublicKey.(*rsa.PublicKey)
	el := etree.NewElement("xenc:EncryptedKey")
	el.CreateAttr("xmlns:xenc", xmlenc)
	method := el.CreateElement("xenc:EncryptionMethod")
	var sealed []byte
	switch transport {
	case "rsa-oaep-mgf1p":
		method.CreateAttr("Algorithm", xmlenc+transport)
		digestMethod(method, xmldsig+"sha1")
		sealed = oaep(public, key, crypto.SHA1, crypto.SHA1)
	case "rsa-oaep-mgf1p-sha256":
		method.CreateAttr("Algorithm", xmlenc+"rsa-oaep-mgf1p")
		digestMethod(method, xmlenc+"sha256")
		sealed = oaep(public, key, crypto.SHA256, crypto.SHA1)
	case "rsa-oaep":
		method.CreateAttr("Algorithm", xmlenc11+transport)
		digestMethod(method, xmlenc+"sha256")
		mask := method.CreateElement("xenc11:MGF")
		mask.CreateAttr("xmlns:xenc11", xmlenc11)
		mask.CreateAttr("Algorithm", xmlenc11+"mgf1sha256")
		sealed = oaep(public, key, crypto.SHA256, crypto.SHA256)
	default:
		method.CreateAttr("Algorithm", xmlenc+transport)
		//lint:ignore SA1019 it is here to be refused
		sealed = must(rsa.EncryptPKCS1v15(rand.Reader, public, key))
	}
	shown := el.CreateElement("ds:KeyInfo")
	shown.CreateAttr("xmlns:ds", xmldsig)
	shown.CreateElement("ds:X509Data").CreateElement("ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(to.Raw))
	el.CreateElement("xenc:CipherData").CreateElement("xenc:CipherValue").SetText(base64.StdEncoding.EncodeToString(sealed))
	return el
}

func digestMethod(el *etree.Element, algorithm string) {
	d := el.CreateElement("ds:DigestMethod")
	d.CreateAttr("xmlns:ds", xmldsig)
	d.CreateAttr("Algorithm", algorithm)
}

func oaep(public *rsa.PublicKey, key []byte, hash, mask crypto.Hash) []byte {
	return must(rsa.EncryptOAEPWithOptions(rand.Reader, public, key, &rsa.OAEPOptions{Hash: hash, MGFHash: mask}))
}
