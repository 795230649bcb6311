package e2e

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
)

// mailsOfWebhooks are of an endpoint that fails, and of one that failed for
// three days: to the operators, with links to where we are.
func mailsOfWebhooks(t *testing.T, s *Server) {
	t.Helper()
	api := poisonedAPI(t, s)
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer down.Close()
	path := "/webhook_endpoints/" + api(http.MethodPost, "/webhook_endpoints", fmt.Sprintf(`{"endpoint_url":%q,"events":["*"]}`, down.URL+"/hook")).Text("id")
	for range 6 {
		api(http.MethodPost, path+"/test", `{}`)
	}
	stop := s.App.StartJobs(t.Context())
	awaitMail(t, s, "webhook_failing")
	if err := stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	s.Time.Add(73 * time.Hour)
	api(http.MethodPost, path+"/test", `{}`)
	stop = s.App.StartJobs(t.Context())
	awaitMail(t, s, "webhook_disabled")
	if err := stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	if a := api(http.MethodGet, path, ""); a.Text("status") != "disabled" {
		t.Errorf("%s", a.Raw)
	}
}

func awaitMail(t *testing.T, s *Server, kind string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !hasMail(t, s, "priya@fieldnote.example", kind); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("no %s was mailed", kind)
			return
		}
	}
}

// X1: whatever a caller's request says of hosts, events go where the endpoint
// is, and nowhere else.
func TestNoHeaderSaysWhereEventsGo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var elsewhere atomic.Int64
		evil, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_ = http.Serve(evil, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
		}()
		defer evil.Close()
		got := make(chan string, 16)
		here := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got <- r.Host + " " + string(body)
		}))
		defer here.Close()
		s := NewWith(t, d, slog.New(slog.DiscardHandler), "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8")
		var headers []string
		for _, name := range []string{"x-zitadel-forward-host", "X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "True-Client-IP", "WorkOS-Signature"} {
			value := evil.Addr().String()
			if name == "Forwarded" {
				value = "host=" + value
			}
			headers = append(headers, name, value)
		}
		call := func(path, body string) Answer {
			return s.raw(http.MethodPost, path, body, append([]string{"Authorization", "Bearer " + APIKey, "Content-Type", "application/json"}, headers...)...)
		}
		made := call("/webhook_endpoints", fmt.Sprintf(`{"endpoint_url":%q,"events":["organization.created"]}`, here.URL))
		if made.Status != http.StatusCreated {
			t.Fatalf("%d %s", made.Status, made.Raw)
		}
		call("/organizations", `{"name":"Halden Marine"}`)
		stop := s.App.StartJobs(t.Context())
		select {
		case g := <-got:
			if !strings.HasPrefix(g, here.Listener.Addr().String()+" ") || !strings.Contains(g, "Halden Marine") || strings.Contains(g, evil.Addr().String()) {
				t.Errorf("%s", g)
			}
		case <-time.After(20 * time.Second):
			t.Error("the event did not arrive")
		}
		if err := stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if elsewhere.Load() != 0 {
			t.Error("somebody else was sent to")
		}
	})
}

// X2: addresses that lead inward are refused where they are given, in every
// spelling; names that only resolve inward, where they are connected to.
func TestEndpointsLeadOutward(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := New(t, d)
		for _, address := range []string{
			"http://127.0.0.1/", "https://127.0.0.1:8443/x", "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.5/", "http://0.0.0.0/",
			"http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f.1/", "http://017700000001/", "http://127.1/", "http://localhost/", "http://localhost./",
			"http://metadata.google.internal/", "http://192.168.1.1/", "http://172.16.0.1/", "http://100.100.100.200/", "http://[fd00:ec2::254]/", "http://①②⑦.⓪.⓪.①/",
			"https://user:pass@example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "", "http://", "javascript:alert(1)",
		} {
			a := s.Call(http.MethodPost, "/webhook_endpoints", APIKey, map[string]any{"endpoint_url": address, "events": []string{"*"}})
			if a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%q: %d %s", address, a.Status, a.Raw)
			}
		}
	})
}
