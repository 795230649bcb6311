package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

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
			u, err := directory.InsertUser(tx, d, r)
			if err != nil {
				return err
			}
			ids = append(ids, string(u.ID))
		}
		return nil
	})
	for name, path := range map[string]func(int) string{
		"get": func(i int) string { return "/Users/" + ids[i%people] },
		"filter": func(i int) string {
			return "/Users?filter=" + url.QueryEscape(fmt.Sprintf(`userName eq "user%d@halden.example"`, i%people))
		},
		"page": func(i int) string { return fmt.Sprintf("/Users?startIndex=%d&count=100", 1+i%900) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r := httptest.NewRequest(http.MethodGet, "/scim/v2/"+string(p.id)+path(i), nil)
				r.Header.Set("Authorization", "Bearer "+p.token)
				w := httptest.NewRecorder()
				s.App.Handler().ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body.String())
				}
			}
		})
	}
}
