package e2e

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/internal/problem"
	scimpatch "gatehouse/scim/patch"
	"gatehouse/scim/schema"
)

const enterpriseURN = schema.EnterpriseURN

// The shapes on which servers break (scim.md 2.1), through the whole server and both
// databases: what is read back is what was meant.
func TestShapesThatBreakServersArriveAsTheyWereMeant(t *testing.T) {
	conversation(t, "", func(t *testing.T, k *talk) {
		k.kept["boss"] = k.user("boss@halden.example")
		for i, c := range []struct{ name, more, operations, want string }{
			{"1", `"active":true`, `{"op":"Replace","path":"active","value":"False"}`, `{"active":false}`},
			{"2", `"active":true`, `{"op":"replace","value":{"active":false}}`, `{"active":false}`},
			{"3", `"name":{"familyName":"F"}`, `{"op":"replace","value":{"displayName":"B","name.givenName":"K","` + enterpriseURN + `:employeeNumber":"A"}}`, `{"displayName":"B","name":{"givenName":"K","familyName":"F"},"` + enterpriseURN + `":{"employeeNumber":"A"}}`},
			{"4, there", `"emails":[{"type":"work","value":"old@halden.example"}]`, `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"new@halden.example"}`, `{"emails":[{"type":"work","value":"new@halden.example"}]}`},
			{"4, not there", `"emails":[{"type":"home","value":"home@halden.example"}]`, `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"new@halden.example"}`, `{"emails":[{"type":"home"},{"type":"work","value":"new@halden.example"}]}`},
			{"5", `"title":"T"`, `{"op":"Add","path":"addresses[type eq \"work\"].country","value":"FR"},{"op":"Add","path":"addresses[type eq \"work\"].locality","value":"Brest"},{"op":"Add","path":"addresses[type eq \"work\"].postalCode","value":"29200"}`, `{"addresses":[{"type":"work","country":"FR","locality":"Brest","postalCode":"29200"}]}`},
			{"6", `"title":"T"`, `{"op":"Add","path":"roles[primary eq \"True\"].value","value":"admin"}`, `{"roles":[{"primary":true,"value":"admin"}]}`},
			{"7", `"title":"T"`, `{"op":"Add","path":"` + enterpriseURN + `:manager","value":"{boss}"}`, `{"` + enterpriseURN + `":{"manager":{"value":"{boss}"}}}`},
			{"7, none", `"` + enterpriseURN + `":{"department":"D","manager":"{boss}"}`, `{"op":"Replace","path":"` + enterpriseURN + `:manager","value":""}`, `{"` + enterpriseURN + `":{"department":"D","manager":null}}`},
			{"7, none, as an object", `"` + enterpriseURN + `":{"department":"D","manager":{"value":"{boss}"}}`, `{"op":"Add","path":"` + enterpriseURN + `:manager","value":{"value":""}}`, `{"` + enterpriseURN + `":{"department":"D","manager":null}}`},
			{"16", `"active":true`, `{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:active","value":false}`, `{"active":false}`},
			{"17", `"active":"true","roles":[{"value":"r","primary":"True"}]`, `{"op":"add","path":"title","value":"T"}`, `{"active":true,"title":"T","roles":[{"value":"r","primary":true}]}`},
		} {
			k.asks(201, fmt.Sprintf("POST /Users\n{\"userName\":\"shape%d@halden.example\",%s}", i, c.more)).as("x")
			k.asks(200, "PATCH /Users/{x}\n{\"Operations\":["+c.operations+"]}").is(c.want) // 15: no schemas
			k.asks(200, "GET /Users/{x}").is(c.want)
			if t.Failed() {
				t.Fatalf("shape %s", c.name)
			}
		}
	})
}

// The shapes of groups: a server that reads the path alone empties the group.
func TestShapesOfMembersArriveAsTheyWereMeant(t *testing.T) {
	conversation(t, "", func(t *testing.T, k *talk) {
		for _, name := range []string{"a", "b", "c"} {
			k.kept[name] = k.user(name + "@halden.example")
		}
		for i, c := range []struct {
			name, operations string
			left             []string
		}{
			{"8", `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"{a}"}]}`, []string{"b", "c"}},
			{"8, all", `{"op":"Remove","path":"members"}`, nil},
			{"8, an empty list", `{"op":"Remove","path":"members","value":[]}`, []string{"a", "b", "c"}},
			{"8, who is not in it", `{"op":"Remove","path":"members","value":[{"value":"directory_user_01NOBODY"}]}`, []string{"a", "b", "c"}},
			{"9", `{"op":"replace","value":{"members":[],"id":"g","displayName":"n"}}`, nil},
			{"10", `{"op":"remove","path":"members"},{"op":"add","path":"members","value":{"value":"{a}"}}`, []string{"a"}},
			{"10, an id", `{"op":"remove","path":"members"},{"op":"add","path":"members","value":"{b}"}`, []string{"b"}},
			{"11", `{"op":"remove","path":"members[value eq \"{a}\" or value eq \"{b}\"]"}`, []string{"c"}},
			{"11, by their names", `{"op":"remove","path":"members[display eq \"A@halden.example\" or display eq \"b@halden.example\"]"}`, []string{"c"}},
			{"in their order", `{"op":"replace","path":"members","value":[{"value":"{a}"}]},{"op":"add","path":"members","value":[{"value":"{b}"}]},{"op":"remove","path":"members[value eq \"{a}\"]"}`, []string{"b"}},
			{"nothing new", `{"op":"add","path":"members","value":[{"value":"{a}"}]}`, []string{"a", "b", "c"}},
		} {
			k.asks(201, fmt.Sprintf(`POST /Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"displayName":"Shape %d","members":[{"value":"{a}"},{"value":"{b}"},{"value":"{c}"}]}`, i)).as("g")
			version := k.asks(200, "GET /Groups/{g}").Header.Get("ETag")
			k.asks(204, "PATCH /Groups/{g}\n{\"Operations\":["+c.operations+"]}")
			k.has("g", c.left...)
			if same := k.asks(200, "GET /Groups/{g}").Header.Get("ETag") == version; same != (len(c.left) == 3) {
				t.Errorf("%s: the version is the same: %v", c.name, same)
			}
			if t.Failed() {
				t.Fatalf("shape %s", c.name)
			}
		}
	})
}

// Filters in the words of providers, with characters that mean something to LIKE, to
// SQL and to addresses: they are themselves, and never the whole directory.
func TestFiltersFindWhatTheyNameAndNothingElse(t *testing.T) {
	conversation(t, "", func(t *testing.T, k *talk) {
		names := []string{`ada+tag@halden.example`, `o'brien@halden.example`, `100%@halden.example`, `a_c@halden.example`, `abc@halden.example`, `quo"te@halden.example`, `back\slash@halden.example`, `åse@halden.example`, `李雷@halden.example`}
		for i, name := range names {
			k.kept[fmt.Sprint("p", i)] = k.user(name)
		}
		quoted := func(s string) string {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
		for i, name := range names {
			for _, filter := range []string{"userName eq " + quoted(name), "userName eq " + quoted(strings.ToUpper(name)), "userName sw " + quoted(strings.TrimSuffix(name, "halden.example")),
				"emails[type eq \"work\"].value eq " + quoted(name), "emails.value eq " + quoted(name), "emails co " + quoted(name), "userName co " + quoted(strings.TrimSuffix(name, "@halden.example")+"@")} {
				k.asks(200, "GET /Users?filter="+filter).is(fmt.Sprintf(`{"totalResults":1,"Resources":[{"id":"{p%d}"}]}`, i))
			}
		}
		for filter, total := range map[string]int{
			`(ActiVe eq true) and meta.lastmodified ge "2021-09-23T19:35:41.8420572Z"`: len(names),
			`(ActiVe EQ "True") AND NOT (meta.lastmodified ge "2021-09-23T19:35:41Z")`: 0,
			`active eq false`:                                0,
			`title pr`:                                       0,
			`title eq "x"`:                                   0,
			`userName co "%"`:                                1,
			`userName co "_"`:                                1,
			`userName eq "%"`:                                0,
			`userName eq "x" or userName sw "AB"`:            1,
			`emails[type eq "home"].value co "a"`:            0,
			`emails[type eq "work" and value co "+"]`:        1,
			`userName eq "a\" or userName pr or \"\" eq \""`: 0,
		} {
			k.asks(200, "GET /Users?filter="+filter).is(fmt.Sprintf(`{"totalResults":%d}`, total))
		}
		for _, filter := range []string{`userName eq x`, `active gt true`, `active le "true"`, `nonsense eq "x"`, `userName eq`, `eq "x"`, `userName eq "x" and`, `(userName eq "x"`, `password eq "x"`, `userName regex "x"`, `emails[`} {
			k.refuses(400, "invalidFilter", "GET /Users?filter="+filter)
		}
	})
}

// steps are operations that follow one another in any order.
var steps = []string{
	`{"op":"Replace","path":"title","value":"Bosun"}`, `{"op":"add","path":"title","value":"Captain"}`, `{"op":"remove","path":"title"}`,
	`{"op":"replace","value":{"name.givenName":"Ada","displayName":"Ada"}}`, `{"op":"replace","path":"name","value":{"familyName":"Berg","givenName":""}}`, `{"op":"remove","path":"name"}`,
	`{"op":"Add","path":"emails[type eq \"work\"].value","value":"work@halden.example"}`, `{"op":"Replace","path":"emails[type eq \"home\"].value","value":"home@halden.example"}`,
	`{"op":"add","path":"emails","value":[{"value":"third@halden.example","primary":true},{"value":"work@halden.example","type":"work","display":"W"}]}`,
	`{"op":"replace","path":"emails[type eq \"work\"].primary","value":"True"}`, `{"op":"remove","path":"emails","value":[{"value":"THIRD@halden.example"}]}`, `{"op":"remove","path":"emails[type eq \"home\"]"}`, `{"op":"replace","path":"emails","value":[]}`,
	`{"op":"add","path":"` + enterpriseURN + `:manager","value":"m1"}`, `{"op":"replace","value":{"` + enterpriseURN + `":{"department":"Deck","manager":{"value":"m2","displayName":"M"}}}}`, `{"op":"remove","path":"` + enterpriseURN + `"}`,
	`{"op":"add","value":{"urn:acme:2.0:User":{"n":1e2,"m":-0.50,"list":[1,"a",{"b":true}],"o":{"p":"q"}}}}`, `{"op":"replace","path":"urn:acme:2.0:User:n","value":100}`, `{"op":"add","path":"urn:acme:2.0:User:list","value":["a","ø\u2028"]}`, `{"op":"remove","path":"urn:acme:2.0:User:o"}`,
	`{"op":"add","value":{"shoeSize":43.5,"x.y":"z"}}`, `{"op":"replace","path":"externalId","value":"e1"}`, `{"op":"replace","path":"externalId","value":""}`, `{"op":"replace","path":"active","value":"False"}`, `{"op":"replace","value":{"active":true}}`,
	`{"op":"replace","path":"userName","value":"Ada@halden.example"}`, `{"op":"replace","path":"userName","value":"ada@halden.example"}`,
}

// What a database makes of a document must not show: a person is read back as the
// operations made them, and has a new version exactly when something changed.
func TestAPersonIsWhatTheOperationsMadeOfThem(t *testing.T) {
	conversation(t, "", func(t *testing.T, k *talk) {
		k.kept["ada"] = k.user("ada@halden.example")
		local, err := schema.User.New(person("ada@halden.example"))
		if err != nil {
			t.Fatal(err)
		}
		version := k.asks(200, "GET /Users/{ada}").Header.Get("ETag")
		rapid.Check(t, func(rt *rapid.T) {
			body := `{"Operations":[` + strings.Join(rapid.SliceOfN(rapid.SampledFrom(steps), 1, 4).Draw(rt, "steps"), ",") + `]}`
			operations, err := scimpatch.Read([]byte(body))
			if err != nil {
				rt.Fatal(err)
			}
			next, err := scimpatch.User(local, operations)
			if refused := problem.As(err); refused != nil {
				k.refuses(refused.Status(), refused.Code, "PATCH /Users/{ada}\n"+body)
				return
			}
			a := k.asks(200, "PATCH /Users/{ada}\n"+body)
			same := next.Equal(local)
			local = next
			if got := a.Header.Get("ETag"); (got == version) != same {
				rt.Fatalf("%s\nchanged: %v, and version %s became %s", body, !same, version, got)
			} else {
				version = got
			}
			read := k.asks(200, "GET /Users/{ada}")
			back, err := schema.User.Read([]byte(read.Raw))
			if err != nil || !back.Equal(local) {
				rt.Fatalf("%s\nis read as %v, %v\nwant %v", body, back, err, local)
			}
			want := schema.User.SchemasOf(local)
			if list, _ := read.Body["schemas"].([]any); len(list) != len(want) {
				rt.Fatalf("schemas: %v", list)
			}
		})
	})
}

// Forty requests for one group at once: each that was answered counts.
func TestMembersComeAndGoAtOnce(t *testing.T) {
	conversation(t, "", func(t *testing.T, k *talk) {
		var people []string
		for i := range 40 {
			people = append(people, k.user(fmt.Sprintf("p%d@halden.example", i)))
		}
		crew := k.group("Crew", people[:20]...)
		statuses := inParallel(40, func(i int) int {
			body := any(patch40(i, people[i]))
			a, err := k.try("PATCH", k.at("/Groups/"+crew), body)
			if err != nil {
				return 0
			}
			return a.Status
		})
		want := map[string]bool{}
		for _, one := range people[20:] {
			want[one] = true
		}
		if in := k.members(crew); statuses[http.StatusNoContent] != 40 || !reflect.DeepEqual(in, want) {
			t.Errorf("%v, and in the group: %v", statuses, in)
		}
		// Two of them change the group itself in one version: one is told.
		version := k.want(http.StatusOK, "GET", "/Groups/"+crew, nil).Header.Get("ETag")
		k.want(http.StatusNoContent, "PATCH", "/Groups/"+crew, patch40(20, people[0]))
		k.refuses(412, "", "PATCH /Groups/"+crew+"\n"+`{"Operations":[{"op":"replace","path":"displayName","value":"Late"}]}`, "If-Match", version)
		k.refuses(412, "", "PUT /Groups/"+crew+"\n"+`{"displayName":"Late","members":[]}`, "If-Match", version)
		k.refuses(412, "", "DELETE /Groups/"+crew, "If-Match", version)
		statuses = inParallel(10, func(int) int {
			a, err := k.try("POST", k.at("/Groups"), `{"displayName":"Twins"}`)
			if err != nil {
				return 0
			}
			return a.Status
		})
		if statuses[http.StatusCreated] != 1 || statuses[http.StatusConflict] != 9 {
			t.Errorf("ten groups of one name: %v", statuses)
		}
	})
}

// patch40 takes the first twenty out, each provider in its own way, and puts the
// others in.
func patch40(i int, who string) string {
	switch {
	case i >= 20 && i%2 == 0:
		return `{"Operations":[{"op":"Add","path":"members","value":[{"$ref":null,"value":"` + who + `"}]}]}`
	case i >= 20:
		return `{"Operations":[{"op":"add","value":{"members":[{"value":"` + who + `"}]}}]}`
	case i%2 == 0:
		return `{"Operations":[{"op":"Remove","path":"members","value":[{"value":"` + who + `"}]}]}`
	}
	return `{"Operations":[{"op":"remove","path":"members[value eq \"` + who + `\"]"}]}`
}
