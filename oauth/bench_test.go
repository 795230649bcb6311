package oauth

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/sessions"
)

// The figures are of the handler without a network: what a request costs the
// server itself. Run one with -cpu 1.

func eachDatabase(b *testing.B, fn func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, dbtest.SQLite(b)) })
	if os.Getenv("GATEHOUSE_TEST_POSTGRES") != "" {
		b.Run("postgres", func(b *testing.B) { fn(b, dbtest.Postgres(b)) })
	}
}

// reportCPU reports the processor time of this process for one operation: on a
// busy machine it says more than the time that passed.
func reportCPU(b *testing.B) func() {
	before := cpuTime(b)
	return func() { b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N)/1000, "cpu-µs/op") }
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serve posts a body to the handler directly.
func (w *world) serve(e *echo.Echo, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/user_management/authenticate", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		w.t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	return rec
}

func BenchmarkRefresh(b *testing.B) {
	for _, a := range algorithms {
		b.Run(string(a), func(b *testing.B) {
			eachDatabase(b, func(b *testing.B, d *db.DB) {
				w := newWorld(b, d, NewClient{TokenAlgorithm: a})
				e := echo.New()
				w.h.Mount(e)
				// A family each: one that rotates too fast answers with its head.
				bodies := w.refreshBodies(b.N)
				b.ReportAllocs()
				b.ResetTimer()
				defer reportCPU(b)()
				for _, body := range bodies {
					w.serve(e, body)
				}
			})
		})
	}
}

// refreshBodies are requests to refresh n sessions.
func (w *world) refreshBodies(n int) (bodies []string) {
	g, err := w.h.registry.get(w.t.Context(), w.d, w.client.ID)
	w.must(err)
	key, err := w.h.tokenKey(w.t.Context())
	w.must(err)
	w.write(func(tx *db.Tx) error {
		for range n {
			i, err := w.h.start(tx, key, beginning{client: g, surface: SurfaceWire, user: w.user,
				session: sessions.New{Organization: &w.org, Method: sessions.Password}})
			if err != nil {
				return err
			}
			bodies = append(bodies, `{"grant_type":"refresh_token","client_id":"`+string(w.client.ID)+`","refresh_token":"`+i.refresh+`"}`)
		}
		return nil
	})
	return bodies
}

func BenchmarkCodeExchange(b *testing.B) {
	eachDatabase(b, func(b *testing.B, d *db.DB) {
		w := newWorld(b, d, NewClient{TokenAlgorithm: ES256})
		e := echo.New()
		w.h.Mount(e)
		b.ReportAllocs()
		bodies := make([]string, 0, b.N)
		for range b.N {
			bodies = append(bodies, `{"grant_type":"authorization_code","client_id":"`+string(w.client.ID)+`","client_secret":"`+w.secret+`","code":"`+w.code()+`"}`)
		}
		b.ResetTimer()
		defer reportCPU(b)()
		for _, body := range bodies {
			w.serve(e, body)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	for _, a := range algorithms {
		b.Run(string(a), func(b *testing.B) {
			k := &Keys{DB: dbtest.SQLite(b)}
			key, err := k.signer(b.Context(), a)
			if err != nil {
				b.Fatal(err)
			}
			defer reportCPU(b)()
			for range b.N {
				if _, err := key.sign(typeJWT, accessClaims{Subject: "user_01", Issuer: "https://id.example.com", Role: "member"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
