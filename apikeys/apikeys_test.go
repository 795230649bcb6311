package apikeys_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/apikeys"
	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
)

// Organizations belong to another package of this floor, so the tests make
// the rows here.
type organization struct {
	db.Global
	ID                   id.Organization
	Name, Metadata       string
	CreatedAt, UpdatedAt time.Time
}

func (organization) TableName() string { return "organizations" }

var (
	organizations = db.GlobalTable[organization, id.Organization]{}
	who           = actor.System("test")
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newOrganization(t *testing.T, d *db.DB) id.Organization {
	t.Helper()
	o := id.New[id.Organization]()
	must(t, d.Tx(t.Context(), who, func(tx *db.Tx) error {
		return organizations.Insert(tx, &organization{ID: o, Name: "x", Metadata: "{}"})
	}))
	return o
}

func create(t *testing.T, d *db.DB, n apikeys.New) (k *apikeys.Key, value string) {
	t.Helper()
	must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) { k, value, err = apikeys.Create(tx, n); return err }))
	return
}

func createFor(t *testing.T, d *db.DB, org id.Organization) (k *apikeys.Key, value string) {
	t.Helper()
	must(t, d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) (err error) {
		k, value, err = apikeys.CreateForOrganization(tx, apikeys.New{Name: "theirs"})
		return err
	}))
	return
}

func locate(t *testing.T, d *db.DB, value string) (k *apikeys.Key, err error) {
	t.Helper()
	return apikeys.Locate(t.Context(), d, value)
}

// A key is found by its value, which nothing in the database or the log holds.
func TestAKeyIsFoundByItsValueAlone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := newOrganization(t, d)
		all, value := create(t, d, apikeys.New{Name: "Backend"})
		one, orgValue := createFor(t, d, org)
		for v, want := range map[string]*apikeys.Key{value: all, orgValue: one} {
			k, err := locate(t, d, v)
			if err != nil || k.ID != want.ID || !strings.HasPrefix(v, "sk_") || len(v) < 24 {
				t.Fatalf("%v, %v", k, err)
			}
			stored, _ := json.Marshal(k)
			if bytes.Contains(stored, []byte(v)) || !strings.HasSuffix(k.Wire().ObfuscatedValue, v[len(v)-4:]) {
				t.Errorf("%s", stored)
			}
		}
		if one.OrganizationID == nil || *one.OrganizationID != org || all.OrganizationID != nil {
			t.Error("whose key it is")
		}
		must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			events, err := audit.List(tx, audit.Filter{Types: []string{"api_key.created"}})
			if len(events) != 2 {
				t.Errorf("%d entries", len(events))
			}
			for _, e := range events {
				if bytes.Contains(e.Data, []byte(value)) || bytes.Contains(e.Data, []byte(orgValue)) {
					t.Errorf("the log holds a key: %s", e.Data)
				}
			}
			return err
		}))
	})
}

// Whatever is sent instead of a key is unauthorized, and nothing else.
func TestWrongKeysAreUnauthorized(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k, value := create(t, d, apikeys.New{Name: "x"})
		for _, v := range []string{"", "sk_", value[:len(value)-1], value + "x", strings.ToUpper(value), string(k.ID), "\x00", strings.Repeat("sk_", 5000)} {
			if _, err := locate(t, d, v); !errors.Is(err, problem.ErrUnauthorized) {
				t.Errorf("%.20q: %v", v, err)
			}
		}
	})
}

// A key ends when it expires, and at once when it is revoked.
func TestKeysEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now().UTC().Truncate(time.Microsecond)
		d.Now = func() time.Time { return now }
		soon := now.Add(time.Hour)
		_, expiring := create(t, d, apikeys.New{Name: "x", ExpiresAt: &soon})
		k, revoked := create(t, d, apikeys.New{Name: "y"})
		if _, err := locate(t, d, expiring); err != nil {
			t.Error(err)
		}
		must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) error { return apikeys.RevokeAny(tx, k.ID) }))
		now = soon
		for _, v := range []string{expiring, revoked} {
			if _, err := locate(t, d, v); !errors.Is(err, apikeys.ErrUnknownKey) {
				t.Errorf("%v", err)
			}
		}
		err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) error {
			_, _, err := apikeys.Create(tx, apikeys.New{Name: "x", ExpiresAt: &now})
			return err
		})
		if !errors.Is(err, apikeys.ErrPast) {
			t.Errorf("born expired: %v", err)
		}
	})
}

// An organization lists and revokes its own keys alone (attacks T4).
func TestKeysOfOthersAreNotFound(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b := newOrganization(t, d), newOrganization(t, d)
		own, _ := createFor(t, d, a)
		foreign, value := createFor(t, d, b)
		deployment, _ := create(t, d, apikeys.New{Name: "x"})
		must(t, d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			rows, _, err := apikeys.List(tx, db.Page{})
			if len(rows) != 1 || rows[0].ID != own.ID {
				t.Errorf("%v", rows)
			}
			for _, k := range []id.APIKey{foreign.ID, deployment.ID} {
				if err := apikeys.Revoke(tx, k); !errors.Is(err, db.ErrNotFound) {
					t.Errorf("%v", err)
				}
				if _, err := apikeys.Get(tx, k); !errors.Is(err, db.ErrNotFound) {
					t.Errorf("%v", err)
				}
			}
			return err
		}))
		if _, err := locate(t, d, value); err != nil {
			t.Errorf("it was revoked all the same: %v", err)
		}
		must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) error {
			rows, _, err := apikeys.List(tx, db.Page{})
			if len(rows) != 3 {
				t.Errorf("the deployment sees %d", len(rows))
			}
			return errors.Join(err, apikeys.RevokeAny(tx, foreign.ID))
		}))
		if _, err := locate(t, d, value); !errors.Is(err, apikeys.ErrUnknownKey) {
			t.Errorf("the deployment revoked it: %v", err)
		}
	})
}

// Every start names the bootstrap key; there is one.
func TestTheBootstrapKeyIsMadeOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		const value = "sk_chosen-by-an-operator-42"
		for range 2 {
			must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) error { return apikeys.EnsureBootstrap(tx, value) }))
		}
		if _, err := locate(t, d, value); err != nil {
			t.Error(err)
		}
		for _, weak := range []string{"", "sk_short", "no_prefix-but-long-enough-for-one"} {
			err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) error { return apikeys.EnsureBootstrap(tx, weak) })
			if !errors.Is(err, apikeys.ErrWeakKey) {
				t.Errorf("%q: %v", weak, err)
			}
		}
		must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			rows, _, err := apikeys.List(tx, db.Page{})
			if len(rows) != 1 {
				t.Errorf("%d keys", len(rows))
			}
			return err
		}))
	})
}

// A key that is used all the time is written once a minute, whoever's it is.
func TestUsesAreWrittenOnceAMinute(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now().UTC().Truncate(time.Microsecond)
		d.Now = func() time.Time { return now }
		began := now
		_, deployment := create(t, d, apikeys.New{Name: "x"})
		_, org := createFor(t, d, newOrganization(t, d))
		uses := &apikeys.Uses{DB: d}
		for _, value := range []string{deployment, org} {
			for after, want := range []time.Duration{0, 0, 60 * time.Second} {
				now = began.Add(time.Duration(after) * 30 * time.Second)
				k, err := locate(t, d, value)
				must(t, err)
				uses.Note(k)
				must(t, uses.Save(t.Context()))
				if k, _ = locate(t, d, value); k.LastUsedAt == nil || !k.LastUsedAt.Equal(began.Add(want)) {
					t.Errorf("after %d: %v", after, k.LastUsedAt)
				}
			}
		}
	})
}

func request(body string) apikeys.Request {
	return apikeys.Request{APIKey: "api_key_1", Path: "/organizations", Key: "retry-1", Body: []byte(body)}
}

// A repeat gets the first answer, another request under the same key does not.
func TestARepeatGetsTheFirstAnswer(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now()
		d.Now = func() time.Time { return now }
		i := apikeys.Idempotency{Key: seal.NewKey()}
		must(t, d.Tx(t.Context(), who, func(tx *db.Tx) error {
			return i.Finish(tx, request("a"), apikeys.Answer{Status: 201, Body: []byte(`{"value":"sk_secret"}`)})
		}))
		begin := func(r apikeys.Request) (a *apikeys.Answer, err error) {
			_ = d.Read(t.Context(), func(tx *db.Tx) error { a, err = i.Begin(tx, r); return nil })
			return
		}
		if a, err := begin(request("a")); err != nil || a == nil || a.Status != 201 || string(a.Body) != `{"value":"sk_secret"}` {
			t.Errorf("%v, %v", a, err)
		}
		if _, err := begin(request("b")); !errors.Is(err, apikeys.ErrOtherRequest) {
			t.Errorf("another body: %v", err)
		}
		for name, r := range map[string]apikeys.Request{
			"key": {APIKey: "api_key_1", Path: "/organizations", Key: "retry-2"}, "caller": {APIKey: "api_key_2", Path: "/organizations", Key: "retry-1"},
			"path": {APIKey: "api_key_1", Path: "/api_keys", Key: "retry-1"}, "shifted": {APIKey: "api_key_1", Path: "/organizationsr", Key: "etry-1"},
		} {
			if a, err := begin(r); a != nil || err != nil {
				t.Errorf("another %s: %v, %v", name, a, err)
			}
		}
		if _, err := begin(apikeys.Request{Key: strings.Repeat("x", 256)}); !errors.Is(err, apikeys.ErrKeyLength) {
			t.Errorf("a long key: %v", err)
		}
		now = now.Add(24 * time.Hour)
		if a, err := begin(request("a")); a != nil || err != nil {
			t.Errorf("a day later: %v, %v", a, err)
		}
	})
}

// Two requests at once under one key: one has its effect, the other is taken
// back whole.
func TestParallelRepeatsHaveOneEffect(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		i := apikeys.Idempotency{Key: seal.NewKey()}
		var wg sync.WaitGroup
		outcomes := make(chan error, 6)
		for range 6 {
			wg.Go(func() {
				outcomes <- d.Tx(t.Context(), who, func(tx *db.Tx) error {
					if err := organizations.Insert(tx, &organization{ID: id.New[id.Organization](), Name: "effect", Metadata: "{}"}); err != nil {
						return err
					}
					return i.Finish(tx, request("a"), apikeys.Answer{Status: 201, Body: []byte("{}")})
				})
			})
		}
		wg.Wait()
		close(outcomes)
		for err := range outcomes {
			if err != nil && !errors.Is(err, apikeys.ErrUnderWay) {
				t.Error(err)
			}
		}
		must(t, d.Read(t.Context(), func(tx *db.Tx) error {
			n, err := organizations.Count(tx, db.Eq("name", "effect"))
			if n != 1 {
				t.Errorf("%d effects", n)
			}
			return err
		}))
	})
}

// Nothing enforces permissions, so no key is made that seems to have some.
func TestAKeyHasNoPermissions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		refused := d.InDeployment(t.Context(), actor.System("test"), func(tx *db.AllTx) error {
			_, _, err := apikeys.Create(tx, apikeys.New{Name: "Reads only", Permissions: []string{"users:read"}})
			return err
		})
		if !errors.Is(refused, apikeys.ErrPermissions) {
			t.Errorf("%v", refused)
		}
		k, _ := create(t, d, apikeys.New{Name: "Backend", Permissions: []string{}})
		if shown, _ := json.Marshal(k.Wire()); !bytes.Contains(shown, []byte(`"permissions":[]`)) {
			t.Errorf("%s", shown)
		}
	})
}
