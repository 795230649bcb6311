package e2e

import (
	"net/http"
	"testing"
	"time"
)

// mailsOfExports are of a file of the log that is ready.
func mailsOfExports(t *testing.T, s *Server) {
	t.Helper()
	const asked = "priya@fieldnote.example"
	if a := support(s)(http.MethodPost, "/admin/audit-log/exports", "format=csv&notify=on"); a.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.Status, a.Raw)
	}
	stop := s.App.StartJobs(t.Context())
	for end := time.Now().Add(20 * time.Second); !hasMail(t, s, asked, "export_ready"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Error("nobody was told of the export")
			break
		}
	}
	if err := stop(t.Context()); err != nil {
		t.Error(err)
	}
}
