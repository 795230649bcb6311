package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gatehouse/internal/problem"
)

// parse is a document of a test.
func parse(t *testing.T, body string) map[string]any {
	t.Helper()
	doc, err := Decode([]byte(body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return doc
}

func check(t *testing.T, body string, got any, err error, want string) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", body, err)
		return
	}
	b, _ := json.Marshal(got)
	var x, y any
	if json.Unmarshal(b, &x) != nil || json.Unmarshal([]byte(want), &y) != nil || !reflect.DeepEqual(x, y) {
		t.Errorf("%s\n got %s\nwant %s", body, b, want)
	}
}

// What providers really send of a person must be kept as it is meant: whoever
// reads one of these otherwise lets a leaver in, or loses what the provider said.
func TestPeopleAreReadAsProvidersMeanThem(t *testing.T) {
	for body, want := range map[string]string{
		// names in whatever case, in their own spelling
		`{"USERNAME":"anna","Name":{"GIVENNAME":"Anna"}}`: `{"userName":"anna","name":{"givenName":"Anna"}}`,
		// what is read-only is ignored, never an error (RFC 7643 §7)
		`{"userName":"anna","id":"x","meta":{"resourceType":"User"},"groups":[{"value":"g"}],"schemas":["urn:x:y"]}`: `{"userName":"anna"}`,
		// a password is thrown away
		`{"userName":"anna","password":"hunter2","PassWord ":"x"}`: `{"userName":"anna","PassWord ":"x"}`,
		// null, "" and [] are the same as absent (§2.5)
		`{"userName":"anna","title":null,"nickName":"","emails":[],"name":{"givenName":""},"roles":[null,{},{"value":null}]}`: `{"userName":"anna"}`,
		// Entra and OneLogin write booleans as strings
		`{"userName":"anna","active":"True"}`:                              `{"userName":"anna","active":true}`,
		`{"userName":"anna","active":"false"}`:                             `{"userName":"anna","active":false}`,
		`{"userName":"anna","roles":[{"value":"admin","primary":"True"}]}`: `{"userName":"anna","roles":[{"value":"admin","primary":true}]}`,
		// a manager as a text, and none
		`{"userName":"anna","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":"26118915"}}`:                   `{"userName":"anna","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"26118915"}}}`,
		`{"userName":"anna","URN:ietf:params:scim:schemas:extension:Enterprise:2.0:User":{"Manager":{"$ref":"x","managerId":"7"}}}`: `{"userName":"anna","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"managerId":"7"}}}`,
		`{"userName":"anna","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":""}}}`:                 `{"userName":"anna"}`,
		// names with dots and URNs
		`{"userName":"anna","name.givenName":"Anna","name":{"familyName":"Berg"}}`:                                  `{"userName":"anna","name":{"givenName":"Anna","familyName":"Berg"}}`,
		`{"userName":"anna","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"R&D"}`:         `{"userName":"anna","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R&D"}}`,
		`{"userName":"anna","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName":"Bo"}`: `{"userName":"anna","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"displayName":"Bo"}}}`,
		`{"urn:ietf:params:scim:schemas:core:2.0:User":{"userName":"anna","active":false}}`:                         `{"userName":"anna","active":false}`,
		`{"urn:ietf:params:scim:schemas:core:2.0:User:userName":"anna"}`:                                            `{"userName":"anna"}`,
		// what nobody knows is kept as it was sent
		`{"userName":"anna","shoeSize":43.50,"x.y":"z","urn:acme:2.0:User":{"Badge":{"no":"7","old":""}},"name":{"nick":"A"}}`: `{"userName":"anna","shoeSize":43.50,"x.y":"z","urn:acme:2.0:User":{"Badge":{"no":"7"}},"name":{"nick":"A"}}`,
		// one element that came without its list
		`{"userName":"anna","emails":{"value":"a@b.example","type":"work"}}`: `{"userName":"anna","emails":[{"value":"a@b.example","type":"work"}]}`,
		`{"userName":"anna","roles":["admin"]}`:                              `{"userName":"anna","roles":[{"value":"admin"}]}`,
	} {
		got, err := User.Read([]byte(body))
		check(t, body, got, err, want)
	}
}

// A bad request must name what is wrong with it, as the RFC's scimType and in a
// sentence: the customer's administrator finds it in the provider's log.
func TestWhatCannotBeReadIsRefusedByName(t *testing.T) {
	long := strings.Repeat("x", 256)
	var names []string
	for i := range MaxNames {
		names = append(names, fmt.Sprintf(`"n%d":1`, i))
	}
	for body, want := range map[string]error{
		`{"userName":"a",` + strings.Join(names, ",") + `}`: ErrTooLarge,
		`{}`:                                          ErrValue,
		`{"userName":null}`:                           ErrValue,
		`{"userName":"  "}`:                           ErrValue,
		`{"userName":"\u00a0"}`:                       ErrValue,
		`{"userName":7}`:                              ErrValue,
		`{"userName":["a"]}`:                          ErrValue,
		`{"userName":"a\nb"}`:                         ErrValue,
		`{"userName":"a\u0000b"}`:                     ErrValue,
		`{"userName":"` + long + `"}`:                 ErrValue,
		`{"userName":"a","active":"banana"}`:          ErrValue,
		`{"userName":"a","active":1}`:                 ErrValue,
		`{"userName":"a","active":"1"}`:               ErrValue,
		`{"userName":"a","active":["false"]}`:         ErrValue,
		`{"userName":"a","name":"Anna"}`:              ErrValue,
		`{"userName":"a","emails":"a@b.example"}`:     ErrValue,
		`{"userName":"a","emails":[["a@b.example"]]}`: ErrValue,
		`{"userName":"a","emails":[{"value":7}]}`:     ErrValue,
		`{"userName":"a","emails":[{"value":"x","primary":true},{"value":"y","primary":"True"}]}`: ErrValue,
		`{"userName":"a","` + EnterpriseURN + `":"x"}`:                                            ErrValue,
		`{"userName":"a","x":1e999}`:                                                              ErrValue,
		`{"userName":"a","x":1e-999999999}`:                                                       ErrValue,
		`{"userName":"a","x":` + strings.Repeat("9", 65) + `}`:                                    ErrValue,
		`{"userName":"a","userName":"b"}`:                                                         ErrSyntax,
		`{"userName":"a","username":"b"}`:                                                         ErrSyntax,
		`{"userName":"a","x":{"y":1,"Y":2}}`:                                                      ErrSyntax,
		`{"userName":"a"} {}`:                                                                     ErrSyntax,
		`{"userName":"a",}`:                                                                       ErrSyntax,
		`["a"]`:                                                                                   ErrSyntax,
		`"a"`:                                                                                     ErrSyntax,
		`null`:                                                                                    ErrSyntax,
		``:                                                                                        ErrSyntax,
		"{\"userName\":\"\xff\"}":                                                                 ErrSyntax,
		`{"userName":"a","x":` + strings.Repeat("[", 30) + strings.Repeat("]", 30) + `}`: ErrSyntax,
		`{"userName":"a","x":"` + strings.Repeat("y", maxResource) + `"}`:                ErrTooLarge,
		`{"userName":"a","x":[` + strings.Repeat(`"<",`, maxResource/8) + `"<"]}`:        ErrTooLarge,
		`{"userName":"a","x":[` + strings.Repeat("0,", maxValues) + `0]}`:                ErrTooLarge,
		`{"userName":"a","roles":[` + strings.Repeat(`"r",`, MaxElements) + `"r"]}`:      ErrValue,
	} {
		_, err := User.Read([]byte(body))
		if !errors.Is(err, want) {
			t.Errorf("%.80s: %v", body, err)
		} else if p := problem.As(err); p.Status() < 400 || p.Status() > 499 || p.Message == "" {
			t.Errorf("%.80s: %v", body, p)
		}
	}
}

// A PUT that says nothing of active must not bring back who has left, and a POST
// that says nothing lets the person in.
func TestActiveStaysUnlessItIsNamed(t *testing.T) {
	doc := parse(t, `{"userName":"a","active":""}`)
	if r, err := User.New(doc); err != nil || !r.Active() || r["active"] != true {
		t.Errorf("POST: %v, %v", r, err)
	}
	for _, active := range []bool{true, false} {
		if r, err := User.Replace(Resource{"userName": "a", "active": active, "title": "x"}, doc); err != nil || r["active"] != active || r["title"] != nil {
			t.Errorf("PUT on %v: %v, %v", active, r, err)
		}
	}
	if r, err := Group.New(parse(t, `{"displayName":"g"}`)); err != nil || len(r) != 1 {
		t.Errorf("a group: %v, %v", r, err)
	}
}

// A group's members have their own table; in its resource they would be loaded
// with it, fifty thousand at a time.
func TestMembersAreReadApart(t *testing.T) {
	for body, want := range map[string]string{
		`{"displayName":"g"}`:                `null`,
		`{"displayName":"g","members":[]}`:   `null`,
		`{"displayName":"g","members":null}`: `null`,
		`{"displayName":"g","Members":[{"value":"a","display":"A","$ref":null},{"Value":"b"},{"value":"a"},"c",null,{}]}`: `["a","b","c"]`,
		`{"displayName":"g","members":{"value":"a"}}`:                                                                                   `["a"]`,
		`{"displayName":"g","urn:ietf:params:scim:schemas:core:2.0:Group:members":["a"]}`:                                               `["a"]`,
		`{"displayName":"g","urn:ietf:params:scim:schemas:core:2.0:Group":{"members":["a"]}}`:                                           `["a"]`,
		`{"displayName":"g","schemas":["` + GroupURN + `","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"]}`: `null`,
	} {
		doc := parse(t, body)
		ids, err := MembersOf(doc)
		check(t, body, ids, err, want)
		if r, err := Group.Normalize(doc); err != nil || !r.Equal(Resource{"displayName": "g"}) {
			t.Errorf("%s: %v, %v", body, r, err)
		}
	}
	for _, value := range []string{`7`, `[["a"]]`, `[{"display":"A"}]`, `[{"value":7}]`, `true`, `["` + strings.Repeat("x", 256) + `"]`} {
		if _, err := MembersOf(parse(t, `{"members":`+value+`}`)); !errors.Is(err, ErrValue) {
			t.Errorf("%.40s: %v", value, err)
		}
	}
}

// Normalizing must not change what it is given: the request is recorded after it.
func TestReadingLeavesTheDocumentAlone(t *testing.T) {
	body := `{"userName":"a","active":"True","name":{"x":""},"name.givenName":"G","emails":[{"value":"v","primary":"True"}],"urn:a:b":{"c":[null,1]}}`
	doc := parse(t, body)
	r, err := User.Normalize(doc)
	if err != nil {
		t.Fatal(err)
	}
	r["emails"].([]any)[0].(map[string]any)["value"] = "changed"
	r["urn:a:b"].(map[string]any)["c"].([]any)[0] = "changed"
	if !reflect.DeepEqual(doc, parse(t, body)) {
		t.Errorf("changed: %v", doc)
	}
}
