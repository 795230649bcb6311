package chain

import (
	"crypto/ed25519"
	"encoding/json"
	"time"
)

// Checkpoint is a signed head of a chain.
type Checkpoint struct {
	ID           string
	Organization string // empty: the deployment's own
	Sequence     int64
	Hash         Hash
	KeyID        string
	CreatedAt    time.Time // to the microsecond
	Signature    []byte
}

// Message is what the signature is over.
func (c *Checkpoint) Message() []byte {
	b := append(make([]byte, 0, 192), tagCheckpoint...)
	b = text(b, c.Organization)
	b = number(b, c.Sequence)
	b = append(b, c.Hash[:]...)
	b = number(b, c.CreatedAt.UnixMicro())
	return text(b, c.KeyID)
}

// Expiry is a signed run of entries whose time was up.
type Expiry struct {
	ID            string
	Organization  string // empty: the deployment's own
	FirstSequence int64
	LastSequence  int64
	PreviousHash  Hash // of what came before the run
	Hash          Hash // of its last entry
	KeyID         string
	CreatedAt     time.Time // to the microsecond
	Signature     []byte
}

// Message is what the signature is over.
func (e *Expiry) Message() []byte {
	b := append(make([]byte, 0, 256), tagExpiry...)
	b = text(b, e.Organization)
	b = number(b, e.FirstSequence)
	b = number(b, e.LastSequence)
	b = append(b, e.PreviousHash[:]...)
	b = append(b, e.Hash[:]...)
	b = number(b, e.CreatedAt.UnixMicro())
	return text(b, e.KeyID)
}

// Keys are the public keys that checkpoints are checked with, by their ids.
type Keys map[string]ed25519.PublicKey

func (k Keys) checks(id string, message, signature []byte) bool {
	key, ok := k[id]
	return ok && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, message, signature)
}

// The objects of lines that stand between records.
const (
	CheckpointObject = "audit_log_checkpoint"
	ExpiryObject     = "audit_log_expiry"
	KeyObject        = "audit_log_key"
)

// line is any of them; the API shows them so too.
type line struct {
	Object        string  `json:"object"`
	ID            string  `json:"id"`
	Organization  *string `json:"organization_id,omitempty"`
	Sequence      int64   `json:"sequence,omitempty"`
	FirstSequence int64   `json:"first_sequence,omitempty"`
	LastSequence  int64   `json:"last_sequence,omitempty"`
	PreviousHash  *Hash   `json:"previous_hash,omitempty"`
	Hash          *Hash   `json:"hash,omitempty"`
	KeyID         string  `json:"key_id,omitempty"`
	Signature     []byte  `json:"signature,omitempty"`
	Algorithm     string  `json:"algorithm,omitempty"`
	PublicKey     []byte  `json:"public_key,omitempty"`
	CreatedAt     string  `json:"created_at,omitempty"`
}

// Line is the checkpoint as one line of JSON.
func (c *Checkpoint) Line() []byte {
	return c.line().json()
}

func (c *Checkpoint) line() line {
	return line{Object: CheckpointObject, ID: c.ID, Organization: some(c.Organization), Sequence: c.Sequence, Hash: &c.Hash, KeyID: c.KeyID,
		Signature: c.Signature, CreatedAt: c.CreatedAt.UTC().Format(microseconds)}
}

// Line is the expiry as one line of JSON.
func (e *Expiry) Line() []byte {
	return line{Object: ExpiryObject, ID: e.ID, Organization: some(e.Organization), FirstSequence: e.FirstSequence, LastSequence: e.LastSequence,
		PreviousHash: &e.PreviousHash, Hash: &e.Hash, KeyID: e.KeyID, Signature: e.Signature, CreatedAt: e.CreatedAt.UTC().Format(microseconds)}.json()
}

// KeyLine is a public key as one line of JSON.
func KeyLine(id string, key ed25519.PublicKey) []byte {
	return line{Object: KeyObject, ID: id, Algorithm: "Ed25519", PublicKey: key}.json()
}

func (l line) json() []byte {
	b, _ := json.Marshal(l) // texts and numbers always can be
	return b
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
