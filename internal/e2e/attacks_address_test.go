package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
)

const evil = "evil.example"

// A link, an issuer or a redirect that follows a request's headers would take
// people and tokens to whoever sends them.
func TestNoHeaderSaysWhoWeAre(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		authorize := strings.TrimPrefix(s.AuthorizeURL(), s.URL)
		paths := []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/openapi.json", "/docs", authorize,
			"/oauth2/logout", "/user_management/sessions/logout", "/admin", "/login", "/login/signup", "/logout", "/account", "/", "/nothing-here"}
		names := []string{"Host", "X-Forwarded-Host", "X-Original-Host", "X-Host", "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Original-Url", "X-Rewrite-Url", "Forwarded", "X-Forwarded-Proto"}
		for _, path := range paths {
			for _, name := range names {
				value := evil
				if name == "Forwarded" {
					value = "for=" + evil + ";host=" + evil + ";proto=" + evil
				}
				if a := s.raw(http.MethodGet, path, "", name, value); strings.Contains(a.says(), evil) {
					t.Errorf("%s with %s: %s", path, name, a.says())
				}
			}
		}
		a := s.raw(http.MethodGet, "/.well-known/openid-configuration", "", "Host", evil)
		if a.Text("issuer") != s.URL || a.Text("token_endpoint") != s.URL+"/oauth2/token" {
			t.Errorf("another issuer: %s", a.Raw)
		}
	})
}

// A request line may name a host of its own, as to a proxy: it names nobody.
func TestAWholeAddressInTheRequestLineNamesNobody(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		for _, path := range []string{"/admin", "/login", "/.well-known/openid-configuration"} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "GET http://%s%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", evil, path, evil)
			said, err := io.ReadAll(bufio.NewReader(conn))
			conn.Close()
			if err != nil || len(said) == 0 || strings.Contains(string(said), evil) {
				t.Errorf("%s: %v\n%s", path, err, said)
			}
		}
	})
}

// A path that a guard reads one way and the router another would open what is
// guarded: every odd spelling is nothing, for an operator too.
func TestOddPathsOpenNothing(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := operator(t, s)
		cookie := "gatehouse_session=" + b.Cookie("gatehouse_session")
		for _, path := range []string{"//admin", "/admin/", "/admin//organizations", "/./admin", "/admin/.", "/x/../admin", "/%2e/admin", "/x/%2e%2e/admin", "/admin;x", "/admin;/organizations",
			"/Admin", "/ADMIN/organizations", "/%61dmin", "/admin%2forganizations", "/admin%2Forganizations", `/admin\organizations`, "/admin%5corganizations", "/admin%00", "/admin%0a", "/admin%20"} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\nConnection: close\r\n\r\n", path, cookie)
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if a := answerOf(t, response); a.Status != http.StatusNotFound && a.Status != http.StatusBadRequest {
				t.Errorf("%s: %d %s", path, a.Status, a.Header.Get("Location"))
			}
			conn.Close()
		}
	})
}

// Whoever changes their address with each guess would never be counted: one
// customer's IPv6 network is one guesser, and IPv4 in IPv6 is the IPv4 address.
func TestAGuesserCannotChangeNetworks(t *testing.T) {
	for name, address := range map[string]func(i int) string{
		"one /64":               func(i int) string { return fmt.Sprintf("2001:db8:7:9::%x", 4097*i+1) },
		"IPv4 in IPv6":          func(i int) string { return []string{"203.0.113.77", "::ffff:203.0.113.77"}[i%2] },
		"what the client wrote": func(i int) string { return fmt.Sprintf("198.51.100.%d, 203.0.113.78", i+1) },
	} {
		t.Run(name, func(t *testing.T) {
			Run(t, func(t *testing.T, s *Server) {
				last := 0
				for i := range 7 {
					p := s.Browser().From(address(i)).Get("/login").Submit("email", "mara@fieldnote.example").Submit("password", fmt.Sprintf("guess-number-%d", i))
					last = p.Status
				}
				if last != http.StatusTooManyRequests {
					t.Errorf("the seventh guess was answered %d", last)
				}
			})
		})
	}
}

// An address that is recorded must be the one that was seen, not the one that
// was claimed, or the log accuses somebody else.
func TestAClaimedAddressIsNotRecorded(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser().From("198.51.100.200, 203.0.113.9"), "mara@fieldnote.example")
		s.All(func(tx *db.AllTx) error {
			all, err := audit.List(tx, audit.Filter{Types: []string{"user.created"}})
			if err == nil && (len(all) != 1 || all[0].IPAddress == nil || *all[0].IPAddress != "203.0.113.9") {
				t.Errorf("%+v", all)
			}
			return err
		})
	})
}
