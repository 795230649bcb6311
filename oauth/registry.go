package oauth

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// cacheFor is how long a node may go on with what it knows of a client: a
// secret that was revoked, or an address that was taken away, still works for
// so long on another node. Sessions and refresh tokens are never cached.
const cacheFor = time.Second

// maxCached bounds the cache; clients that do not exist are not kept.
const maxCached = 1000

// registration is a client with its addresses and secrets, as read at once.
type registration struct {
	Client
	addresses []RedirectURI
	secrets   []ClientSecret
	readAt    time.Time
}

// registry reads registrations and keeps them for a moment.
type registry struct {
	mu    sync.RWMutex
	known map[id.Client]*registration
}

func (r *registry) get(ctx context.Context, d *db.DB, key id.Client) (*registration, error) {
	now := d.Now()
	r.mu.RLock()
	known := r.known[key]
	r.mu.RUnlock()
	if known != nil {
		if age := now.Sub(known.readAt); age >= 0 && age < cacheFor {
			return known, nil
		}
	}
	fresh := &registration{readAt: now}
	err := d.Read(ctx, func(tx *db.Tx) error { return fresh.read(tx, key) })
	if err != nil {
		if errors.Is(err, db.ErrNotFound) {
			r.forget(key)
			return nil, errUnknownClient
		}
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= maxCached {
		r.known = map[id.Client]*registration{}
	}
	r.known[key] = fresh
	return fresh, nil
}

func (r *registry) forget(key id.Client) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, key)
}

func (g *registration) read(tx *db.Tx, key id.Client) error {
	c, err := clients.Get(tx, key)
	if err != nil {
		return err
	}
	g.Client = *c
	if g.addresses, err = ListRedirects(tx, key); err != nil {
		return err
	}
	g.secrets, err = ListSecrets(tx, key)
	return err
}

// redirectURI is the registered address that asked is, or false.
func (g *registration) allowsRedirect(asked string) bool {
	for _, a := range g.addresses {
		if a.Purpose == PurposeRedirect && matchRedirect(a.URI, asked, g.Type == Native) {
			return true
		}
	}
	return false
}

// allowsReturn reports whether a person may be sent to the address after
// signing out: an exact registered logout address, or any path on the origin
// of a registered redirect URI.
func (g *registration) allowsReturn(asked string) bool {
	if len(asked) > maxURI || !printableASCII(asked) || strings.Contains(asked, "\\") {
		return false
	}
	from := origin(asked)
	for _, a := range g.addresses {
		exact := a.Purpose == PurposeLogout && a.URI == asked
		if exact || a.Purpose == PurposeRedirect && from != "" && origin(a.URI) == from {
			return true
		}
	}
	return false
}

// defaultReturn is where a person goes after signing out when nothing else is
// named: the default logout address, else the home page.
func (g *registration) defaultReturn() string {
	for _, a := range g.addresses {
		if a.Purpose == PurposeLogout && a.IsDefault {
			return a.URI
		}
	}
	return value(g.HomeURL)
}

// holds reports whether secret is one of the client's. Every stored hash is
// compared, in constant time.
func (g *registration) holds(secret string, now time.Time) bool {
	hash, found := seal.Hash(secret), false
	for i := range g.secrets {
		s := &g.secrets[i]
		live := s.ExpiresAt == nil || s.ExpiresAt.After(now)
		if seal.Equal(s.SecretHash, hash) && live {
			found = true
		}
	}
	return found
}
