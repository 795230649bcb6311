package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"syscall"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// What providers ask most, without the network between: `go test -bench SCIM`.
func BenchmarkSCIM(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) { benchSCIM(b, New(b, open(b))) })
	}
}

func benchSCIM(b *testing.B, s *Server) {
	p := s.directory("Halden Marine", "halden.example")
	const people = 1000
	var ids []string
	p.in(func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, p.id)
		if err != nil {
			return err
		}
		for i := range people {
			doc := person(fmt.Sprintf("user%d@halden.example", i), "externalId", fmt.Sprint(i), "displayName", fmt.Sprintf("User %d", i))
			r, err := schema.User.New(doc)
			if err != nil {
				return err
			}
			u, err := directory.NewUser(d, r)
			if err == nil {
				err = directory.InsertUser(tx, u)
			}
			if err != nil {
				return err
			}
			ids = append(ids, string(u.ID))
		}
		return nil
	})
	filter := func(i int) string {
		return "/Users?filter=" + url.QueryEscape(fmt.Sprintf(`userName eq "user%d@halden.example"`, i%people))
	}
	crew, made := p.group("Crew"), 0
	for _, c := range []struct {
		name, method string
		path         func(i int) string
		body         func(i int) any
	}{
		{"get", "GET", func(i int) string { return "/Users/" + ids[i%people] }, nil},
		{"filter", "GET", filter, nil},
		{"page", "GET", func(i int) string { return fmt.Sprintf("/Users?startIndex=%d&count=100", 1+i%900) }, nil},
		{"create", "POST", func(int) string { return "/Users" }, func(int) any {
			made++
			return person(fmt.Sprintf("made%d@halden.example", made))
		}},
		{"create pending", "POST", func(int) string { return "/Users" }, func(int) any {
			made++
			return person(fmt.Sprintf("made%d@elsewhere.example", made))
		}},
		{"patch", "PATCH", func(i int) string { return "/Users/" + ids[i%people] }, func(i int) any { return patch("replace", "title", fmt.Sprint(i)) }},
		{"member", "PATCH", func(int) string { return "/Groups/" + crew }, func(i int) any {
			return patch([]string{"add", "remove"}[i/people%2], "members", refs(ids[i%people]))
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			before := spent(b)
			defer func() { b.ReportMetric(float64((spent(b)-before).Microseconds())/float64(b.N), "cpu-us/op") }()
			for i := 0; b.Loop(); i++ {
				var body []byte
				if c.body != nil {
					body, _ = json.Marshal(c.body(i)) // of texts
				}
				r := httptest.NewRequest(c.method, "/scim/v2/"+string(p.id)+c.path(i), bytes.NewReader(body))
				r.Header.Set("Authorization", "Bearer "+p.token)
				w := httptest.NewRecorder()
				s.App.Handler().ServeHTTP(w, r)
				if w.Code >= http.StatusMultipleChoices {
					b.Fatal(w.Code, w.Body.String())
				}
			}
		})
	}
}

// spent is the processor time of this process: what a busy machine does not
// blur.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
