package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// mailsOfStreams are of an organization's log stream whose destination refuses
// it, to its owner, and of when it takes entries again.
func mailsOfStreams(t *testing.T, s *Server) {
	t.Helper()
	api := poisonedAPI(t, s)
	var mended atomic.Bool
	siem := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !mended.Load() {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer siem.Close()
	org, _ := owned(t, s, "Streaming", "owner@streaming.example")
	path := "/log_streams/" + api(http.MethodPost, "/log_streams", fmt.Sprintf(`{"organization_id":%q,"type":"http","name":"SIEM","configuration":{"url":%q}}`, org, siem.URL+"/in")).Text("id")
	stop := s.App.StartJobs(t.Context())
	await := func(kind string) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); !hasMail(t, s, "owner@streaming.example", kind); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Errorf("no %s was mailed", kind)
				return
			}
		}
	}
	await("log_stream_failing")
	if hasMail(t, s, "priya@fieldnote.example", "log_stream_failing") {
		t.Error("the operators are mailed of what an organization's admins look after")
	}
	mended.Store(true)
	api(http.MethodPatch, path, `{"state":"active"}`)
	await("log_stream_recovered")
	if err := stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}
