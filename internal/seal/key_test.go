package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
)

var place = Place{Organization: "org_1", Table: "connections", Column: "client_secret", Row: "conn_1"}

func TestOpensWhatWasSealed(t *testing.T) {
	k := NewKey()
	for _, plain := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("long"), 10_000)} {
		a, b := k.Seal(place, plain), k.Seal(place, plain)
		if bytes.Equal(a, b) {
			t.Error("a nonce was used twice")
		}
		if len(plain) > 4 && bytes.Contains(a, plain[:8]) {
			t.Error("the plain text shows")
		}
		got, err := k.Open(place, a)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %v", len(plain), err)
		}
	}
}

// A value copied to another organization, row or column must not open there.
func TestOpensOnlyInItsPlace(t *testing.T) {
	k := NewKey()
	sealed := k.Seal(place, []byte("secret"))
	for _, other := range []Place{
		{"org_2", "connections", "client_secret", "conn_1"}, {"org_1", "clients", "client_secret", "conn_1"},
		{"org_1", "connections", "token", "conn_1"}, {"org_1", "connections", "client_secret", "conn_2"},
		{"org_1connections", "", "client_secret", "conn_1"}, {"", "org_1connections", "client_secret", "conn_1"}, {},
	} {
		if _, err := k.Open(other, sealed); !errors.Is(err, ErrDamaged) {
			t.Errorf("%+v: %v", other, err)
		}
	}
}

// Whoever can write to the database must not change a secret unnoticed.
func TestEveryBitCounts(t *testing.T) {
	k := NewKey()
	sealed := k.Seal(place, []byte("secret"))
	for i := range sealed {
		for bit := range 8 {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1 << bit
			if _, err := k.Open(place, bad); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrWrongKey) {
				t.Fatalf("byte %d bit %d: %v", i, bit, err)
			}
		}
	}
	for n := range sealed {
		if _, err := k.Open(place, sealed[:n]); err == nil {
			t.Fatalf("opened when cut to %d bytes", n)
		}
	}
	if _, err := NewKey().Open(place, sealed); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another key: %v", err)
	}
}

func TestDeriveSeparatesPurposesAndParts(t *testing.T) {
	k := NewKey()
	base := k.Derive("refresh", "family", "1")
	if !bytes.Equal(base, k.Derive("refresh", "family", "1")) {
		t.Error("not repeatable: no client could refresh")
	}
	for name, other := range map[string][]byte{
		"purpose": k.Derive("other", "family", "1"), "parts": k.Derive("refresh", "family", "2"),
		"split": k.Derive("refresh", "family1"), "key": NewKey().Derive("refresh", "family", "1"),
	} {
		if bytes.Equal(base, other) {
			t.Errorf("the same for another %s", name)
		}
	}
}

func TestKeysNeverPrint(t *testing.T) {
	k := NewKey()
	r, err := NewKeyring([][]byte{k.raw[:]})
	if err != nil {
		t.Fatal(err)
	}
	j, err := json.Marshal(map[string]any{"k": k, "r": r})
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%v %+v %#v %x %d %v %+v %#v %s", k, k, k, k, k, r, r, r, j)
	if bytes.Contains([]byte(text), k.raw[:]) || bytes.Contains([]byte(text), fmt.Appendf(nil, "%x", k.raw[:4])) ||
		bytes.Contains([]byte(text), fmt.Appendf(nil, "%d %d", k.raw[0], k.raw[1])) {
		t.Error(text)
	}
}

func FuzzOpen(f *testing.F) {
	k, err := newKey(bytes.Repeat([]byte{7}, KeySize), labelData)
	if err != nil {
		f.Fatal(err)
	}
	good := k.Seal(place, []byte("secret"))
	f.Add([]byte(nil))
	f.Add(good)
	f.Add(good[:headerSize])
	f.Add(append(bytes.Clone(good), 0))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		plain, err := k.Open(place, sealed)
		if err == nil && string(plain) != "secret" {
			t.Fatalf("forged: %q", plain)
		}
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrWrongKey) {
			t.Fatal(err)
		}
	})
}
