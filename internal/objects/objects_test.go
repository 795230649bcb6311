package objects_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gatehouse/internal/objects"
	"gatehouse/internal/objects/objectstest"
)

// each runs a test against a directory and against a real S3 server.
func each(t *testing.T, run func(*testing.T, objects.Store)) {
	t.Run("local", func(t *testing.T) {
		store, err := objects.OpenLocal(filepath.Join(t.TempDir(), "exports"))
		if err != nil {
			t.Fatal(err)
		}
		run(t, store)
	})
	t.Run("s3", func(t *testing.T) { run(t, objectstest.Start(t, "files").Store(t, "files", "below/here")) })
}

func put(t *testing.T, s objects.Store, key, body string) {
	t.Helper()
	if err := s.Put(t.Context(), objects.Object{Key: key, Body: []byte(body), Type: "text/plain"}); err != nil {
		t.Fatal(err)
	}
}

// An export that comes back with other bytes than were written is no evidence.
func TestWhatIsWrittenIsReadAndReplacedWhole(t *testing.T) {
	each(t, func(t *testing.T, s objects.Store) {
		put(t, s, "a/1", "a long first text")
		put(t, s, "a/1", "second")
		body, err := s.Get(t.Context(), "a/1")
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		if got, err := io.ReadAll(body); err != nil || string(got) != "second" {
			t.Fatalf("read %q, %v", got, err)
		}
		if _, err := s.Get(t.Context(), "a/2"); !errors.Is(err, objects.ErrNotFound) {
			t.Fatalf("an object that is not there: %v", err)
		}
	})
}

// An expired export whose parts stay behind keeps personal data for ever.
func TestDeleteAllRemovesWhatIsBelowAPrefixAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, s objects.Store) {
		for _, key := range []string{"x/1", "x/2", "x/deep/3", "xy/4"} {
			put(t, s, key, key)
		}
		keys, err := s.List(t.Context(), "x/")
		if err != nil || !slices.Equal(keys, []string{"x/1", "x/2", "x/deep/3"}) {
			t.Fatalf("listed %v, %v", keys, err)
		}
		for range 2 { // the second time there is nothing to do
			if err := objects.DeleteAll(t.Context(), s, "x/"); err != nil {
				t.Fatal(err)
			}
		}
		if keys, err := s.List(t.Context(), "x/"); err != nil || len(keys) != 0 {
			t.Fatalf("left %v, %v", keys, err)
		}
		if body, err := s.Get(t.Context(), "xy/4"); err != nil {
			t.Fatal("a neighbour went too")
		} else {
			_ = body.Close()
		}
	})
}

// A key that leaves the store's root reads or overwrites the server's own files.
func TestKeysStayBelowTheRoot(t *testing.T) {
	each(t, func(t *testing.T, s objects.Store) {
		for _, key := range []string{"", ".", "..", "../x", "a/../../x", "/etc/passwd", "a//b", "a/./b"} {
			if err := s.Put(t.Context(), objects.Object{Key: key}); err == nil {
				t.Errorf("%q was written", key)
			}
			if _, err := s.Get(t.Context(), key); err == nil || errors.Is(err, objects.ErrNotFound) {
				t.Errorf("%q was looked for: %v", key, err)
			}
		}
	})
}

// A symbolic link in the directory would otherwise lead out of it.
func TestALinkOutOfTheDirectoryIsNotFollowed(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	store, err := objects.OpenLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(t.Context(), "link/secret"); err == nil {
		t.Fatal("the link was followed")
	}
}

// Whoever sets another key must learn that it is refused, not that a file is missing.
func TestAWrongKeyIsRefusedByName(t *testing.T) {
	server := objectstest.Start(t, "files")
	store, err := objects.OpenS3(objects.S3Options{Endpoint: server.Address, Plain: true, Bucket: "files", AccessKey: server.AccessKey, SecretKey: "wrong"})
	if err != nil {
		t.Fatal(err)
	}
	err = store.Put(t.Context(), objects.Object{Key: "a", Body: []byte("a")})
	if code, status := objects.Refusal(err); code != "SignatureDoesNotMatch" || status != 403 {
		t.Fatalf("refused as %s %d: %v", code, status, err)
	}
}

// An address that is read otherwise than meant sends exports to somebody else's bucket.
func TestAddressesOfBuckets(t *testing.T) {
	for address, want := range map[string]objects.S3Options{
		"https://key:se%2Fcret@s3.example.com/bucket":          {Endpoint: "s3.example.com", Bucket: "bucket", AccessKey: "key", SecretKey: "se/cret"},
		"http://k:s@127.0.0.1:9000/b/with/prefix/?region=eu-1": {Endpoint: "127.0.0.1:9000", Plain: true, Bucket: "b", Prefix: "with/prefix", Region: "eu-1", AccessKey: "k", SecretKey: "s"},
		"s3://bucket/prefix?region=eu-central-1":               {Bucket: "bucket", Prefix: "prefix", Region: "eu-central-1"},
	} {
		if got, err := objects.ParseS3(address); err != nil || got != want {
			t.Errorf("%s: %+v, %v", address, got, err)
		}
	}
	for _, address := range []string{"https://key:secret@s3.example.com", "https://key@s3.example.com/bucket", "s3://", "://"} {
		if _, err := objects.ParseS3(address); err == nil {
			t.Errorf("%s was taken", address)
		}
	}
}
