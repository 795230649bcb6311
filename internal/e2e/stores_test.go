package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	stdlog "log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/objects/objectstest"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
)

// line is what the tests read of an entry that was sent.
type line struct {
	ID           string `json:"id"`
	Organization string `json:"organization_id"`
	Sequence     int64  `json:"sequence"`
}

// injected is a name that would be lines of its own, colours or the end of a
// script where somebody wrote it as it is.
const injected = "x\r\n{\"level\":\"admin\"}\u2028\x1b[31m</script>"

// happens records n entries in an organization, by somebody whose name is injected.
func (s *Server) happens(org id.Organization, n int) {
	s.T.Helper()
	who := actor.Actor{Kind: actor.KindUser, ID: "user_1", Name: injected, IP: "192.0.2.1", UserAgent: injected}
	err := s.DB.InOrg(context.WithoutCancel(s.T.Context()), org, who, func(tx *db.OrgTx) error {
		entries := make([]audit.Entry, n)
		for i := range entries {
			entries[i] = audit.UserCreated{User: wire.User{ID: id.New[id.User](), Email: fmt.Sprintf("%d%s@halden.example", i, injected)}}
		}
		return audit.RecordAll(tx, entries)
	})
	if err != nil {
		s.T.Fatal(err)
	}
}

// sends makes a stream of the log from its beginning.
func (s *Server) sends(key, kind string, configuration map[string]any) string {
	s.T.Helper()
	made := s.Call("POST", "/log_streams", key, map[string]any{"name": kind, "type": kind, "configuration": configuration, "from_sequence": 1})
	if made.Status != 201 || strings.Contains(made.Raw, "test-secret-key") {
		s.T.Fatalf("making it: %d %s", made.Status, made.Raw)
	}
	return made.Text("id")
}

// complete waits until a stream has delivered all that there is, which is so
// much at least, and says how much.
func (s *Server) complete(key, stream string, least int) int {
	s.T.Helper()
	var a Answer
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		a = s.Call("GET", "/log_streams/"+stream+"/status", key, nil)
		report, _ := a.Body["report"].(map[string]any)
		delivered, _ := report["delivered"].(float64)
		if report["complete"] == true && int(delivered) >= least {
			return int(delivered)
		}
	}
	s.T.Fatalf("it is not complete: %s", a.Raw)
	return 0
}

// bucketLines are the lines of a bucket's objects, in the order of their keys.
func bucketLines(t *testing.T, server *objectstest.Server, bucket string) (keys []string, lines []byte) {
	t.Helper()
	root := filepath.Join(server.Directory, bucket)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		packed, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		text, err := io.ReadAll(z)
		key, _ := filepath.Rel(root, name)
		keys, lines = append(keys, key), append(lines, text...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys, lines
}

// faulty stands before a store and fails as networks do, some times: among them
// the worst, an answer that is lost after the object was written.
func faulty(t *testing.T, server *objectstest.Server, faults ...string) string {
	t.Helper()
	target := &url.URL{Scheme: "http", Host: server.Address}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // which the request's signature holds
	}}
	var mu sync.Mutex
	next := func() (fault string) {
		mu.Lock()
		defer mu.Unlock()
		if len(faults) > 0 {
			fault, faults = faults[0], faults[1:]
		}
		return fault
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch next() {
		case "busy":
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `<Error><Code>SlowDown</Code></Error>`)
		case "lost":
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	front.Config.ErrorLog = stdlog.New(io.Discard, "", 0)
	t.Cleanup(front.Close)
	return front.URL
}

// parsed reads a line, which must be one whatever somebody is called (X7).
func parsed(t *testing.T, text []byte) (l line) {
	t.Helper()
	if err := json.Unmarshal(text, &l); err != nil || bytes.ContainsAny(text, "\r\x1b\u2028") {
		t.Fatalf("%q: %v", text, err)
	}
	return l
}

// Auditors read a customer's bucket years later, and not Gatehouse: every entry
// must be there in its order, provable without the deployment, of that customer
// alone, and one line each whatever somebody was called.
func TestACustomersBucketHoldsTheirWholeLogAndProvesIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := NewWith(t, d, slog.New(slog.DiscardHandler), "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8")
		server := objectstest.Start(t, "halden")
		halden, other := s.organization("Halden"), s.organization("Fieldnote")
		key := s.Call("POST", "/api_keys", APIKey, map[string]any{"name": "SIEM", "organization_id": halden}).Text("value")
		s.happens(halden, 700)
		s.happens(other, 50)
		stop := s.App.StartJobs(t.Context())
		stream := s.sends(key, "s3", map[string]any{"bucket": "halden", "region": "us-east-1", "endpoint": faulty(t, server, "lost", "busy"), "access_key_id": server.AccessKey, "secret_access_key": server.SecretKey})
		s.complete(key, stream, 700)
		if err := stop(t.Context()); err != nil { // and goes on in another process, with another lease
			t.Fatal(err)
		}
		s.happens(halden, 30)
		stop = s.App.StartJobs(t.Context())
		defer func() { _ = stop(t.Context()) }()
		delivered := s.complete(key, stream, 730)

		keys, lines := bucketLines(t, server, "halden")
		for _, k := range keys {
			if !strings.HasPrefix(k, "audit-log/organization="+string(halden)+"/year=") {
				t.Errorf("an object elsewhere: %s", k)
			}
		}
		seen, ids := int64(0), map[string]bool{}
		for text := range bytes.Lines(lines) {
			l := parsed(t, text)
			if l.Organization != string(halden) || l.Sequence != seen+1 && !ids[l.ID] {
				t.Fatalf("%d of %s after %d", l.Sequence, l.Organization, seen)
			}
			seen, ids[l.ID] = max(seen, l.Sequence), true
		}
		if int(seen) != delivered {
			t.Errorf("%d entries in the bucket, %d delivered", seen, delivered)
		}
		if report, err := chain.VerifyFile(bytes.NewReader(lines), nil); err != nil || !report.OK() {
			t.Errorf("the bucket does not verify: %+v, %v", report, err)
		}
		doctored := bytes.Replace(lines, []byte("192.0.2.1"), []byte("192.0.2.9"), 1)
		if report, err := chain.VerifyFile(bytes.NewReader(doctored), nil); err == nil && report.OK() {
			t.Error("a doctored bucket verifies")
		}
	})
}

// A topic of the whole deployment must have every organization's entries, each
// organization's in its order.
func TestATopicHasEveryOrganizationsEntriesInTheirOrder(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := NewWith(t, d, slog.New(slog.DiscardHandler), "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8")
		brokers, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.SeedTopics(5, "audit"))
		if err != nil {
			t.Fatal(err)
		}
		defer brokers.Close()
		for i := range 6 {
			s.happens(s.organization(fmt.Sprintf("Organization %d", i)), 100)
		}
		stop := s.App.StartJobs(t.Context())
		defer func() { _ = stop(t.Context()) }()
		stream := s.sends(APIKey, "kafka", map[string]any{"brokers": strings.Join(brokers.ListenAddrs(), ","), "topic": "audit", "tls": "off"})
		delivered := s.complete(APIKey, stream, 600)

		consumer, err := kgo.NewClient(kgo.SeedBrokers(brokers.ListenAddrs()...), kgo.ConsumeTopics("audit"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
		if err != nil {
			t.Fatal(err)
		}
		defer consumer.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		last, ids := map[string]int64{}, map[string]bool{}
		for len(ids) < delivered && ctx.Err() == nil {
			for _, r := range consumer.PollFetches(ctx).Records() {
				l := parsed(t, r.Value)
				if l.Sequence != last[l.Organization]+1 && !ids[l.ID] {
					t.Fatalf("%d of %s after %d", l.Sequence, l.Organization, last[l.Organization])
				}
				last[l.Organization], ids[l.ID] = l.Sequence, true
			}
		}
		if len(ids) != delivered {
			t.Errorf("%d entries in the topic, %d delivered", len(ids), delivered)
		}
	})
}

// organization makes one.
func (s *Server) organization(name string) (org id.Organization) {
	s.T.Helper()
	s.Tx(func(tx *db.Tx) error {
		o, err := tenants.Create(tx, tenants.New{Name: name})
		if err == nil {
			org = o.ID
		}
		return err
	})
	return org
}
