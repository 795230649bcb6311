package sequence

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Signer signs where the chains stand. It keeps its key in memory for a minute
// at most, so that a rotation on another server is followed.
type Signer struct {
	DB  *db.DB
	Log *slog.Logger

	mu    sync.Mutex
	key   *signingKey
	until time.Time
}

// Checkpoint signs and stores the present head of an organization's chain, or
// of the deployment's own where org is nil. It is nil where the chain is empty.
// A head that was signed with the present key is not signed twice.
func (s *Signer) Checkpoint(ctx context.Context, org *id.Organization) (*audit.Checkpoint, error) {
	key, err := s.present(ctx)
	if err != nil {
		return nil, err
	}
	var made *audit.Checkpoint
	err = s.read(ctx, org, func(tx db.OwnedScope) error {
		made, err = unsigned(tx, org, key.id)
		return err
	})
	if err != nil || made == nil || made.ID != "" {
		return made, err
	}
	made.ID, made.KeyID, made.CreatedAt = id.New[id.Checkpoint](), key.id, s.DB.Clock()
	signed := audit.ChainCheckpoint(made)
	made.Signature = ed25519.Sign(key.private, signed.Message())
	return made, s.DB.Tx(ctx, actor.System("audit"), func(tx *db.Tx) error { return audit.KeepCheckpoint(tx, org, made) })
}

// unsigned is the head that is to be signed, or the checkpoint that says it
// already, or nil.
func unsigned(tx db.OwnedScope, org *id.Organization, key id.AuditKey) (*audit.Checkpoint, error) {
	head, err := audit.HeadOf(tx, audit.HeadID(org))
	if err != nil || head.Sequence == 0 {
		return nil, err
	}
	last, err := audit.LastCheckpoint(tx, org)
	if err == nil && last.Sequence == head.Sequence && last.KeyID == key {
		return last, nil
	}
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	c := &audit.Checkpoint{Sequence: head.Sequence, Hash: head.Hash}
	c.OrganizationID = org
	return c, nil
}

func (s *Signer) read(ctx context.Context, org *id.Organization, fn func(db.OwnedScope) error) error {
	if org != nil {
		return s.DB.ReadOrg(ctx, *org, func(tx *db.OrgTx) error { return fn(tx) })
	}
	return s.DB.ReadDeployment(ctx, func(tx *db.AllTx) error { return fn(tx) })
}

// SignExpiry signs a run of entries whose time is up: id, key, time and
// signature of e are filled in. Sign before the transaction that stores it
// (audit.KeepExpiry); the run may go once that has committed.
func (s *Signer) SignExpiry(ctx context.Context, e *audit.Expiry) error {
	key, err := s.present(ctx)
	if err != nil {
		return err
	}
	e.ID, e.KeyID, e.CreatedAt = id.New[id.Expiry](), key.id, s.DB.Clock()
	signed := audit.ChainExpiry(e)
	e.Signature = ed25519.Sign(key.private, signed.Message())
	return nil
}

// signingKey is the key that signs now.
type signingKey struct {
	id      id.AuditKey
	private ed25519.PrivateKey
}

const keepKey = time.Minute

func (s *Signer) present(ctx context.Context) (*signingKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != nil && s.DB.Now().Before(s.until) {
		return s.key, nil
	}
	key, err := s.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the key that signs checkpoints: %w", err)
	}
	s.key, s.until = key, s.DB.Now().Add(keepKey)
	return key, nil
}

// load reads the key that signs, and makes the first.
func (s *Signer) load(ctx context.Context) (*signingKey, error) {
	var key *signingKey
	read := func(tx *db.Tx) (err error) { key, err = openPresent(tx); return err }
	err := s.DB.Tx(ctx, actor.System("audit"), read)
	if !errors.Is(err, db.ErrNotFound) {
		return key, err
	}
	if _, err := s.rotate(ctx, actor.System("audit"), true); err != nil {
		return nil, err
	}
	return key, s.DB.Tx(ctx, actor.System("audit"), read)
}

func openPresent(tx *db.Tx) (*signingKey, error) {
	row, err := audit.PresentKey(tx)
	if err != nil {
		return nil, err
	}
	seed, err := tx.OpenGlobal(cell(row.ID), row.SealedKey)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", row.ID, err)
	}
	return &signingKey{row.ID, ed25519.NewKeyFromSeed(seed)}, nil
}

func cell(key id.AuditKey) db.Cell {
	return db.Cell{Table: "audit_keys", Column: "sealed_key", Row: string(key)}
}

// Rotate makes a new key that signs from now on. Those before it sign no more,
// and check still what they signed.
func (s *Signer) Rotate(ctx context.Context, who actor.Actor) (*audit.Key, error) {
	row, err := s.rotate(ctx, who, false)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = nil
	return row, err
}

func (s *Signer) rotate(ctx context.Context, who actor.Actor, first bool) (*audit.Key, error) {
	public, private, err := ed25519.GenerateKey(s.DB.Rand)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	row := &audit.Key{ID: id.New[id.AuditKey](), PublicKey: public}
	err = s.DB.Tx(ctx, who, func(tx *db.Tx) error {
		row.CreatedAt = tx.Now()
		if row.SealedKey, err = tx.SealGlobal(cell(row.ID), private.Seed()); err != nil {
			return err
		}
		return audit.ReplaceKey(tx, row, first)
	})
	if err != nil {
		return nil, err
	}
	return row, nil
}
