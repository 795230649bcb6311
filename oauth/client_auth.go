package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
)

// caller is who asks at a token endpoint.
type caller struct {
	*registration
	proven bool // by a secret; a public client never is
}

// credentials are what a request says about its client, from wherever it said
// it (RFC 6749 §2.3.1).
type credentials struct {
	client, secret string
	basic          bool // a refusal is then 401
	bearer         bool
}

// readCredentials takes Basic before the body. Naming two different clients is
// refused: which one would the answer be for? A bearer is the wire's way to
// send an API key; Go's client always sends one, possibly empty.
func readCredentials(r *http.Request, t *tokenRequest) (credentials, error) {
	c := credentials{client: t.ClientID, secret: t.ClientSecret}
	if user, password, ok := r.BasicAuth(); ok {
		basicID, err1 := url.QueryUnescape(user)
		basicSecret, err2 := url.QueryUnescape(password)
		if err1 != nil || err2 != nil || (c.client != "" && c.client != basicID) || c.secret != "" {
			return c, errInvalidRequest.WithMessage("The client authenticates in more than one way.")
		}
		return credentials{client: basicID, secret: basicSecret, basic: true}, nil
	}
	if token := bearer(r); c.secret == "" && token != "" {
		c.secret, c.bearer = token, true
	}
	return c, nil
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// identify finds the client and proves it where it sent a secret. A secret that
// is wrong is refused even where none is needed.
func (h *Handler) identify(ctx context.Context, surface Surface, c credentials) (*caller, error) {
	if c.client == "" {
		return nil, missing("client_id")
	}
	key, err := id.ParseClient(c.client)
	if err != nil {
		return nil, c.refusal(errUnknownClient)
	}
	g, err := h.registry.get(ctx, h.DB, key)
	if errors.Is(err, errUnknownClient) {
		return nil, c.refusal(errUnknownClient)
	}
	if err != nil {
		return nil, err
	}
	if c.secret == "" {
		return &caller{registration: g}, nil
	}
	ok := g.holds(c.secret, h.DB.Now())
	if !ok && surface == SurfaceWire {
		ok, err = h.keyring.holds(ctx, h.DB, c.secret)
	}
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, c.refusal(errInvalidClient)
	}
	return &caller{g, true}, nil
}

func (c credentials) refusal(inBody error) error {
	switch {
	case c.basic:
		return errBasicClient
	case c.bearer:
		return problem.ErrUnauthorized
	}
	return inBody
}

// authenticated wants a proven client: all but public ones, which have PKCE or
// the refresh token itself.
func (c *caller) authenticated() error {
	if !c.proven && !c.Public() {
		return errInvalidClient.WithMessage("This application must send its client_secret.")
	}
	return nil
}

// keyring remembers for cacheFor that a secret was the deployment's API key,
// by its hash: SDKs send it with every request. A key that is revoked here is
// refused everywhere after that time.
type keyring struct {
	mu    sync.Mutex
	known map[string]time.Time
}

func (k *keyring) holds(ctx context.Context, d *db.DB, secret string) (bool, error) {
	hash, now := string(seal.Hash(secret)), d.Now()
	k.mu.Lock()
	at, known := k.known[hash]
	k.mu.Unlock()
	if age := now.Sub(at); known && age >= 0 && age < cacheFor {
		return true, nil
	}
	err := d.Locate(ctx, func(tx *db.AllTx) error {
		key, err := apikeys.LocateKey(tx, secret)
		if err == nil && key.OrganizationID != nil {
			return apikeys.ErrUnknownKey // an organization's key speaks for no application
		}
		return err
	})
	if errors.Is(err, apikeys.ErrUnknownKey) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= maxCached {
		k.known = map[string]time.Time{}
	}
	k.known[hash] = now
	return true, nil
}
