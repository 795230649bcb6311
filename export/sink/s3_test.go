package sink

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/objects/objectstest"
)

func s3Settings(server *objectstest.Server, organization string, more ...string) Settings {
	values := map[string]string{"bucket": "logs", "region": "us-east-1", "endpoint": "http://" + server.Address, "prefix": "audit-log",
		"access_key_id": server.AccessKey, "secret_access_key": server.SecretKey}
	for i := 0; i+1 < len(more); i += 2 {
		values[more[i]] = more[i+1]
	}
	return Settings{Values: values, Stream: "log_stream_1", Organization: organization}
}

// files are the objects of a bucket, by their names, unpacked.
func files(t *testing.T, server *objectstest.Server, bucket string) map[string]string {
	t.Helper()
	found := map[string]string{}
	root := filepath.Join(server.Directory, bucket)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		key, _ := filepath.Rel(root, name)
		found[key] = unpacked(t, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// An entry that a customer's bucket does not have is one that their auditors ask for.
func TestEveryEntryIsInTheBucketOnce(t *testing.T) {
	server := objectstest.Start(t, "logs")
	s, err := s3Kind.Open(s3Settings(server, ""), local())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var b Batch
	lines := map[string]string{}
	for i := range int64(60) {
		e := entry(i+1, "org_"+string(rune('A'+i%20)), hour)
		b.Entries = append(b.Entries, e)
		lines["organization="+e.Organization] += string(e.Line) + "\n"
	}
	for range 2 { // the second time as after a crash before the cursor moved
		if err := s.Send(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	found := files(t, server, "logs")
	if len(found) != 20 {
		t.Errorf("%d objects: %v", len(found), slices.Sorted(maps.Keys(found)))
	}
	for key, text := range found {
		organization := strings.Split(key, "/")[1]
		if !strings.HasPrefix(key, "audit-log/") || text != lines[organization] {
			t.Errorf("%s holds %s", key, text)
		}
	}
}

// Whoever set a stream up must read what to mend, and a store that is away for
// a moment must not look like a wrong key.
func TestAStoresRefusalsAreSaidInWords(t *testing.T) {
	server := objectstest.Start(t, "logs")
	for what, c := range map[string]struct {
		more    []string
		words   string
		refused bool
	}{
		"wrong secret":   {[]string{"secret_access_key", "another"}, "secret access key", true},
		"unknown key":    {[]string{"access_key_id", "AKIAUNKNOWN"}, "access key id", true},
		"no bucket":      {[]string{"bucket", "nowhere"}, "no bucket", true},
		"nobody listens": {[]string{"endpoint", "http://127.0.0.1:9"}, "did not answer", false},
	} {
		s, err := s3Kind.Open(s3Settings(server, "org_A", c.more...), local())
		if err != nil {
			t.Fatal(err)
		}
		var f *Failure
		err = s.Send(t.Context(), Batch{[]Entry{entry(1, "org_A", hour)}})
		if !errors.As(err, &f) || f.Refused != c.refused || !strings.Contains(f.Message, c.words) {
			t.Errorf("%s: %v", what, err)
		}
		_ = s.Close()
	}
}

// A stream without keys of its own must not write with the deployment's, and
// none reaches into the deployment's network.
func TestSettingsOfBucketsThatAreRefused(t *testing.T) {
	nobody := &objectstest.Server{Address: "s3.example.com", AccessKey: "AKIA", SecretKey: "secret"}
	open := func(more ...string) error {
		s, err := s3Kind.Open(s3Settings(nobody, "org_A", append([]string{"endpoint", "https://s3.example.com"}, more...)...), strict())
		if err == nil {
			_ = s.Close()
		}
		return err
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
	for what, more := range map[string][]string{
		"no keys":          {"access_key_id", "", "secret_access_key", ""},
		"no secret":        {"secret_access_key", ""},
		"keys and a role":  {"role_arn", "arn:aws:iam::123456789012:role/logs"},
		"a role elsewhere": {"access_key_id", "", "secret_access_key", "", "role_arn", "arn:aws:iam::123456789012:role/logs"},
		"no role":          {"access_key_id", "", "secret_access_key", "", "endpoint", "", "role_arn", "arn:aws:iam::123456789012:user/x"},
		"a path":           {"endpoint", "https://s3.example.com/other-bucket"},
		"metadata":         {"endpoint", "https://169.254.169.254"},
		"in the clear":     {"endpoint", "http://s3.example.com"},
		"bucket":           {"bucket", "logs/../other"},
		"region":           {"region", "x.evil.example/"},
		"prefix":           {"prefix", "../other"},
	} {
		if open(more...) == nil {
			t.Errorf("%s: opened", what)
		}
	}
}
