package saml

import (
	"bytes"

	"github.com/beevik/etree"

	"gatehouse/sso/saml/samltest"
)

// sealed encrypts an answer for us.
func sealed(cipher string, more ...func(*samltest.Answer)) func(*samltest.Answer) {
	return func(a *samltest.Answer) {
		a.EncryptFor, a.Cipher = oursCertificate(), cipher
		for _, change := range more {
			change(a)
		}
	}
}

func by(transport string) func(*samltest.Answer) {
	return func(a *samltest.Answer) { a.Transport = transport }
}

func signing(what int) func(*samltest.Answer) {
	return func(a *samltest.Answer) { a.Sign = what }
}

// instead puts another EncryptedAssertion in place.
func instead(replacement func(r *etree.Element) *etree.Element) func(*samltest.Answer) {
	return after(func(r *etree.Element) {
		old := r.FindElement("./EncryptedAssertion")
		r.InsertChildAt(old.Index(), replacement(r))
		r.RemoveChild(old)
	})
}

func cutTo(n int) func(*samltest.Answer) {
	return after(func(r *etree.Element) { tamper(r, func(b []byte) []byte { return b[:n] }) })
}

// encryptionLies ask us to decrypt what we should not, or to believe what
// nobody signed (SECURITY.md S16).
func encryptionLies() []made {
	refused := func(name, why, code string, answer func(*samltest.Answer)) made {
		return made{name: name, attackCase: attackCase{Why: why, Code: code}, answer: answer}
	}
	legacy := func(m made) made {
		m.LegacyEncryption = []string{AES128CBC, AES256CBC}
		return m
	}
	algorithm, failed, gcm, cbc := "saml_encryption_algorithm", "saml_decryption_failed", "aes256-gcm", "aes128-cbc"
	return []made{
		refused("encrypted-unsigned", "Encrypted for us, which anybody can do, and signed by nobody.", "saml_signature_missing", sealed(gcm, signing(samltest.SignNothing))),
		refused("encrypted-by-stranger", "Encrypted for us and signed by a stranger.", "saml_signature_invalid", sealed(gcm)).signedBy("stranger"),
		refused("encrypted-for-another", "Encrypted for another key.", failed, func(a *samltest.Answer) { a.EncryptFor = idpCertificate() }),
		refused("rsa15", "The key is wrapped with RSA 1.5, an oracle.", algorithm, sealed(gcm, by("rsa-1_5"))),
		legacy(refused("rsa15-with-cbc-allowed", "RSA 1.5 where the connection allows CBC.", algorithm, sealed(cbc, by("rsa-1_5")))),
		refused("rsa15-in-signed-response", "RSA 1.5 in a response that is signed rightly.", algorithm, sealed(gcm, by("rsa-1_5"), signing(samltest.SignResponse))),
		refused("cbc-without-leave", "CBC where the connection does not allow it.", algorithm, sealed(cbc)),
		refused("cbc-without-leave-signed", "CBC without leave, in a signed response.", algorithm, sealed(cbc, signing(samltest.SignBoth))),
		legacy(refused("aes192-cbc", "A cipher that no connection can allow.", algorithm, sealed("aes192-cbc"))),
		legacy(refused("triple-des", "3DES.", algorithm, sealed(cbc, after(func(r *etree.Element) {
			r.FindElement("./EncryptedAssertion/EncryptedData/EncryptionMethod").CreateAttr("Algorithm", xmlencNS+"tripledes-cbc")
		})))),
		legacy(refused("cbc-unsigned", "CBC with nothing signed: the same face as every other failure.", failed, sealed(cbc, signing(samltest.SignNothing)))),
		legacy(refused("cbc-by-stranger", "CBC and a stranger's signature inside.", failed, sealed(cbc)).signedBy("stranger")),
		legacy(refused("cbc-padding", "CBC with broken padding.", failed, sealed(cbc, after(func(r *etree.Element) {
			tamper(r, func(b []byte) []byte { b[len(b)-17] ^= 0xff; return b })
		})))),
		legacy(refused("cbc-cut", "CBC without whole blocks (the library panics).", failed, sealed(cbc, cutTo(70)))),
		legacy(refused("gcm-as-cbc", "GCM's ciphertext said to be CBC's, to be decrypted without its tag.", failed, sealed("aes128-gcm", after(func(r *etree.Element) {
			r.FindElement("./EncryptedAssertion/EncryptedData/EncryptionMethod").CreateAttr("Algorithm", xmlencNS+"aes128-cbc")
		})))),
		refused("gcm-short", "A ciphertext shorter than a nonce (the library panics).", failed, sealed(gcm, cutTo(5))),
		refused("gcm-changed", "A ciphertext that was changed.", failed, sealed(gcm, after(func(r *etree.Element) {
			tamper(r, func(b []byte) []byte { b[40] ^= 1; return b })
		}))),
		refused("cipher-reference", "A ciphertext that would be fetched.", "saml_structure_invalid", sealed(gcm, after(func(r *etree.Element) {
			data := r.FindElement("./EncryptedAssertion/EncryptedData/CipherData")
			data.Child = nil
			data.CreateElement("xenc:CipherReference").CreateAttr("URI", "http://127.0.0.1:1/")
		}))),
		refused("no-encrypted-key", "A ciphertext without its key.", "saml_structure_invalid", sealed(gcm, after(func(r *etree.Element) {
			gone(r.FindElement("./EncryptedAssertion/EncryptedData/KeyInfo"))
		}))),
		refused("many-encrypted-keys", "More wrapped keys than work is worth.", "saml_structure_invalid", sealed(gcm, after(func(r *etree.Element) {
			key := r.FindElement("./EncryptedAssertion/EncryptedData/KeyInfo/EncryptedKey")
			for range 5 {
				key.Parent().AddChild(key.Copy())
			}
		}))),
		refused("oaep-with-label", "OAEP with parameters that nobody sends.", algorithm, sealed(gcm, after(func(r *etree.Element) {
			r.FindElement("./EncryptedAssertion/EncryptedData/KeyInfo/EncryptedKey/EncryptionMethod").CreateElement("xenc:OAEPparams").SetText("eA==")
		}))),
		refused("two-encrypted-assertions", "Two encrypted assertions.", "saml_multiple_assertions", sealed(gcm, after(func(r *etree.Element) {
			r.AddChild(r.FindElement("./EncryptedAssertion").Copy())
		}))),
		refused("encrypted-and-plain", "A plain assertion beside the encrypted one.", "saml_multiple_assertions", sealed(gcm, after(func(r *etree.Element) {
			r.CreateElement("saml:Assertion").CreateAttr("ID", "_evil-1")
		}))),
		refused("decrypts-to-a-response", "What is encrypted is no assertion.", failed, sealed(gcm, instead(func(r *etree.Element) *etree.Element {
			return samltest.EncryptBytes([]byte("<x/>"), oursCertificate(), gcm, "")
		}))),
		refused("decrypts-to-doctype", "What is encrypted has a DOCTYPE.", failed, sealed(gcm, instead(func(r *etree.Element) *etree.Element {
			return samltest.EncryptBytes([]byte("<!DOCTYPE x><saml:Assertion/>"), oursCertificate(), gcm, "")
		}))),
		refused("decrypts-to-wrapping", "The decrypted assertion wraps another.", "saml_multiple_assertions", sealed(gcm, instead(func(r *etree.Element) *etree.Element {
			inner := honestAssertion()
			forged := evil(inner)
			forged.AddChild(inner)
			return samltest.EncryptBytes(documentOf(forged), oursCertificate(), gcm, "")
		}))),
		refused("decrypts-to-same-id", "The decrypted assertion has the response's id.", failed, sealed(gcm, func(a *samltest.Answer) { a.AssertionID = "_response-1" })),
		made{name: "plain-where-encrypted-is-wanted", attackCase: attackCase{Why: "In the clear, where the connection wants encryption.", Code: "saml_not_encrypted", WantEncrypted: true}},
	}
}

func honestAssertion() *etree.Element {
	a := honest()
	a.ID, a.AssertionID, a.Now = "_response-1", "_assertion-1", casesAt
	d := etree.NewDocument()
	_ = d.ReadFromBytes(generator(generating{}, "idp").Document(a))
	return d.Root().FindElement("./Assertion")
}

func documentOf(el *etree.Element) []byte {
	d := etree.NewDocument()
	d.SetRoot(el)
	var b bytes.Buffer
	_, _ = d.WriteTo(&b)
	return b.Bytes()
}
