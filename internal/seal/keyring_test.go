package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func ring(t *testing.T, letters string) *Keyring {
	t.Helper()
	var raw [][]byte
	for _, l := range []byte(letters) {
		raw = append(raw, bytes.Repeat([]byte{l}, KeySize))
	}
	r, err := NewKeyring(raw)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// An operator rotates by putting a new master key first; nothing may become unreadable.
func TestMasterKeysRotate(t *testing.T) {
	old, both, fresh := ring(t, "a"), ring(t, "ba"), ring(t, "b")
	key := NewKey()
	sealed := key.Seal(place, []byte("secret"))
	wrapped := old.Wrap(place, key)

	same, err := both.Unwrap(place, wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := same.Open(place, sealed); err != nil || string(got) != "secret" {
		t.Fatalf("the unwrapped key is another one: %v", err)
	}
	if !both.Stale(wrapped) || old.Stale(wrapped) {
		t.Error("Stale does not tell which master key wrapped it")
	}
	if again, err := fresh.Unwrap(place, both.Wrap(place, same)); err != nil || again.id != key.id {
		t.Errorf("wrapped anew: %v", err)
	}
	if _, err := fresh.Unwrap(place, wrapped); !errors.Is(err, ErrWrongKey) {
		t.Errorf("without the old key: %v", err)
	}
	if _, err := old.Unwrap(Place{Organization: "org_2"}, wrapped); !errors.Is(err, ErrDamaged) {
		t.Errorf("another organization's data key opened: %v", err)
	}
	if ids := both.IDs(); ids[1] != old.IDs()[0] || ids[0] == ids[1] || len(ids[0]) != 16 {
		t.Errorf("ids %v", ids)
	}
}

func TestKeyringWantsWholeKeys(t *testing.T) {
	for _, bad := range [][][]byte{nil, {[]byte("short")}, {make([]byte, 32), make([]byte, 33)}} {
		if _, err := NewKeyring(bad); err == nil {
			t.Errorf("accepted %d keys", len(bad))
		}
	}
}

// Server and worker may start together on an empty directory: two keys would
// make half of what they seal unreadable.
func TestMasterKeyFileIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "master.key")
	keys := make([][]byte, 16)
	var group sync.WaitGroup
	for i := range keys {
		group.Go(func() {
			var err error
			if keys[i], err = LoadOrCreateMasterKey(path); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, k := range keys {
		if len(k) != KeySize || !bytes.Equal(k, keys[0]) {
			t.Fatal("not one key for all")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestUnusableMasterKeyFileIsKept(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"damaged": {"not a key", 0o600, "damaged"},
		"empty":   {"", 0o600, "damaged"},
		"open":    {strings.Repeat("A", 43) + "=", 0o644, "chmod 600"},
	} {
		path := filepath.Join(t.TempDir(), "master.key")
		if err := os.WriteFile(path, []byte(tt.text), tt.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, tt.mode); err != nil { // whatever the umask made of it
			t.Fatal(err)
		}
		if _, err := LoadOrCreateMasterKey(path); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		if kept, err := os.ReadFile(path); err != nil || string(kept) != tt.text {
			t.Errorf("%s: the file was changed", name)
		}
	}
}
