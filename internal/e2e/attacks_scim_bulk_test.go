package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

// op is an operation of a Bulk; data may be nil.
func op(method, path, bulkID string, data any, more ...any) map[string]any {
	o := map[string]any{"method": method, "path": path}
	if bulkID != "" {
		o["bulkId"] = bulkID
	}
	if data != nil {
		o["data"] = data
	}
	for i := 0; i+1 < len(more); i += 2 {
		o[more[i].(string)] = more[i+1]
	}
	return o
}

// bulk sends operations and returns what became of each.
func (p *pushed) bulk(failOnErrors int, ops ...map[string]any) []map[string]any {
	p.T.Helper()
	body := map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:BulkRequest"}, "Operations": append([]map[string]any{}, ops...)}
	if failOnErrors > 0 {
		body["failOnErrors"] = failOnErrors
	}
	a := p.want(http.StatusOK, "POST", "/Bulk", body)
	var results []map[string]any
	list, _ := a.Body["Operations"].([]any)
	for _, one := range list {
		results = append(results, one.(map[string]any))
	}
	return results
}

func statuses(results []map[string]any) string {
	var list []string
	for _, r := range results {
		list = append(list, fmt.Sprint(r["status"]))
	}
	return strings.Join(list, " ")
}

// D11: operations that wait for one another, in vain or not, and what goes on
// after an error.
func TestABulkDoesWhatItsOperationsWouldDoAlone(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		other := s.directory("Nordby Kraft", "nordby.example")
		theirs := other.user("kari@nordby.example")
		results := p.bulk(0,
			op("POST", "/Groups", "crew", map[string]any{"displayName": "Crew", "members": []any{map[string]any{"value": "bulkId:ada"}, map[string]any{"value": "bulkId:ben"}}}), // before its members
			op("POST", "/Users", "ada", person("ada@halden.example")),
			op("post", "/Users", "ben", person("ben@halden.example", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", map[string]any{"manager": map[string]any{"value": "bulkId:ada", "$ref": "../Users/bulkId:ada"}})),
			op("PATCH", "/Users/bulkId:ada", "", patch("replace", "title", "Captain")),
			op("PATCH", "/Groups/bulkId:crew", "", patch("remove", `members[value eq "bulkId:ben"]`, nil)),
			op("POST", "/Users", "twin", person("ADA@halden.example")),
			op("DELETE", "/Users/"+theirs, "", nil),
			op("PUT", "/Users/bulkId:twin", "", person("x@halden.example")),
		)
		if got := statuses(results); got != "201 201 201 200 204 409 404 400" {
			t.Fatalf("%s: %v", got, results)
		}
		ada, ben, crew := p.found("ada@halden.example"), p.found("ben@halden.example"), results[0]["location"].(string)
		crew = crew[strings.LastIndexByte(crew, '/')+1:]
		if in := p.members(crew); len(in) != 1 || !in[ada] {
			t.Errorf("in the group: %v", in)
		}
		a := p.want(http.StatusOK, "GET", "/Users/"+ben, nil)
		if !strings.Contains(a.Raw, `"value":"`+ada+`"`) || strings.Contains(a.Raw, "bulkId") {
			t.Errorf("%s", a.Raw)
		}
		if results[1]["bulkId"] != "ada" || results[1]["version"] == nil || results[1]["response"] != nil || results[5]["response"].(map[string]any)["scimType"] != "uniqueness" {
			t.Errorf("%v", results)
		}
		other.want(http.StatusOK, "GET", "/Users/"+theirs, nil)
		// Each stands in the record by itself.
		p.recorded(directory.RequestQuery{Person: id.DirectoryUser(ada)}, func(r directory.Request) bool { return r.Operation == "user.created" })
		p.recorded(directory.RequestQuery{Subject: "ada", Outcomes: directory.NotApplied}, func(r directory.Request) bool { return r.Status == http.StatusConflict })
	})
}

// A first sync adds people by the hundred, several at once: each is there once,
// answered in their own place, and of two with one name the first one has it.
func TestABulkOfManyPeopleAddsEach(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		var ops []map[string]any
		var want []string
		for i := range 40 {
			name, status := fmt.Sprintf("person%d@halden.example", i), "201"
			switch {
			case i%10 == 4: // the one before, in other letters
				name, status = strings.ToUpper(fmt.Sprintf("person%d@halden.example", i-1)), "409"
			case i%10 == 6: // of nobody's domain
				name = fmt.Sprintf("person%d@elsewhere.example", i)
			}
			ops, want = append(ops, op("POST", "/Users", fmt.Sprint(i), person(name))), append(want, status)
			if i == 20 {
				ops, want = append(ops, op("POST", "/Users", "nobody", map[string]any{})), append(want, "400")
			}
		}
		results := p.bulk(0, ops...)
		if got := statuses(results); got != strings.Join(want, " ") {
			t.Fatalf("%s", got)
		}
		for i, r := range results {
			if r["bulkId"] != ops[i]["bulkId"] {
				t.Errorf("%v at the place of %v", r["bulkId"], ops[i]["bulkId"])
			}
			location, _ := r["location"].(string)
			if want[i] != "201" {
				continue
			}
			name := ops[i]["data"].(map[string]any)["userName"].(string)
			if key := p.found(name); !strings.HasSuffix(location, "/"+key) {
				t.Errorf("%s is %s, not %s", name, key, location)
			}
			p.recorded(directory.RequestQuery{Person: id.DirectoryUser(p.found(name))}, func(r directory.Request) bool { return r.Operation == "user.created" && r.Status == http.StatusCreated })
		}
		if n := p.want(http.StatusOK, "GET", "/Users?count=0", nil).Body["totalResults"]; n != 36.0 {
			t.Errorf("%v people", n)
		}
	})
}

func TestABulkStopsAtItsLimitOfErrors(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		bad := op("POST", "/Users", "", person("nobody@halden.example"))
		results := p.bulk(2, op("POST", "/Users", "a", person("a@halden.example")), bad, op("POST", "/Users", "b", person("b@halden.example")), bad, op("POST", "/Users", "c", person("c@halden.example")))
		if got := statuses(results); got != "201 400 201 400" {
			t.Errorf("%s", got)
		}
		if n := p.want(http.StatusOK, "GET", "/Users?count=0", nil).Body["totalResults"]; n != 2.0 {
			t.Errorf("%v people", n)
		}
	})
}

// A circle of references has no first operation: it ends in an answer, and not
// in a loop.
func TestCirclesInABulkAreRefused(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		group := func(name string, members ...string) map[string]any {
			return map[string]any{"displayName": name, "members": refs(members...)}
		}
		results := p.bulk(0, op("POST", "/Groups", "a", group("A", "bulkId:b")), op("POST", "/Groups", "b", group("B", "bulkId:c")), op("POST", "/Groups", "c", group("C", "bulkId:a")),
			op("POST", "/Groups", "self", group("Self", "bulkId:self")), op("POST", "/Groups", "d", group("D", "bulkId:nobody")), op("POST", "/Users", "e", person("e@halden.example")))
		if got := statuses(results); got != "400 400 400 400 400 201" {
			t.Errorf("%s: %v", got, results)
		}
		if n := p.want(http.StatusOK, "GET", "/Groups?count=0", nil).Body["totalResults"]; n != 0.0 {
			t.Errorf("%v groups", n)
		}
		// A chain of a thousand is no circle.
		var chain []map[string]any
		for i := range 1000 {
			members := []string{fmt.Sprintf("bulkId:%d", i+1)}
			if i == 999 {
				members = nil
			}
			chain = append(chain, op("POST", "/Groups", fmt.Sprint(i), group(fmt.Sprintf("Group %d", i), members...)))
		}
		if got := statuses(p.bulk(0, chain...)); strings.Trim(got, "201 ") != "" {
			t.Errorf("%s", got)
		}
	})
}

// What is no Bulk is refused whole, and what is no operation alone.
func TestABulkIsHeldToItsBounds(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		many := make([]map[string]any, 1001)
		for i := range many {
			many[i] = op("DELETE", "/Users/x", "", nil)
		}
		p.refused(http.StatusRequestEntityTooLarge, "", "POST", "/Bulk", map[string]any{"Operations": many})
		p.refused(http.StatusRequestEntityTooLarge, "", "POST", "/Bulk", `{"Operations":[],"x":"`+strings.Repeat("x", 8<<20)+`"}`)
		p.refused(http.StatusRequestEntityTooLarge, "", "POST", "/Users", `{"userName":"`+strings.Repeat("x", 1<<20)+`"}`)
		p.refused(http.StatusRequestEntityTooLarge, "", "POST", "/Groups", `{"displayName":"`+strings.Repeat("x", 8<<20)+`"}`)
		if r := p.do("POST", "/Groups", `{"displayName":"Everybody","members":[`+strings.Repeat(" ", 4<<20)+`]}`); r.Status != http.StatusCreated {
			t.Errorf("a group as large as one of 50,000: %d", r.Status) // some providers only PUT
		}
		for body, scimType := range map[string]string{
			`{}`: "invalidSyntax", `[]`: "invalidSyntax", ``: "invalidSyntax", `{"Operations":{}}`: "invalidSyntax", `{"Operations":[1]}`: "invalidSyntax", `{"Operations":[{"method":1}]}`: "invalidSyntax",
			`{"Operations":[],"failOnErrors":0}`: "invalidValue", `{"Operations":[],"failOnErrors":"1"}`: "invalidValue", `{"Operations":[],"failOnErrors":1e99}`: "invalidValue",
			`{"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{}},{"method":"POST","path":"/Users","bulkId":"a","data":{}}]}`: "invalidValue",
		} {
			p.refused(http.StatusBadRequest, scimType, "POST", "/Bulk", body)
		}
		results := p.bulk(0, op("GET", "/Users", "", nil), op("HEAD", "/Users/x", "", nil), op("", "", "", nil), op("POST", "/Users/x", "a", person("a@halden.example")), op("POST", "/Bulk", "b", person("a@halden.example")),
			op("PUT", "/Users", "", person("a@halden.example")), op("PATCH", "/Users/a/b", "", patch()), op("POST", "/Users", "c", nil), op("POST", "/Users", "d", "text"), op("POST", "https://evil.example/Users", "e", person("a@halden.example")),
			op("POST", "/Users", "", person("a@halden.example")), op("DELETE", "/Schemas/x", "", nil), op("POST", "Users", "f", person("f@halden.example")))
		if got := statuses(results); got != "400 400 400 405 404 404 404 400 400 404 400 404 201" {
			t.Errorf("%s: %v", got, results)
		}
		if got := p.bulk(0); len(got) != 0 {
			t.Errorf("%v", got)
		}
	})
}
