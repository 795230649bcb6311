package audit

import "gatehouse/internal/id"

// AuditKeyRotated is audit_key.rotated: another key signs the log's heads from
// now on. What the ones before it signed is checked with them still.
type AuditKeyRotated struct {
	Key       id.AuditKey `json:"key_id"`
	PublicKey []byte      `json:"public_key"` // Ed25519, base64
}

// Type names the entry.
func (AuditKeyRotated) Type() string { return "audit_key.rotated" }

// Targets are the key.
func (e AuditKeyRotated) Targets() []Target { return []Target{{Type: "audit_key", ID: string(e.Key)}} }

// Data is the key's public half.
func (e AuditKeyRotated) Data() any { return e }
