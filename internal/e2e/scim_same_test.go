package e2e

import (
	"net/http"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

// Providers send most of what they send again, every forty minutes for each
// person. It must change nothing, wake nobody, and wait for nobody who does
// change something.
func TestWhatSaysNothingNewWaitsForNobody(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		u := p.user("ada@halden.example", "title", "Rigger")
		p.group("Crew", u)
		before := p.want(http.StatusOK, "GET", "/Users/"+u, nil)
		p.in(func(tx *db.OrgTx) error {
			_, err := directory.HoldUser(tx, p.id, id.DirectoryUser(u))
			done := make(chan struct{})
			go func() {
				defer close(done)
				for _, body := range []any{patch("Replace", "active", "True"), patch("replace", "", map[string]any{"title": "Rigger"}), patch("remove", "nickName", nil)} {
					after := p.do("PATCH", "/Users/"+u, body)
					if after.Status != http.StatusOK || after.Raw != before.Raw || after.Header.Get("ETag") != before.Header.Get("ETag") {
						t.Errorf("%v: %d %s, before %s", body, after.Status, after.Raw, before.Raw)
					}
				}
				again := p.do("PUT", "/Users/"+u+"?attributes=userName", person("ada@halden.example", "title", "Rigger", "id", "x"), "If-Match", before.Header.Get("ETag"))
				if again.Status != http.StatusOK || again.Text("userName") != "ada@halden.example" || again.Body["title"] != nil {
					t.Errorf("PUT: %d %s", again.Status, again.Raw)
				}
			}()
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				t.Error("what changes nothing waits for whoever holds the person")
			}
			return err
		})
		p.refused(http.StatusPreconditionFailed, "", "PATCH", "/Users/"+u, patch("replace", "title", "Rigger"), "If-Match", `W/"7"`)
		p.recorded(directory.RequestQuery{}, func(r directory.Request) bool {
			return r.Method == "PATCH" && r.Outcome == directory.Unchanged && r.Operation == "user.updated" && *r.ResourceID == u && *r.Subject == "ada@halden.example"
		})
	})
}
