package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/portal"
)

// An organization's admin sends its log to its own SIEM without anybody of the
// deployment: the token goes in once and comes out nowhere, and does not
// follow to another address.
func TestALogStreamIsSetUp(t *testing.T) {
	each(t, func(w *world) {
		const token = "Bearer 4f2a-not-to-be-seen"
		b := w.visitor(w.org, portal.LogStream)
		b.want(b.get("/portal"), http.StatusOK, "Log streams")
		b.want(b.get("/portal/log-stream"), http.StatusOK, "No log stream yet", "Add log stream")
		b.want(b.get("/portal/log-stream/new"), http.StatusOK, "Where should your audit log go?", "Splunk")
		b.want(b.get("/portal/log-stream/new?type=http"), http.StatusOK, "Authorization", "Only these actions")
		refused := b.post("/portal/log-stream/new", "type", "http", "name", "SIEM", "c_url", "", "c_authorization", token)
		b.want(refused, http.StatusUnprocessableEntity, "Address is missing")
		made := b.post("/portal/log-stream/new", "type", "http", "name", "SIEM", "c_url", "https://siem.example/in", "c_authorization", token, "c_compression", "gzip")
		home := made.Header.Get("Location")
		if made.StatusCode != http.StatusSeeOther || !strings.HasPrefix(home, "/portal/log-stream/log_stream_") {
			w.Fatalf("%d to %q: %.300s", made.StatusCode, home, made.body)
		}
		for _, path := range []string{home, home + "/settings", "/portal/log-stream"} {
			a := b.get(path)
			b.want(a, http.StatusOK, "SIEM")
			if strings.Contains(a.body+refused.body, "4f2a-not") {
				w.Errorf("%s shows the token", path)
			}
		}
		b.want(b.get(home), http.StatusOK, "Stored sealed")
		b.want(b.post(home+"/pause"), http.StatusSeeOther)
		b.want(b.get(home), http.StatusOK, "It goes on where it stopped")
		b.want(b.post(home+"/resume"), http.StatusSeeOther)
		b.want(b.post(home+"/settings", "name", "SIEM", "c_url", "https://elsewhere.example/in", "c_compression", "gzip"), http.StatusSeeOther)
		b.want(b.get(home), http.StatusOK, "None stored")
		b.want(b.post(home+"/test"), http.StatusUnprocessableEntity, "did not take the test entry")
		b.want(b.get(home+"/replay"), http.StatusOK, "Send entries again")
		b.want(b.post(home+"/replay", "from", "2026-01-01T00:00"), http.StatusSeeOther)
		b.want(b.post(home+"/delete", "confirm", "no"), http.StatusUnprocessableEntity, "Type the name exactly")
		b.want(b.post(home+"/delete", "confirm", "SIEM"), http.StatusSeeOther)
		b.want(b.get(home), http.StatusNotFound)
	})
}
