package e2e

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// fill puts people into the directory and into a group, without a provider.
func (p *pushed) fill(group string, n int) (people []string) {
	p.T.Helper()
	p.in(func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, p.id)
		if err != nil {
			return err
		}
		for i := range n {
			r, err := schema.User.New(person(fmt.Sprintf("many%d@halden.example", i)))
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
			people = append(people, string(u.ID))
		}
		if group == "" {
			return nil
		}
		g, err := directory.HoldGroup(tx, p.id, id.DirectoryGroup(group))
		if err != nil {
			return err
		}
		if err := tx.Flush(); err != nil {
			return err
		}
		_, _, err = directory.AddMembers(tx, g, people)
		return err
	})
	return people
}

// A group of thousands: every member is read once, one more is added without
// the others being touched or told, and no answer echoes them.
func TestAGroupOfThousands(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		all := p.group("Everybody")
		p.fill(all, 2500)
		p.group("Nobody")
		one := p.user("one@halden.example")
		a := p.want(http.StatusNoContent, "PATCH", "/Groups/"+all, patch("add", "members", refs(one)))
		if a.Raw != "" || a.Header.Get("ETag") == "" {
			t.Errorf("%v %s", a.Header, a.Raw)
		}
		for path, what := range map[string]string{"/Groups/" + all: "members", "/Groups/" + all + "?attributes=members.value,displayName": "values alone"} {
			a := p.want(http.StatusOK, "GET", path, nil)
			seen := map[string]bool{}
			list, _ := a.Body["members"].([]any)
			for _, m := range list {
				seen[m.(map[string]any)["value"].(string)] = true
			}
			if len(list) != 2501 || len(seen) != 2501 || !seen[one] || a.Text("displayName") != "Everybody" {
				t.Errorf("%s: %d, of whom %d differ", what, len(list), len(seen))
			}
			if first := list[0].(map[string]any); what == "values alone" && len(first) != 1 || what == "members" && (first["type"] != "User" || first["$ref"] == nil || first["display"] == "") {
				t.Errorf("%s: %v", what, first)
			}
		}
		list, _ := p.want(http.StatusOK, "GET", "/Groups", nil).Body["Resources"].([]any)
		if len(list) != 2 || len(list[0].(map[string]any)["members"].([]any)) != 2501 || list[1].(map[string]any)["members"] != nil {
			t.Error("the list has not all that are in its groups")
		}
		for name, a := range map[string]Answer{
			"PATCH": p.want(http.StatusOK, "PATCH", "/Groups/"+all+"?attributes=members,displayName", patch("replace", "externalId", "x")),
			"PUT":   p.want(http.StatusOK, "PUT", "/Groups/"+all, map[string]any{"displayName": "Everybody", "members": refs(keys(p.members(all))...)}),
		} {
			if a.Body["members"] != nil || a.Text("displayName") != "Everybody" {
				t.Errorf("%s echoes: %.300s", name, a.Raw)
			}
		}
		if n := len(p.members(all)); n != 2501 {
			t.Errorf("%d are left", n)
		}
	})
}

func keys(m map[string]bool) (list []string) {
	for k := range m {
		list = append(list, k)
	}
	return list
}

// Entra asks for groups without their members all day. With the table of
// members gone those answers still come.
func TestMembersWhoAreNotAskedForAreNotRead(t *testing.T) {
	address := dbtest.SQLiteURL(t)
	d := beside(t, address)
	defer d.Close()
	s := New(t, d)
	p := s.directory("Halden Marine", "halden.example")
	crew := p.group("Crew", p.user("one@halden.example"))
	raw, err := sql.Open("sqlite", strings.TrimPrefix(address, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	for _, table := range []string{"directory_group_members", "directory_group_groups"} {
		if _, err := raw.Exec("ALTER TABLE " + table + " RENAME TO away_" + table); err != nil {
			t.Fatal(err)
		}
	}
	named := url.QueryEscape(`displayName eq "Crew"`)
	for _, path := range []string{"/Groups/" + crew + "?excludedAttributes=members", "/Groups?excludedAttributes=MEMBERS", "/Groups?excludedAttributes=members&filter=" + named, "/Groups?attributes=displayName", "/Users?excludedAttributes=groups", "/Users?attributes=userName"} {
		if a := p.do("GET", path, nil); a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", path, a.Status, a.Raw)
		}
	}
	if a := p.do("PATCH", "/Groups/"+crew+"?excludedAttributes=members", patch("replace", "externalId", "x")); a.Status != http.StatusOK {
		t.Errorf("%d %s", a.Status, a.Raw)
	}
	if a := p.do("GET", "/Groups/"+crew, nil); a.Status != http.StatusInternalServerError {
		t.Errorf("with members it is %d: the tables were not away", a.Status)
	}
}

// The short way to one person, in one round trip, answers what the long one does.
func TestReadingOnePersonAnswersWhatTheListDoes(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		ada := p.user("Ada@halden.example", "displayName", "Ada", "x", json.Number("12345678901234567890.5"), "emails", []any{map[string]any{"value": "ada@halden.example", "type": "work"}})
		p.user("ben@halden.example")
		p.group("B", ada)
		p.group("A", ada)
		for _, more := range []string{"", "&attributes=userName,groups.display", "&excludedAttributes=groups", "&attributes=nothing", "&excludedAttributes=emails.type,meta"} {
			long := p.want(http.StatusOK, "GET", "/Users?filter="+url.QueryEscape(`userName eq "ADA@HALDEN.EXAMPLE" and id pr`)+more, nil)
			short := p.want(http.StatusOK, "GET", "/Users?filter="+url.QueryEscape(`USERNAME EQ "ADA@HALDEN.EXAMPLE"`)+more, nil)
			if long.Raw != short.Raw || long.Body["totalResults"] != 1.0 {
				t.Errorf("%s:\n%s\n%s", more, long.Raw, short.Raw)
			}
			byID := p.want(http.StatusOK, "GET", "/Users/"+ada+"?x=1"+more, nil)
			if !strings.Contains(long.Raw, `"Resources":[`+byID.Raw+`]`) {
				t.Errorf("%s by id:\n%s\n%s", more, long.Raw, byID.Raw)
			}
		}
		for query, want := range map[string]int{"startIndex=2": 0, "count=0": 0, "startIndex=1&count=1": 1, "sortBy=userName": 1, "startIndex=-3": 1} {
			a := p.want(http.StatusOK, "GET", "/Users?"+query+"&filter="+url.QueryEscape(`userName eq "ada@halden.example"`), nil)
			if list := a.Body["Resources"].([]any); len(list) != want || a.Body["totalResults"] != 1.0 {
				t.Errorf("%s: %s", query, a.Raw)
			}
		}
	})
}

// The requests of the last half second are the ones that an admin looks for
// when the server was restarted in between.
func TestTheLastRequestsAreWrittenWhenTheServerStops(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { stopAndLook(t, dbtest.SQLiteURL(t)) })
	dbtest.OnPostgres(t, func(t *testing.T, address string) { stopAndLook(t, address) })
}

func stopAndLook(t *testing.T, address string) {
	env := Env(t, address)
	server := Start(t, env)
	d := beside(t, address)
	defer d.Close()
	p := newPushed(t, d, server.URL, "Halden Marine")
	const asked = 50
	for i := range asked {
		p.want(http.StatusOK, "GET", fmt.Sprintf("/Users?startIndex=%d", i+1), nil)
	}
	server.Signal(syscall.SIGTERM)
	if err := server.Wait(20 * time.Second); err != nil {
		t.Fatal(err, server.Log)
	}
	p.in(func(tx *db.OrgTx) error {
		list, _, err := directory.Requests(tx, p.id, directory.RequestQuery{Page: db.Page{Limit: 100}})
		if len(list) != asked {
			t.Errorf("%d of %d requests are recorded", len(list), asked)
		}
		return err
	})
}

// A provider's secrets, and people's passwords that it sends along, are in no
// table and no log.
func TestNoSecretOfAProviderIsKept(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		said := &diary{}
		s := NewWith(t, d, slog.New(slog.NewJSONHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug})))
		p := s.directory("Halden Marine", "halden.example")
		const canary = "Canary-4471-xyzzy"
		ada := p.user("ada@halden.example", "password", canary)
		p.do("PUT", "/Users/"+ada, person("ada@halden.example", "password", canary))
		p.do("PATCH", "/Users/"+ada, patch("replace", "password", canary))
		p.do("PATCH", "/Users/"+ada, patch("replace", "", map[string]any{"password": canary, "urn:ietf:params:scim:schemas:core:2.0:User:password": canary}))
		p.do("POST", "/Users", `{"userName":"half","password":"`+canary)
		p.do("GET", "/Users?filter="+url.QueryEscape(`password eq "`+canary+`"`), nil)
		p.do("POST", "/Users/.search", map[string]any{"filter": `password sw "` + canary + `"`})
		for _, filter := range []string{`apiToken eq "` + canary + `"`, `apiToken eq"` + canary + `"`, `(apiToken)eq "` + canary + `"`, `tokens[value eq "` + canary + `"]`, `urn:halden:2.0:Crew:apiToken eq "` + canary + `"`} {
			p.do("GET", "/Users?filter="+url.QueryEscape(filter), nil)
			p.do("GET", "/Users?sortBy="+url.QueryEscape(filter), nil)
			p.do("POST", "/Users/.search", map[string]any{"filter": filter})
			p.do("PATCH", "/Users/"+ada, patch("replace", filter, "x"))
			p.bulk(0, op("PATCH", "/Users/"+ada, "", patch("replace", "emails["+filter+"].value", "x")))
		}
		p.do("GET", "/Users?access_token="+canary+"&token="+p.token, nil)
		p.do("GET", "/Users", nil, "Authorization", "Bearer "+canary)
		p.bulk(0, op("POST", "/Users", "a", person("bulk@halden.example", "password", canary)), op("PATCH", "/Users/bulkId:a", "", patch("add", "password", canary)))
		p.want(http.StatusOK, "GET", "/Users?filter="+url.QueryEscape(`userName eq "looked-for@halden.example"`), nil)
		p.recorded(directory.RequestQuery{Subject: "looked-for"}, func(directory.Request) bool { return true })
		kept := p.everything(t)
		for what, secret := range map[string]string{"a password": canary, "the token": p.token} {
			if strings.Contains(kept, secret) {
				t.Errorf("%s is kept: …%s…", what, around(kept, secret))
			}
			if strings.Contains(said.String(), secret) {
				t.Errorf("%s is in the log: …%s…", what, around(said.String(), secret))
			}
		}
		if strings.Contains(said.String(), "looked-for") || strings.Contains(said.String(), "ada@halden.example") {
			t.Error("the log says who was looked for")
		}
		if !strings.Contains(kept, "[redacted]") || !strings.Contains(said.String(), "/scim/v2/") {
			t.Error("nothing was kept, so nothing is shown")
		}
	})
}

func around(text, secret string) string {
	i := strings.Index(text, secret)
	return text[max(0, i-200):i]
}

// everything is what the organization's directory left in tables.
func (p *pushed) everything(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	p.in(func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, p.id)
		if err != nil {
			return err
		}
		people, _, err := directory.FindUsers(tx, d, directory.Search{StartIndex: 1, Count: 100})
		if err != nil {
			return err
		}
		requests, _, err := directory.Requests(tx, p.id, directory.RequestQuery{Page: db.Page{Limit: 100}})
		if err != nil {
			return err
		}
		entries, err := audit.List(tx, audit.Filter{Limit: 100})
		if err != nil {
			return err
		}
		for _, list := range []any{people, requests, entries} {
			text, err := json.Marshal(list)
			if err != nil {
				return err
			}
			b.Write(text)
		}
		for _, e := range entries {
			b.Write(e.Data)
		}
		return nil
	})
	return b.String()
}
