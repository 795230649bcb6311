package oauth

import (
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// clock is a clock that tests move.
type clock struct{ time.Time }

func startClock(d *db.DB) *clock {
	c := &clock{time.Now().UTC().Truncate(time.Second)}
	d.Now = func() time.Time { return c.Time }
	return c
}

func (c *clock) advance(by time.Duration) { c.Time = c.Add(by) }

func published(t *testing.T, k *Keys) jose.JSONWebKeySet {
	t.Helper()
	set, err := k.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// As a client sees it: through JSON, public halves alone.
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	var read jose.JSONWebKeySet
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	for _, key := range read.Keys {
		if !key.IsPublic() {
			t.Fatal("a private key is published")
		}
	}
	return read
}

func signed(t *testing.T, k *Keys, a Algorithm) string {
	t.Helper()
	key, err := k.signer(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	token, err := key.sign(typeJWT, accessClaims{Subject: "user_1", TokenID: rand.Text()})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func verifiesWith(set jose.JSONWebKeySet, token string) bool {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil {
		return false
	}
	var claims jwt.Claims
	return parsed.Claims(set, &claims) == nil && claims.Subject == "user_1"
}

// go-jose, which did not make them, verifies what we sign.
func TestSignaturesVerify(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := &Keys{DB: d}
		for _, a := range algorithms {
			for range 20 { // r or s with leading zeros come up now and then
				if token := signed(t, k, a); !verifiesWith(published(t, k), token) {
					t.Fatalf("%s does not verify", a)
				}
			}
		}
		if set := published(t, k); len(set.Keys) != 2 || set.Keys[0].Algorithm != "RS256" {
			t.Errorf("%d keys, want RSA first: some SDKs take the first", len(set.Keys))
		}
	})
}

// A client caches a set for up to ten minutes. Whatever it has cached must
// verify every token that any node makes, before, during and after a rotation.
func TestRotationLeavesNoClientBehind(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := startClock(d)
		nodes := []*Keys{{DB: d}, {DB: d}}
		type fetched struct {
			at  time.Time
			set jose.JSONWebKeySet
		}
		var caches []fetched
		ids := map[string]bool{}
		for step := range 120 { // two hours, a minute each
			if step == 10 || step == 11 || step == 70 {
				if err := nodes[step%2].Rotate(t.Context(), actor.System("test")); err != nil {
					t.Fatal(err)
				}
			}
			caches = append(caches, fetched{c.Time, published(t, nodes[step%2])})
			for _, n := range nodes {
				token := signed(t, n, RS256)
				parsed, _ := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
				ids[parsed.Headers[0].KeyID] = true
				for _, cached := range caches {
					if c.Sub(cached.at) <= 10*time.Minute && !verifiesWith(cached.set, token) {
						t.Fatalf("minute %d: a client that fetched the keys %v ago cannot verify", step, c.Sub(cached.at))
					}
				}
			}
			c.advance(time.Minute)
		}
		if len(ids) < 3 {
			t.Errorf("%d keys signed: no rotation took place", len(ids))
		}
		c.advance(keyLinger + time.Hour)
		if set := published(t, nodes[0]); len(set.Keys) != 2 {
			t.Errorf("%d keys are still published", len(set.Keys))
		}
	})
}

// Two nodes that start together must agree on the first key.
func TestNodesShareTheFirstKey(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		nodes := make([]*Keys, 4)
		done := make(chan error)
		for i := range nodes {
			nodes[i] = &Keys{DB: d}
			go func() { done <- nodes[i].Ensure(t.Context()) }()
		}
		for range nodes {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		for _, n := range nodes {
			if !verifiesWith(published(t, n), signed(t, nodes[0], RS256)) {
				t.Error("a node publishes another key")
			}
		}
	})
}

// Whoever reads the database must not get a key to sign with.
func TestPrivateKeysAreSealed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := &Keys{DB: d}
		key, err := k.signer(t.Context(), ES256)
		if err != nil {
			t.Fatal(err)
		}
		row := key.signingKey
		row.ID = id.New[id.SigningKey]()
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			_, err := openSigningKey(tx, row)
			return err
		})
		if err == nil {
			t.Error("a sealed key opens in another row")
		}
	})
}
