package oauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
)

const (
	// keyReload is how long this node trusts what it knows of the keys. It is
	// short against keyLead, so every node publishes a key long before any
	// node signs with it.
	keyReload = 10 * time.Second

	// keyLead is how long a new key is published before it signs. The Node SDK
	// refetches a key set for an unknown key at most every 5 minutes, and our
	// answer may be cached for 5 more.
	keyLead = 15 * time.Minute

	// keyLinger is how long a key stays published after its last signature:
	// longer than the longest access token and ID token.
	keyLinger = maxAccessToken + time.Hour

	keySetMaxAge = 5 * time.Minute
)

// ErrNoKey says that no key may sign.
var ErrNoKey = errors.New("there is no signing key")

// Keys are the deployment's signing keys. One value serves the process.
type Keys struct {
	DB  *db.DB
	Log *slog.Logger

	mu     sync.Mutex // one reload or making at a time; readers do not wait for a fresh set
	loaded keySnapshot
}

// keySnapshot is the keys as they were read.
type keySnapshot struct {
	at   time.Time
	keys []*openKey // by SignsAfter, oldest first
}

// Ensure makes the first key of each algorithm that has none. Start-up calls
// it in the background; whoever needs a key earlier makes it then.
func (k *Keys) Ensure(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := k.load(ctx); err != nil {
		return err
	}
	return k.makeMissing(ctx, algorithms...)
}

// signer is the key that signs now with the algorithm: the newest whose time
// has come.
func (k *Keys) signer(ctx context.Context, a Algorithm) (*openKey, error) {
	snapshot, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	if key := snapshot.signer(a, k.now()); key != nil {
		return key, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err = k.load(ctx); err != nil {
		return nil, err
	}
	if err := k.makeMissing(ctx, a); err != nil {
		return nil, err
	}
	if key := k.loaded.signer(a, k.now()); key != nil {
		return key, nil
	}
	return nil, fmt.Errorf("%w with %s", ErrNoKey, a)
}

func (s keySnapshot) signer(a Algorithm, now time.Time) *openKey {
	for i := len(s.keys) - 1; i >= 0; i-- {
		if key := s.keys[i]; key.Algorithm == a && !key.SignsAfter.After(now) {
			return key
		}
	}
	return nil
}

// Published are the keys that a client may meet, the algorithms' first. Both
// algorithms have a key before anything is published, so that a client that
// changes its algorithm finds the key in sets fetched long before.
func (k *Keys) Published(ctx context.Context) (jose.JSONWebKeySet, error) {
	snapshot, err := k.current(ctx)
	if err != nil {
		return jose.JSONWebKeySet{}, err
	}
	if !snapshot.has(algorithms...) {
		if err := k.Ensure(ctx); err != nil {
			return jose.JSONWebKeySet{}, err
		}
		if snapshot, err = k.current(ctx); err != nil {
			return jose.JSONWebKeySet{}, err
		}
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, a := range algorithms {
		for _, key := range snapshot.keys {
			if key.Algorithm == a && key.published(k.now()) {
				set.Keys = append(set.Keys, key.public)
			}
		}
	}
	return set, nil
}

// verifying is the public key of a token's "kid", or nil.
func (k *Keys) verifying(ctx context.Context, kid string) (*openKey, error) {
	snapshot, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	for _, key := range snapshot.keys {
		if string(key.ID) == kid && key.published(k.now()) {
			return key, nil
		}
	}
	return nil, nil
}

func (k *signingKey) published(now time.Time) bool { return k.GoneAt == nil || k.GoneAt.After(now) }

func (s keySnapshot) has(wanted ...Algorithm) bool {
	for _, a := range wanted {
		found := false
		for _, key := range s.keys {
			found = found || key.Algorithm == a
		}
		if !found {
			return false
		}
	}
	return true
}

func (k *Keys) now() time.Time { return k.DB.Now().UTC() }

// current is the snapshot, read again when it is old. When the database does
// not answer the old one serves on: keys change rarely and are published early.
func (k *Keys) current(ctx context.Context) (keySnapshot, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	age := k.now().Sub(k.loaded.at)
	if len(k.loaded.keys) > 0 && age >= 0 && age < keyReload {
		return k.loaded, nil
	}
	fresh, err := k.load(ctx)
	if err != nil && len(k.loaded.keys) > 0 && age < keyLead/2 {
		k.log().WarnContext(ctx, "signing keys could not be read again", "error", err)
		return k.loaded, nil
	}
	return fresh, err
}

// load reads the keys; the caller holds mu. Keys that are open already are
// kept as they are, with the row's new dates.
func (k *Keys) load(ctx context.Context) (keySnapshot, error) {
	fresh := keySnapshot{at: k.now()}
	err := k.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := signingKeys.List(tx, db.Query{
			Where: []db.Cond{db.Or(db.Null("gone_at"), db.Gt("gone_at", tx.Now()))}, Order: []string{"signs_after", "id"}})
		if err != nil {
			return err
		}
		for _, row := range rows {
			key, err := k.open(tx, row)
			if err != nil {
				return err
			}
			fresh.keys = append(fresh.keys, key)
		}
		return nil
	})
	if err != nil {
		return keySnapshot{}, fmt.Errorf("reading signing keys: %w", err)
	}
	k.loaded = fresh
	return fresh, nil
}

func (k *Keys) open(tx *db.Tx, row signingKey) (*openKey, error) {
	for _, known := range k.loaded.keys {
		if known.ID == row.ID {
			same := *known
			same.signingKey = row
			return &same, nil
		}
	}
	return openSigningKey(tx, row)
}

// makeMissing makes the first key of each algorithm that has none and reads
// the keys again; the caller holds mu and has just loaded.
func (k *Keys) makeMissing(ctx context.Context, wanted ...Algorithm) error {
	made := false
	for _, a := range wanted {
		if k.loaded.has(a) {
			continue
		}
		key, err := makeKey(a)
		if err != nil {
			return err
		}
		// Nobody can have cached a set without it, so it signs at once.
		err = k.DB.Tx(ctx, actor.System("signing keys"), func(tx *db.Tx) error {
			_, err := key.store(tx, 1, tx.Now())
			return err
		})
		if err != nil && !errors.Is(err, db.ErrDuplicate) {
			return fmt.Errorf("storing a signing key: %w", err)
		}
		made = true
	}
	if !made {
		return nil
	}
	_, err := k.load(ctx)
	return err
}

func (k *Keys) log() *slog.Logger {
	if k.Log == nil {
		return slog.Default()
	}
	return k.Log
}
