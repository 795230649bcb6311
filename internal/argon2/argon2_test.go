package argon2

import (
	"bytes"
	"fmt"
	"testing"

	xargon2 "golang.org/x/crypto/argon2"
)

// A key that differs from everybody else's would lock people out on the day
// they move to another system, or from an import.
func TestKeysAreThoseOfXCrypto(t *testing.T) {
	m, err := NewMemory(4096)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free()
	for _, p := range []Params{
		{ID, 8, 1, 1, 32}, {ID, 9, 2, 1, 16}, {ID, 64, 3, 1, 64}, {ID, 1024, 2, 1, 32}, {ID, 4096, 1, 4, 100},
		{ID, 97, 3, 3, 33}, {I, 8, 1, 1, 32}, {I, 600, 3, 2, 32}, {I, 4096, 1, 1, 24}, {ID, 2048, 5, 8, 4},
	} {
		t.Run(fmt.Sprintf("%+v", p), func(t *testing.T) {
			password, salt := []byte("correct horse"), []byte("some salt "+t.Name())
			got, err := m.Key(p, password, salt) // on top of what the case before left in the memory
			if err != nil {
				t.Fatal(err)
			}
			want := xargon2.IDKey(password, salt, p.Passes, p.KiB, p.Lanes, p.KeySize)
			if p.Mode == I {
				want = xargon2.Key(password, salt, p.Passes, p.KiB, p.Lanes, p.KeySize)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got %x, want %x", got, want)
			}
		})
	}
}

// Costs that do not fit the memory must be refused, not read past its end.
func TestKeyRefusesWhatDoesNotFit(t *testing.T) {
	m, err := NewMemory(64)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free()
	for _, p := range []Params{
		{ID, 65 + 3, 1, 1, 32}, {ID, 64, 0, 1, 32}, {ID, 64, 1, 0, 32}, {ID, 64, 1, 1, 3}, {ID, 7, 1, 1, 32}, {ID, 64, 1, 16, 32}, {3, 64, 1, 1, 32},
	} {
		if key, err := m.Key(p, []byte("p"), []byte("saltsalt")); err == nil {
			t.Errorf("%+v gave %x", p, key)
		}
	}
}

// Memory that is not given back would grow with every quiet hour.
func TestFreeGivesTheMemoryBack(t *testing.T) {
	before := HeldKiB()
	m, err := NewMemory(1024)
	if err != nil {
		t.Fatal(err)
	}
	if HeldKiB() != before+1024 {
		t.Errorf("held %d KiB", HeldKiB()-before)
	}
	m.Free()
	m.Free()
	if HeldKiB() != before {
		t.Errorf("still holding %d KiB", HeldKiB()-before)
	}
}

func BenchmarkKey(b *testing.B) {
	m, err := NewMemory(19456)
	if err != nil {
		b.Fatal(err)
	}
	defer m.Free()
	for b.Loop() {
		if _, err := m.Key(Params{ID, 19456, 2, 1, 32}, []byte("password"), []byte("saltsaltsaltsalt")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkXCryptoKey(b *testing.B) {
	for b.Loop() {
		xargon2.IDKey([]byte("password"), []byte("saltsaltsaltsalt"), 2, 19456, 1, 32)
	}
}
