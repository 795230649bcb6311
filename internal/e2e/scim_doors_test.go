package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

// A stranger who learns from the answers which directories, people or routes
// there are has begun to look around.
func TestWithoutATokenEveryPathAnswersAlike(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine")
		expired, revoked := p.anotherToken(ptr(time.Now().Add(time.Hour))), p.anotherToken(nil)
		p.in(func(tx *db.OrgTx) error {
			list, err := directory.Tokens(tx, p.id)
			if err != nil {
				return err
			}
			_, err = directory.RevokeToken(tx, p.id, list[0].ID)
			return err
		})
		s.Time.Add(2 * time.Hour)
		first := ""
		for _, authorization := range []string{"", "Bearer", "Bearer ", "Basic " + p.token, "Bearer scim_wrong", "Bearer " + APIKey, "Bearer " + expired, "Bearer " + revoked, p.token} {
			for _, c := range []struct{ method, path, body string }{
				{"GET", p.at("/Users"), ""}, {"GET", p.at("/Users/" + string(id.New[id.DirectoryUser]())), ""}, {"POST", p.at("/Users"), `{"broken`}, {"PATCH", p.at("/Groups/x"), "[]"},
				{"GET", p.at(""), ""}, {"GET", p.at("/"), ""}, {"GET", p.at("/Nothing"), ""}, {"DELETE", p.at("/Schemas"), ""}, {"PROPFIND", p.at("/Users"), ""}, {"GET", p.at("/Me"), ""},
				{"GET", s.URL + "/scim/v2/" + string(id.New[id.Directory]()) + "/Users", ""}, {"GET", s.URL + "/scim/v2/", ""}, {"GET", s.URL + "/scim/v2", ""}, {"POST", p.at("/Bulk"), strings.Repeat(" ", 9<<20)},
				{"GET", p.at("/Users?access_token=" + p.token), ""}, {"GET", p.at("/ServiceProviderConfig"), ""},
			} {
				a := s.raw(c.method, strings.TrimPrefix(c.path, s.URL), c.body, "Authorization", authorization)
				if a.Status != http.StatusUnauthorized || a.Header.Get("WWW-Authenticate") != "Bearer" {
					t.Fatalf("%q: %s %s: %d %s", authorization, c.method, c.path, a.Status, a.Raw)
				}
				p.isRefusal(a, http.StatusUnauthorized, "")
				if first == "" {
					first = a.Raw
				}
				if a.Raw != first {
					t.Errorf("%q: %s %s: %s\nwant %s", authorization, c.method, c.path, a.Raw, first)
				}
			}
		}
		// Their own admin sees why nothing comes any more, once.
		for code, says := range map[string]string{"token_revoked": "was revoked", "token_expired": "expired"} {
			r := p.recorded(directory.RequestQuery{Outcomes: directory.NotApplied}, func(r directory.Request) bool { return r.Code != nil && *r.Code == code })
			if !strings.Contains(r.Reason, says) || r.Status != http.StatusUnauthorized {
				t.Errorf("%d %s", r.Status, r.Reason)
			}
		}
		p.in(func(tx *db.OrgTx) error {
			all, _, err := directory.Requests(tx, p.id, directory.RequestQuery{})
			if err == nil && len(all) != 2 {
				t.Errorf("%d records of two tokens", len(all))
			}
			return err
		})
	})
}

// anotherToken opens the directory too.
func (p *pushed) anotherToken(ends *time.Time) (value string) {
	p.T.Helper()
	p.in(func(tx *db.OrgTx) error {
		issued, err := directory.IssueToken(tx, p.id, ends)
		if err == nil {
			value = issued.Value
		}
		return err
	})
	return value
}

// Rotating a token must never stop a sync: several open the directory at once,
// whatever the scheme's name looks like.
func TestEveryLiveTokenOpensTheDirectory(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine")
		other := p.anotherToken(ptr(time.Now().Add(time.Hour)))
		for _, scheme := range []string{"Bearer ", "bearer ", "BEARER  "} {
			for _, token := range []string{p.token, other} {
				p.want(http.StatusOK, "GET", "/Users", nil, "Authorization", scheme+token)
			}
		}
		// It is a bearer who is let in, from wherever they come: no browser's cookie.
		p.want(http.StatusOK, "POST", "/Users/.search", map[string]any{}, "Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site")
		p.in(func(tx *db.OrgTx) error {
			d, err := directory.Get(tx, p.id)
			if err == nil && (d.State != directory.Active || d.ActivatedAt == nil) {
				t.Errorf("after its first request the directory is %s", d.State)
			}
			return err
		})
		p.recorded(directory.RequestQuery{}, func(r directory.Request) bool { return r.Operation == "users.listed" })
		p.in(func(tx *db.OrgTx) error {
			list, err := directory.Tokens(tx, p.id)
			for _, token := range list {
				if token.LastUsedAt == nil {
					t.Error("nobody knows when a token was last used")
				}
			}
			return err
		})
	})
}

// A directory that is switched off refuses, in a way that tells the provider's
// administrator why; nothing is lost by it.
func TestADirectoryThatIsSwitchedOffRefuses(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine")
		p.want(http.StatusOK, "GET", "/Users", nil)
		p.switchOn(false)
		for _, c := range [][2]string{{"GET", "/Users"}, {"POST", "/Users"}, {"GET", "/Nothing"}, {"GET", "/Me"}} {
			a := p.refused(http.StatusForbidden, "", c[0], c[1], nil)
			if !strings.Contains(a.Text("detail"), "switched off") {
				t.Error(a.Raw)
			}
		}
		p.switchOn(true)
		p.want(http.StatusOK, "GET", "/Users", nil)
	})
}

func (p *pushed) switchOn(on bool) {
	p.T.Helper()
	if err := p.DB.InOrg(p.T.Context(), p.org, actor.System("test"), func(tx *db.OrgTx) error {
		_, err := directory.Change(tx, p.id, directory.Edit{On: &on})
		return err
	}); err != nil {
		p.T.Fatal(err)
	}
}
