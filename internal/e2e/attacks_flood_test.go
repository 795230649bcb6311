package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
)

// A page of the login needs no account and stores what it begins: one machine
// must not fill the database by opening it, and must keep nobody else out.
func TestANetworkBeginsOnlySoMuch(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		session := "gatehouse_session=" + operator(t, s).Cookie("gatehouse_session")
		now := s.Time.Now() // the whole of a minute is before us
		s.Time.Add(now.Truncate(time.Minute).Add(time.Minute).Sub(now))
		const elsewhere, limit = "2001:db8:7:a::1", 1000
		here := func(i int) string { return fmt.Sprintf("2001:db8:7:9::%x:%x", i, 4097*i%65536) } // a customer has a /64 (attacks P11)
		authorize := strings.TrimPrefix(s.AuthorizeURL(), s.URL)
		from := func(ip, path string, headers ...string) Answer {
			return s.raw(http.MethodGet, path, "", append(headers, "X-Forwarded-For", ip)...)
		}
		for i := range limit {
			if a := from(here(i), authorize); a.Status != http.StatusFound {
				t.Fatalf("sign-in %d: %d", i, a.Status)
			}
		}
		rows := attemptsAndEntries(s)
		form := url.Values{"email": {"mara@fieldnote.example"}}.Encode()
		for what, a := range map[string]Answer{
			"authorize": from(here(limit), authorize), "the other surface": from(here(limit), "/oauth2/authorize?"+strings.SplitN(authorize, "?", 2)[1]),
			"a false session": from(here(limit), authorize, "Cookie", "gatehouse_session=made-up"), "the dashboard": from(here(limit), "/admin"),
			"the login": s.raw(http.MethodPost, "/login", form, "Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", here(limit+1)),
		} {
			wait, err := strconv.Atoi(a.Header.Get("Retry-After"))
			if a.Status != http.StatusTooManyRequests || err != nil || wait < 1 || wait > 60 || !strings.Contains(a.Raw, "Nothing is wrong with your account") {
				t.Errorf("%s: %d, Retry-After %q, %.200s", what, a.Status, a.Header.Get("Retry-After"), a.Raw)
			}
		}
		if n := attemptsAndEntries(s); n != rows {
			t.Errorf("the refused wrote %d rows", n-rows)
		}
		if a := from(elsewhere, authorize); a.Status != http.StatusFound {
			t.Errorf("another network: %d", a.Status)
		}
		if a := from(here(limit), authorize, "Cookie", session); a.Status != http.StatusFound {
			t.Errorf("who is signed in: %d", a.Status)
		}
		s.Time.Add(time.Minute)
		if a := from(here(limit), authorize); a.Status != http.StatusFound {
			t.Errorf("a minute later: %d", a.Status)
		}
	})
}

// attemptsAndEntries counts what a sign-in that begins could leave.
func attemptsAndEntries(s *Server) (n int) {
	s.T.Helper()
	_, conn := s.DB.Pools()
	tx, err := conn.BeginTx(s.T.Context(), nil)
	if err != nil {
		s.T.Fatal(err)
	}
	defer tx.Rollback()
	if s.DB.Dialect == db.Postgres {
		if _, err := tx.ExecContext(s.T.Context(), `SELECT set_config('app.scope', 'deployment', true)`); err != nil {
			s.T.Fatal(err)
		}
	}
	row := tx.QueryRowContext(s.T.Context(), `SELECT (SELECT count(*) FROM login_attempts) + (SELECT count(*) FROM authorization_requests) + (SELECT count(*) FROM audit_events)`)
	if err := row.Scan(&n); err != nil {
		s.T.Fatal(err)
	}
	return n
}
