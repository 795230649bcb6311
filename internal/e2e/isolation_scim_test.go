package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/id"
)

// scimCase is what a directory's token meets at a route with another
// directory's ids in its place.
type scimCase struct {
	path string // with :user and :group for the ids
	body any
	want int // with another directory's ids at one's own address; 0: the route takes none
}

var scimCases = map[string]scimCase{
	"GET /Users":                 {path: "/Users"},
	"POST /Users":                {path: "/Users", body: map[string]any{"userName": "mallory@halden.example", "manager": ":user"}},
	"POST /Users/.search":        {path: "/Users/.search", body: map[string]any{}},
	"GET /Users/:id":             {path: "/Users/:user", want: 404},
	"PUT /Users/:id":             {path: "/Users/:user", body: map[string]any{"userName": "mallory"}, want: 404},
	"PATCH /Users/:id":           {path: "/Users/:user", body: patch("replace", "active", false), want: 404},
	"DELETE /Users/:id":          {path: "/Users/:user", want: 404},
	"GET /Groups":                {path: "/Groups"},
	"POST /Groups":               {path: "/Groups", body: map[string]any{"displayName": "Owners", "members": []any{map[string]any{"value": ":user"}}}, want: 400},
	"POST /Groups/.search":       {path: "/Groups/.search", body: map[string]any{}},
	"GET /Groups/:id":            {path: "/Groups/:group", want: 404},
	"PUT /Groups/:id":            {path: "/Groups/:group", body: map[string]any{"displayName": "x"}, want: 404},
	"PATCH /Groups/:id":          {path: "/Groups/:group", body: patch("add", "members", ":user"), want: 404},
	"DELETE /Groups/:id":         {path: "/Groups/:group", want: 404},
	"POST /Bulk":                 {path: "/Bulk", body: map[string]any{"Operations": []any{}}},
	"GET /ServiceProviderConfig": {path: "/ServiceProviderConfig"},
	"GET /ResourceTypes":         {path: "/ResourceTypes"},
	"GET /ResourceTypes/:name":   {path: "/ResourceTypes/User"},
	"GET /Schemas":               {path: "/Schemas"},
	"GET /Schemas/:name":         {path: "/Schemas/" + userURN},
}

// A token of one customer's provider must not say whether another customer's
// directory, person or group exists, by any route: one that nobody thought of
// here fails the test.
func TestATokenReachesItsOwnDirectoryAlone(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		ours, theirs := s.directory("Halden Marine", "halden.example"), s.directory("Nordby Kraft", "nordby.example")
		kari := theirs.user("kari@nordby.example")
		crew := theirs.group("Nordby crew", kari)
		there := strings.NewReplacer(":user", kari, ":group", crew)
		absent := strings.NewReplacer(":user", string(id.New[id.DirectoryUser]()), ":group", string(id.New[id.DirectoryGroup]()))
		unknown := *ours
		unknown.id = id.New[id.Directory]()
		foreign := *theirs
		foreign.token = ours.token
		asked := 0
		for _, r := range s.App.Handler().Routes() {
			below, ok := strings.CutPrefix(r.Path, "/scim/v2/:directory")
			if !ok || r.Method == "echo_route_not_found" {
				continue
			}
			c, ok := scimCases[r.Method+" "+below]
			if !ok {
				t.Errorf("%s %s has no case: say what another directory's token meets there", r.Method, r.Path)
				continue
			}
			asked++
			a := foreign.refused(http.StatusNotFound, "", r.Method, there.Replace(c.path), filled(c.body, there))
			b := unknown.refused(http.StatusNotFound, "", r.Method, there.Replace(c.path), filled(c.body, there))
			if a.Raw != b.Raw {
				t.Errorf("%s %s tells a directory that is there from one that is not:\n%s\n%s", r.Method, r.Path, a.Raw, b.Raw)
			}
			if c.want == 0 {
				continue
			}
			mine := ours.do(r.Method, there.Replace(c.path), filled(c.body, there))
			nobodys := ours.do(r.Method, absent.Replace(c.path), filled(c.body, absent))
			if mine.Status != c.want || nobodys.Status != c.want || there.Replace(mine.Raw) != mine.Raw && c.want == 404 {
				t.Errorf("%s %s: %d %s, want %d", r.Method, r.Path, mine.Status, mine.Raw, c.want)
			}
			if blank(mine.Raw, kari, crew) != blank(nobodys.Raw, absent.Replace(":user"), absent.Replace(":group")) {
				t.Errorf("%s %s tells somebody else's from nobody's:\n%s\n%s", r.Method, r.Path, mine.Raw, nobodys.Raw)
			}
		}
		if asked != len(scimCases) {
			t.Errorf("%d routes of %d were asked", asked, len(scimCases))
		}
		seesNothing(t, ours, kari)
		stillThere(t, theirs, kari, crew)
	})
}

func filled(body any, ids *strings.Replacer) any {
	switch v := body.(type) {
	case string:
		return ids.Replace(v)
	case map[string]any:
		out := map[string]any{}
		for key, element := range v {
			out[key] = filled(element, ids)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = filled(element, ids)
		}
		return out
	}
	return body
}

func blank(text string, ids ...string) string {
	for _, one := range ids {
		text = strings.ReplaceAll(text, one, "…")
	}
	return text
}

// seesNothing: no list, filter or search of ours shows what is theirs.
func seesNothing(t *testing.T, ours *pushed, kari string) {
	t.Helper()
	for _, filter := range []string{"", `userName eq "kari@nordby.example"`, `id eq "` + kari + `"`, `emails.value co "nordby"`, `not (userName eq "x")`, `displayName eq "Nordby crew"`, `members.value eq "` + kari + `"`, `id pr`} {
		for _, list := range []string{"/Users", "/Groups"} {
			query := "?count=200"
			if filter != "" {
				query += "&filter=" + url.QueryEscape(filter)
			}
			for _, a := range []Answer{ours.do("GET", list+query, nil), ours.do("POST", list+"/.search", map[string]any{"filter": filter})} {
				if a.Status >= 500 || strings.Contains(a.Raw, kari) || strings.Contains(a.Raw, "nordby.example") && a.Status == 200 {
					t.Errorf("%s %s: %d %s", list, filter, a.Status, a.Raw)
				}
			}
		}
	}
	// The same name is free here: uniqueness does not cross directories.
	ours.want(http.StatusCreated, "POST", "/Users", person("kari@nordby.example"))
}

func stillThere(t *testing.T, theirs *pushed, kari, crew string) {
	t.Helper()
	a := theirs.want(http.StatusOK, "GET", "/Users/"+kari, nil)
	if a.Text("userName") != "kari@nordby.example" || a.Body["active"] != true {
		t.Errorf("%s", a.Raw)
	}
	if in := theirs.members(crew); len(in) != 1 || !in[kari] {
		t.Errorf("%v", in)
	}
}
