package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
)

var update = flag.Bool("update", false, "write the golden files")

const scimGolden = "testdata/scim.golden"

// transcript is what a provider sent and was answered, as a file shows it.
type transcript struct {
	p    *pushed
	text strings.Builder
}

func (s *transcript) do(method, path, body string, headers ...string) Answer {
	s.p.T.Helper()
	var sent any
	if body != "" {
		sent = body
	}
	a := s.p.do(method, path, sent, headers...)
	fmt.Fprintf(&s.text, "%s %s %s %s\n%d", method, path, strings.Join(headers, " "), body, a.Status)
	for _, name := range []string{"Content-Type", "ETag", "Location", "Content-Location", "Allow", "Retry-After", "Cache-Control"} {
		if v := a.Header.Get(name); v != "" {
			fmt.Fprintf(&s.text, "\n%s: %s", name, v)
		}
	}
	s.text.WriteByte('\n')
	if a.Raw != "" {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, []byte(a.Raw), "", "  "); err != nil {
			s.p.T.Errorf("%s %s is no JSON: %s", method, path, a.Raw)
		}
		s.text.Write(pretty.Bytes())
		s.text.WriteByte('\n')
	}
	s.text.WriteByte('\n')
	return a
}

var (
	scimIDs   = regexp.MustCompile(`(directory_user|directory_group|directory|org)_[0-9A-HJKMNP-TV-Z]{26}`)
	scimTimes = regexp.MustCompile(`20\d\d-\d\d-\d\dT[0-9:.]+Z`)
)

// plain is the transcript with nothing in it that changes from run to run.
func (s *transcript) plain() string {
	names, count := map[string]string{}, map[string]int{}
	text := strings.ReplaceAll(s.text.String(), s.p.URL, "https://auth.example")
	text = scimIDs.ReplaceAllStringFunc(text, func(found string) string {
		if names[found] == "" {
			kind := found[:strings.LastIndexByte(found, '_')]
			count[kind]++
			names[found] = fmt.Sprintf("%s_%d", kind, count[kind])
		}
		return names[found]
	})
	return scimTimes.ReplaceAllString(text, "TIME")
}

// Providers parse these bodies, and admins read these sentences: a golden file
// that changes is a contract that changes.
func TestSCIMBodies(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		w := &transcript{p: s.directory("Halden Marine", "halden.example")}
		w.p.owner("owner@elsewhere.example")
		w.people()
		w.groups()
		w.around()
		w.records()
		got := w.plain()
		if *update {
			if err := os.WriteFile(scimGolden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(scimGolden)
		if err != nil || got != string(want) {
			t.Errorf("%s differs (go test ./internal/e2e -run TestSCIMBodies -update): %v\n%s", scimGolden, err, firstDifference(got, string(want)))
		}
	})
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

func (w *transcript) people() {
	w.do("GET", "/Users?startIndex=1&count=2", "")
	ada := w.do("POST", "/Users", `{"schemas":["`+userURN+`","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"ada@halden.example","externalId":"00u1","active":true,"password":"never kept",
		"name":{"givenName":"Ada","familyName":"Lovelace"},"displayName":"Ada Lovelace","emails":[{"value":"ada@halden.example","type":"work","primary":true}],"groups":[],"roles":[],"locale":"en-GB",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Engines","manager":{"value":"x"}},"urn:acme:2.0:User":{"badge":7}}`).Text("id")
	w.do("POST", "/Users", `{"userName":"ben@elsewhere.example","emails":[{"value":"ben@elsewhere.example","type":"work"}],"active":"true"}`)
	cal := w.do("POST", "/Users?attributes=userName", `{"userName":"cal@halden.example","active":"False"}`).Text("id")
	w.do("POST", "/Users", `{"userName":"ADA@halden.example"}`)
	w.do("POST", "/Users", `{"userName":" "}`)
	w.do("POST", "/Users", `{"userName":`)
	w.do("GET", "/Users/"+ada, "")
	w.do("GET", "/Users/"+ada, "", "If-None-Match", `W/"1"`)
	w.do("GET", "/Users/"+ada+"?attributes=userName,name.givenName", "")
	w.do("GET", "/Users/"+ada+"?excludedAttributes=emails,meta,urn:acme:2.0:User", "")
	w.do("GET", `/Users?filter=userName+eq+"ADA@halden.example"`, "")
	w.do("GET", `/Users?filter=userName+eq+"nobody"`, "")
	w.do("GET", `/Users?filter=emails[type+eq+"work"].value+eq+"ada@halden.example"&attributes=id`, "")
	w.do("GET", `/Users?filter=active+eq+false&attributes=userName`, "")
	w.do("GET", `/Users?filter=active+gt+true`, "")
	w.do("GET", `/Users?count=0`, "")
	w.do("GET", `/Users?startIndex=2&count=1&attributes=userName`, "")
	w.do("POST", `/Users/.search`, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"attributes":["userName"],"filter":"userName sw \"c\"","startIndex":1,"count":10}`)
	w.do("PATCH", "/Users/"+ada, `{"schemas":["`+patchURN+`"],"Operations":[{"op":"Replace","path":"title","value":"Analyst"}]}`)
	w.do("PATCH", "/Users/"+ada, `{"schemas":["`+patchURN+`"],"Operations":[{"op":"Replace","path":"title","value":"Analyst"}]}`)
	w.do("PATCH", "/Users/"+ada+"?attributes=active", `{"Operations":[{"op":"Replace","path":"active","value":"False"}]}`)
	w.do("PATCH", "/Users/"+ada+"?attributes=active", `{"Operations":[{"op":"replace","value":{"active":true}}]}`, "If-Match", `W/"1"`)
	w.do("PATCH", "/Users/"+ada+"?attributes=active", `{"Operations":[{"op":"replace","value":{"active":true}}]}`, "If-Match", `W/"3"`)
	w.do("PATCH", "/Users/"+ada, `{"Operations":[{"op":"replace","path":"id","value":"x"}]}`)
	w.do("PUT", "/Users/"+ada, `{"userName":"ada@halden.example","name":{"givenName":"Ada","familyName":"King"}}`)
	w.do("DELETE", "/Users/"+cal, "")
	w.do("DELETE", "/Users/"+cal, "")
	w.do("GET", "/Users/"+cal, "")
}

func (w *transcript) groups() {
	ada := w.p.found("ada@halden.example")
	crew := w.do("POST", "/Groups", `{"schemas":["`+groupURN+`","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"displayName":"Crew","externalId":"g1","members":[]}`).Text("id")
	w.do("POST", "/Groups", `{"displayName":"crew"}`)
	w.do("PATCH", "/Groups/"+crew, `{"Operations":[{"op":"Add","path":"members","value":[{"$ref":null,"value":"`+ada+`"}]}]}`)
	w.do("PATCH", "/Groups/"+crew, `{"Operations":[{"op":"Add","path":"members","value":[{"$ref":null,"value":"`+ada+`"}]}]}`)
	w.do("PATCH", "/Groups/"+crew, `{"Operations":[{"op":"Add","path":"members","value":[{"value":"directory_user_01ARZ3NDEKTSV4RRFFQ69G5FAV"}]}]}`)
	w.do("GET", "/Groups/"+crew, "")
	w.do("GET", "/Groups/"+crew+"?attributes=members.value", "")
	w.do("GET", `/Groups?excludedAttributes=members&filter=displayName+eq+"CREW"`, "")
	w.do("GET", `/Groups?filter=id+eq+"`+crew+`"+and+members+eq+"`+ada+`"&attributes=id`, "")
	w.do("GET", "/Users/"+ada+"?attributes=groups", "")
	w.do("PATCH", "/Groups/"+crew, `{"Operations":[{"op":"replace","value":{"id":"`+crew+`","displayName":"Ship's crew"}}]}`)
	w.do("PATCH", "/Groups/"+crew+"?attributes=displayName", `{"Operations":[{"op":"Remove","path":"members","value":[{"value":"`+ada+`"}]}]}`)
	w.do("PUT", "/Groups/"+crew, `{"displayName":"Ship's crew","members":[{"value":"`+ada+`"}]}`)
	w.do("DELETE", "/Groups/"+crew, "")
	w.do("GET", "/Groups/"+crew, "")
	w.do("GET", "/Groups", "")
}

func (w *transcript) around() {
	w.do("POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
		{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"dora@halden.example"}},
		{"method":"POST","path":"/Groups","bulkId":"b","data":{"displayName":"Deck","members":[{"value":"bulkId:a"}]}},
		{"method":"PATCH","path":"/Users/bulkId:a","data":{"Operations":[{"op":"replace","path":"title","value":"Bosun"}]}},
		{"method":"DELETE","path":"/Users/nobody"}]}`)
	w.do("GET", "/Me", "")
	w.do("GET", "/Nothing", "")
	w.do("PUT", "/Users", "")
	w.do("POST", "/Users", "<user/>", "Content-Type", "application/xml")
	w.do("GET", "/ServiceProviderConfig", "")
	w.do("GET", "/ResourceTypes/User", "")
	w.do("GET", "/Schemas?filter=id+pr", "")
}

// records are what an admin reads of all that, in the order in which it came.
func (w *transcript) records() {
	var all []directory.Request
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		all = nil
		for after := ""; ; {
			var next db.Paging
			w.p.in(func(tx *db.OrgTx) error {
				list, paging, err := directory.Requests(tx, w.p.id, directory.RequestQuery{Page: db.Page{Limit: 100, Order: db.Ascending, After: after}})
				all, next = append(all, list...), paging
				return err
			})
			if after = next.After; after == "" {
				break
			}
		}
		if len(all) > 0 && all[len(all)-1].Path == "/Schemas?filter=id+pr" {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b directory.Request) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, r := range all {
		subject, code := "", ""
		if r.Subject != nil {
			subject = *r.Subject
		}
		if r.Code != nil {
			code = *r.Code
		}
		fmt.Fprintf(&w.text, "%s %s\n  %s, %s, %d %s, about %q\n  %s\n", r.Method, r.Path, r.Operation, r.Outcome, r.Status, code, subject, r.Reason)
		if r.Body != nil {
			fmt.Fprintf(&w.text, "  %s\n", *r.Body)
		}
	}
}
