package oauth

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
)

// maxSecrets bounds the secrets of one client: two are needed to replace one
// without a gap, the rest is room.
const maxSecrets = 10

// ClientSecret proves that a caller is the client. Only its hash is kept.
type ClientSecret struct {
	db.Global
	ID         id.ClientSecret
	ClientID   id.Client
	Name       string
	SecretHash []byte
	LastFour   string
	LastUsedAt *time.Time
	ExpiresAt  *time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// TableName is the table that this package owns.
func (ClientSecret) TableName() string { return "client_secrets" }

var secrets = db.GlobalTable[ClientSecret, id.ClientSecret]{}

// The problems of making secrets.
var (
	ErrPublicClient   = problem.New(problem.Invalid, "client_is_public", "Browser and native applications cannot keep a secret; they use PKCE.")
	ErrTooManySecrets = problem.New(problem.Invalid, "too_many_secrets", "An application has at most 10 secrets. Revoke one first.")
)

// NewSecret makes a secret for a client. The value is shown this once.
func NewSecret(tx *db.Tx, client id.Client, name string, expiresAt *time.Time) (*ClientSecret, string, error) {
	c, err := clients.GetForUpdate(tx, client)
	if err != nil {
		return nil, "", err
	}
	if c.Public() {
		return nil, "", ErrPublicClient
	}
	n, err := secrets.Count(tx, db.Eq("client_id", client))
	if err != nil {
		return nil, "", err
	}
	if n >= maxSecrets {
		return nil, "", ErrTooManySecrets
	}
	if len(name) > 200 {
		return nil, "", problem.ErrInvalid.WithDetails(problem.Detail{Code: "invalid", Field: "name", Message: "A name has at most 200 bytes."})
	}
	secret := "cs_" + seal.Token(seal.TokenBytes)
	row := &ClientSecret{ID: id.New[id.ClientSecret](), ClientID: client, Name: name,
		SecretHash: seal.Hash(secret), LastFour: secret[len(secret)-4:], ExpiresAt: expiresAt}
	if err := secrets.Insert(tx, row); err != nil {
		return nil, "", err
	}
	return row, secret, recordSecretCreated(tx, row)
}

// RevokeSecret takes a secret away. Nodes notice within cacheFor.
func RevokeSecret(tx *db.Tx, client id.Client, key id.ClientSecret) error {
	row, err := secrets.First(tx, db.Eq("id", key), db.Eq("client_id", client))
	if err != nil {
		return err
	}
	if _, err := secrets.Delete(tx, key); err != nil {
		return err
	}
	return recordSecretRevoked(tx, row)
}

// ListSecrets is a client's secrets, without their values.
func ListSecrets(tx db.AnyScope, client id.Client) ([]ClientSecret, error) {
	return secrets.List(tx, db.Query{Where: []db.Cond{db.Eq("client_id", client)}, Limit: maxSecrets})
}
