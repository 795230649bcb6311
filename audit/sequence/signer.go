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
	made.ID, made.KeyID, made.CreatedAt = id.New[id.Checkpoint](), key.id, s.now()
	signed := audit.ChainCheckpoint(made)
	made.Signature = ed25519.Sign(key.private, signed.Message())
	return made, s.DB.Tx(ctx, actor.System("audit"), func(tx *db.Tx) error { return audit.KeepCheckpoint(tx, org, made) })
}

// now is to the millisecond, as the API shows it: whoever has its answer can
// check the signature.
func (s *Signer) now() time.Time { return s.DB.Clock().Truncate(time.Millisecond) }

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
	e.ID, e.KeyID, e.CreatedAt = id.New[id.Expiry](), key.id, s.now()
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
	made, err := s.NewKey()
	if err != nil {
		return nil, err
	}
	if err := s.DB.Tx(ctx, actor.System("audit"), made.first); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, actor.System("audit"), read) // another server's, if that was first
	return key, err
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

// NewKey is a key that has been made and not yet stored.
type NewKey struct {
	audit.Key
	seed []byte
}

// NewKey makes a key. Store it by Replace, and Forget once that has committed.
func (s *Signer) NewKey() (*NewKey, error) {
	public, private, err := ed25519.GenerateKey(s.DB.Rand)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return &NewKey{audit.Key{ID: id.New[id.AuditKey](), PublicKey: public}, private.Seed()}, nil
}

// Replace makes it the key that signs from the commit on. Those before it sign
// no more, and check still what they signed.
func (k *NewKey) Replace(tx *db.Tx) error { return k.store(tx, false) }

func (k *NewKey) first(tx *db.Tx) error { return k.store(tx, true) }

func (k *NewKey) store(tx *db.Tx, first bool) (err error) {
	k.CreatedAt = tx.Now()
	if k.SealedKey, err = tx.SealGlobal(cell(k.ID), k.seed); err != nil {
		return err
	}
	return audit.ReplaceKey(tx, &k.Key, first)
}

// Forget makes this process read the key again. Others do within a minute.
func (s *Signer) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = nil
}
