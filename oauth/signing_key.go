package oauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Algorithm is how tokens are signed (RFC 7518 §3.1).
type Algorithm string

// RS256 is the default, because some SDKs know no other. ES256 costs a
// twentieth to sign.
const (
	RS256 Algorithm = "RS256"
	ES256 Algorithm = "ES256"
)

var algorithms = []Algorithm{RS256, ES256}

const rsaBits = 2048

// signingKey is a row: the public half as a JWK, the private one sealed.
type signingKey struct {
	db.Global
	ID         id.SigningKey
	Algorithm  Algorithm
	Generation int64
	PublicJWK  string `gorm:"column:public_jwk"`
	Sealed     []byte
	SignsAfter time.Time
	RetiresAt  *time.Time
	GoneAt     *time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

func (signingKey) TableName() string { return "signing_keys" }

var signingKeys = db.GlobalTable[signingKey, id.SigningKey]{}

func (k *signingKey) cell() db.Cell {
	return db.Cell{Table: "signing_keys", Column: "sealed", Row: string(k.ID)}
}

// madeKey is a key pair that is not stored yet.
type madeKey struct {
	algorithm Algorithm
	public    jose.JSONWebKey
	private   []byte // PKCS #8
}

// makeKey takes 50 to 140 ms for RSA: never call it inside a transaction.
func makeKey(a Algorithm) (*madeKey, error) {
	var private crypto.Signer
	var err error
	if a == ES256 {
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		private, err = rsa.GenerateKey(rand.Reader, rsaBits)
	}
	if err != nil {
		return nil, fmt.Errorf("making a signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("encoding a signing key: %w", err)
	}
	return &madeKey{a, jose.JSONWebKey{Key: private.Public(), Algorithm: string(a), Use: "sig"}, der}, nil
}

// store writes a made key as the next generation. db.ErrDuplicate says that
// another node was first.
func (m *madeKey) store(tx *db.Tx, generation int64, signsAfter time.Time) (*signingKey, error) {
	row := &signingKey{ID: id.New[id.SigningKey](), Algorithm: m.algorithm, Generation: generation, SignsAfter: signsAfter}
	public := m.public
	public.KeyID = string(row.ID)
	text, err := json.Marshal(public)
	if err != nil {
		return nil, fmt.Errorf("encoding a public key: %w", err)
	}
	row.PublicJWK = string(text)
	if row.Sealed, err = tx.Seal(row.cell(), m.private); err != nil {
		return nil, fmt.Errorf("sealing a signing key: %w", err)
	}
	return row, signingKeys.Insert(tx, row)
}

// openKey is a signing key in memory, ready to sign.
type openKey struct {
	signingKey
	public jose.JSONWebKey
	signer crypto.Signer
	// headers of a JWT, encoded once: alg, kid and typ never change for a key.
	headers map[string]string
}

func openSigningKey(tx *db.Tx, row signingKey) (*openKey, error) {
	k := &openKey{signingKey: row, headers: map[string]string{}}
	if err := json.Unmarshal([]byte(row.PublicJWK), &k.public); err != nil {
		return nil, fmt.Errorf("reading signing key %s: %w", row.ID, err)
	}
	der, err := tx.Open(row.cell(), row.Sealed)
	if err != nil {
		return nil, fmt.Errorf("opening signing key %s: %w", row.ID, err)
	}
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("parsing signing key %s: %w", row.ID, err)
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return nil, errors.New("a signing key cannot sign")
	}
	k.signer = signer
	for _, typ := range []string{typeJWT, typeAccess, typeSecurityEvent} {
		header, err := json.Marshal(struct {
			Algorithm Algorithm `json:"alg"`
			KeyID     string    `json:"kid"`
			Type      string    `json:"typ"`
		}{row.Algorithm, string(row.ID), typ})
		if err != nil {
			return nil, err
		}
		k.headers[typ] = base64.RawURLEncoding.EncodeToString(header)
	}
	return k, nil
}

// The "typ" of the tokens that we sign: access tokens of the standard surface
// say at+jwt, so that none passes for an ID token (RFC 9068 §2.1).
const (
	typeJWT    = "JWT"
	typeAccess = "at+jwt"

	typeSecurityEvent = "secevent+jwt" // RFC 8417 §2.3
)

// sign is claims as a signed JWT in compact form (RFC 7515 §3.1). The header
// is encoded once for each key, which saves a fifth of an ES256 signature.
func (k *openKey) sign(typ string, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encoding claims: %w", err)
	}
	header := k.headers[typ]
	size := len(header) + 1 + base64.RawURLEncoding.EncodedLen(len(payload))
	out := make([]byte, 0, size+1+base64.RawURLEncoding.EncodedLen(rsaBits/8))
	out = append(append(out, header...), '.')
	out = base64.RawURLEncoding.AppendEncode(out, payload)
	digest := sha256.Sum256(out)
	signature, err := k.signature(digest[:])
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	out = append(out, '.')
	return string(base64.RawURLEncoding.AppendEncode(out, signature)), nil
}

// signature is the digest's: for ES256 the two numbers r and s of 32 bytes
// each (RFC 7518 §3.4), not the ASN.1 that crypto.Signer gives.
func (k *openKey) signature(digest []byte) ([]byte, error) {
	ec, ok := k.signer.(*ecdsa.PrivateKey)
	if !ok {
		return k.signer.Sign(rand.Reader, digest, crypto.SHA256)
	}
	r, s, err := ecdsa.Sign(rand.Reader, ec, digest)
	if err != nil {
		return nil, err
	}
	const half = 32
	raw := make([]byte, 2*half)
	r.FillBytes(raw[:half])
	s.FillBytes(raw[half:])
	return raw, nil
}
