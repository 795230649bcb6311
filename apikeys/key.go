package apikeys

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
)

// Key is a key of the management API, without its value.
type Key struct {
	db.MaybeOwned
	ID          id.APIKey
	Name        string
	KeyHash     []byte
	LastFour    string
	Permissions []string `gorm:"serializer:json"`
	LastUsedAt  *time.Time
	ExpiresAt   *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// TableName is the table that this package owns.
func (Key) TableName() string { return "api_keys" }

var keys = db.MaybeTable[Key, id.APIKey]{}

// prefix is what every key begins with, so that scanners find leaked ones.
const prefix = "sk_"

// The bounds of a key.
const (
	minValue = 24  // of one that an operator chose (GATEHOUSE_BOOTSTRAP_API_KEY)
	maxValue = 256 // of any that is looked up
)

// What callers are told of keys.
var (
	ErrUnknownKey = problem.ErrUnauthorized
	ErrWeakKey    = problem.New(problem.Invalid, "invalid_api_key", "An API key begins with sk_ and has at least 24 characters.")
	ErrPast       = problem.New(problem.Invalid, "invalid_expires_at", "expires_at lies in the past.")

	// ErrPermissions refuses what nothing would enforce: whoever made a key
	// that may only read would believe that it can only read.
	ErrPermissions = problem.New(problem.Invalid, "permissions_not_supported",
		"Permissions of a key are not supported: it is the deployment's or, with organization_id, one organization's. Leave permissions out.")
)

// New is what a key starts with.
type New struct {
	Name        string
	Permissions []string // none: see ErrPermissions
	ExpiresAt   *time.Time
}

func (n New) row(now time.Time, value string) (*Key, error) {
	name, err := field.Required("name", n.Name, field.MaxName)
	if err != nil {
		return nil, err
	}
	if n.ExpiresAt != nil && !n.ExpiresAt.After(now) {
		return nil, ErrPast
	}
	if len(n.Permissions) > 0 {
		return nil, ErrPermissions
	}
	return &Key{
		ID: id.New[id.APIKey](), Name: name, KeyHash: seal.Hash(value), LastFour: value[len(value)-4:],
		Permissions: []string{}, ExpiresAt: utc(n.ExpiresAt),
	}, nil
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC().Truncate(time.Microsecond)
	return &u
}

// Create makes a key of the deployment. The value is not kept: show it once.
func Create(tx *db.AllTx, n New) (*Key, string, error) {
	value := prefix + seal.Token(seal.TokenBytes)
	k, err := insertDeployment(tx, n, value)
	return k, value, err
}

func insertDeployment(tx *db.AllTx, n New, value string) (*Key, error) {
	k, err := n.row(tx.Now(), value)
	if err != nil {
		return nil, err
	}
	if err := keys.InsertDeployment(tx.Tx, k); err != nil {
		return nil, err
	}
	return k, recordCreated(tx.Tx, k)
}

// CreateForOrganization makes a key that sees the transaction's organization
// alone. The value is not kept: show it once.
func CreateForOrganization(tx *db.OrgTx, n New) (*Key, string, error) {
	value := prefix + seal.Token(seal.TokenBytes)
	k, err := n.row(tx.Now(), value)
	if err != nil {
		return nil, "", err
	}
	if err := keys.Insert(tx, k); err != nil {
		return nil, "", err
	}
	return k, value, recordCreated(tx.Tx, k)
}

// EnsureBootstrap makes a deployment key of the value that the configuration
// names, where it is not there yet.
func EnsureBootstrap(tx *db.AllTx, value string) error {
	if !strings.HasPrefix(value, prefix) || len(value) < minValue || len(value) > maxValue {
		return ErrWeakKey
	}
	_, err := keys.First(tx, db.Eq("key_hash", seal.Hash(value)))
	if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	_, err = insertDeployment(tx, New{Name: "From the configuration"}, value)
	if errors.Is(err, db.ErrDuplicate) {
		return nil // another node was first
	}
	return err
}

// LocateKey is the key with that value, or ErrUnknownKey where it is unknown,
// revoked or expired: one look-up of its hash, whatever was sent.
func LocateKey(tx *db.AllTx, value string) (*Key, error) {
	if len(value) > maxValue {
		return nil, ErrUnknownKey
	}
	k, err := keys.First(tx, db.Eq("key_hash", seal.Hash(value)))
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrUnknownKey
	}
	if err != nil {
		return nil, fmt.Errorf("looking up an API key: %w", err)
	}
	if k.ExpiresAt != nil && !tx.Now().Before(*k.ExpiresAt) {
		return nil, ErrUnknownKey
	}
	return k, nil
}

// Wire is the key as the management API shows it, without its value.
func (k *Key) Wire() wire.APIKey {
	w := wire.APIKey{
		ID: k.ID, Name: k.Name, ObfuscatedValue: prefix + "..." + k.LastFour, Permissions: wire.Array[string]{},
		LastUsedAt: wire.MaybeAt(k.LastUsedAt), ExpiresAt: wire.MaybeAt(k.ExpiresAt),
		CreatedAt: wire.At(k.CreatedAt), UpdatedAt: wire.At(k.UpdatedAt),
	}
	if k.OrganizationID != nil {
		w.Owner = &wire.APIKeyOwner{Type: "organization", ID: string(*k.OrganizationID)}
	}
	return w
}
