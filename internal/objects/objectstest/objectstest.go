// Package objectstest starts a real S3 server (versitygw, which scripts/versitygw
// installs) for tests.
package objectstest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/objects"
)

// Server is a running S3 server.
type Server struct {
	Address   string // host and port
	AccessKey string
	SecretKey string
	Directory string // where its buckets are directories
}

var binary = sync.OnceValues(func() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	out, err := exec.Command(filepath.Join(root, "scripts", "versitygw")).Output()
	if err != nil {
		return "", fmt.Errorf("scripts/versitygw: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
})

// moduleRoot looks upwards from the working directory: -trimpath leaves no
// usable path in the binary.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", os.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// Start runs a server with these buckets until the test ends.
func Start(t testing.TB, buckets ...string) *Server {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatalf("an S3 server is needed: %v", err)
	}
	s := &Server{AccessKey: "test-access", SecretKey: "test-secret-key", Directory: t.TempDir()}
	for _, b := range buckets {
		if err := os.Mkdir(filepath.Join(s.Directory, b), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.Address = freeAddress(t)
	// What it knows of objects lies beside them: not every file system of a
	// machine that tests has extended attributes.
	server := exec.Command(path, "--quiet", "--port", s.Address, "posix", "--sidecar", t.TempDir(), s.Directory)
	server.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.AccessKey, "ROOT_SECRET_KEY="+s.SecretKey)
	if err := server.Start(); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	s.wait(t)
	return s
}

// Store is a bucket of the server's.
func (s *Server) Store(t testing.TB, bucket, prefix string) *objects.S3 {
	t.Helper()
	store, err := objects.OpenS3(objects.S3Options{Endpoint: s.Address, Plain: true, Bucket: bucket, Prefix: prefix, AccessKey: s.AccessKey, SecretKey: s.SecretKey, Attempts: 3})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// URL is how EXPORT_S3_URL names a bucket of the server's.
func (s *Server) URL(bucket string) string {
	return "http://" + s.AccessKey + ":" + s.SecretKey + "@" + s.Address + "/" + bucket
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *Server) wait(t testing.TB) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if c, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", s.Address); err == nil {
			_ = c.Close()
			return
		}
	}
	t.Fatalf("the S3 server at %s does not answer", s.Address)
}
