package patch

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"gatehouse/scim/schema"
)

const enterprise = schema.EnterpriseURN

// patched is what a literal body makes of a literal person.
func patched(t *testing.T, before, body string) (schema.Resource, error) {
	t.Helper()
	r, err := schema.User.Read([]byte(before))
	if err != nil {
		t.Fatalf("%s: %v", before, err)
	}
	kept := schema.Resource(copyOf(r))
	operations, err := Read([]byte(body))
	if err != nil {
		return nil, err
	}
	next, err := User(r, operations)
	if !r.Equal(kept) {
		t.Errorf("%s\nchanged what it was given: %v", body, r)
	}
	return next, err
}

func ops(list string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + list + `]}`
}

func same(t *testing.T, body string, got any, want string) {
	t.Helper()
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var x, y any
	if err := errors.Join(json.Unmarshal(b, &x), json.Unmarshal([]byte(want), &y)); err != nil {
		t.Fatalf("%s: %v", want, err)
	}
	if !reflect.DeepEqual(x, y) {
		t.Errorf("%s\n got %s\nwant %s", body, b, want)
	}
}

type shape struct{ name, before, body, after string }

func (s shape) try(t *testing.T) {
	t.Helper()
	got, err := patched(t, s.before, s.body)
	if err != nil {
		t.Errorf("%s: %s: %v", s.name, s.body, err)
		return
	}
	same(t, s.name+": "+s.body, got, s.after)
}

// Each of these is what a provider sends, and at least one server does the wrong
// thing on it: a leaver stays, an address is there three times, a manager is lost.
func TestShapesThatBreakServersAreUnderstood(t *testing.T) {
	for _, s := range []shape{
		{"1 a boolean as a text", `{"userName":"a","active":true}`,
			ops(`{"op":"Replace","path":"active","value":"False"}`), `{"userName":"a","active":false}`},
		{"1 and back", `{"userName":"a","active":false}`,
			ops(`{"op":"Replace","path":"active","value":"True"}`), `{"userName":"a","active":true}`},
		{"2 without a path", `{"userName":"a","active":true}`,
			ops(`{"op":"replace","value":{"active":false}}`), `{"userName":"a","active":false}`},
		{"2 without a path, as a text", `{"userName":"a","active":true}`,
			ops(`{"op":"replace","value":{"Active":"false"}}`), `{"userName":"a","active":false}`},
		{"3 keys with dots and URNs", `{"userName":"a","name":{"familyName":"F"}}`,
			ops(`{"op":"replace","value":{"displayName":"B","name.givenName":"K","` + enterprise + `:employeeNumber":"A"}}`),
			`{"userName":"a","displayName":"B","name":{"familyName":"F","givenName":"K"},"` + enterprise + `":{"employeeNumber":"A"}}`},
		{"3 a schema's object", `{"userName":"a","` + enterprise + `":{"department":"D"}}`,
			ops(`{"op":"replace","value":{"` + enterprise + `":{"employeeNumber":"A","manager.value":"m"}}}`),
			`{"userName":"a","` + enterprise + `":{"department":"D","employeeNumber":"A","manager":{"value":"m"}}}`},
		{"4 the work address, which is there", `{"userName":"a","emails":[{"type":"work","value":"o"},{"type":"home","value":"h"}]}`,
			ops(`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"x"}`),
			`{"userName":"a","emails":[{"type":"work","value":"x"},{"type":"home","value":"h"}]}`},
		{"4 the work address, which is not", `{"userName":"a","emails":[{"type":"home","value":"h"}]}`,
			ops(`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"x"}`),
			`{"userName":"a","emails":[{"type":"home","value":"h"},{"type":"work","value":"x"}]}`},
		{"4 as a key", `{"userName":"a"}`,
			ops(`{"op":"replace","value":{"emails[type eq \"work\"].value":"x"}}`), `{"userName":"a","emails":[{"type":"work","value":"x"}]}`},
		{"5 one address in three parts", `{"userName":"a"}`,
			ops(`{"op":"Add","path":"addresses[type eq \"work\"].country","value":"FR"},{"op":"Add","path":"addresses[type eq \"work\"].locality","value":"Paris"},{"op":"Add","path":"addresses[type eq \"work\"].postalCode","value":"75001"}`),
			`{"userName":"a","addresses":[{"type":"work","country":"FR","locality":"Paris","postalCode":"75001"}]}`},
		{"6 a boolean as a text in brackets", `{"userName":"a"}`,
			ops(`{"op":"Add","path":"roles[primary eq \"True\"].value","value":"admin"}`), `{"userName":"a","roles":[{"primary":true,"value":"admin"}]}`},
		{"6 once more", `{"userName":"a","roles":[{"primary":true,"value":"user"},{"value":"x"}]}`,
			ops(`{"op":"Replace","path":"roles[primary eq \"True\"].value","value":"admin"}`), `{"userName":"a","roles":[{"primary":true,"value":"admin"},{"value":"x"}]}`},
		{"7 a manager by id", `{"userName":"a","` + enterprise + `":{"manager":{"value":"old","displayName":"Old"}}}`,
			ops(`{"op":"Add","path":"` + enterprise + `:manager","value":"new"}`), `{"userName":"a","` + enterprise + `":{"manager":{"value":"new"}}}`},
		{"7 no manager", `{"userName":"a","` + enterprise + `":{"manager":{"value":"old","displayName":"Old"}}}`,
			ops(`{"op":"Replace","path":"` + enterprise + `:manager","value":""}`), `{"userName":"a"}`},
		{"7 no manager, as an object", `{"userName":"a","` + enterprise + `":{"department":"D","manager":{"value":"old","displayName":"Old"}}}`,
			ops(`{"op":"Add","path":"` + enterprise + `:manager","value":{"value":""}}`), `{"userName":"a","` + enterprise + `":{"department":"D"}}`},
		{"7 removed", `{"userName":"a","` + enterprise + `":{"manager":{"value":"old"}}}`,
			ops(`{"op":"Remove","path":"` + enterprise + `:manager"}`), `{"userName":"a"}`},
		{"7 the parts of it", `{"userName":"a"}`,
			ops(`{"op":"Add","path":"` + enterprise + `:manager.value","value":"m"},{"op":"Add","path":"` + enterprise + `:manager.displayName","value":"M"}`),
			`{"userName":"a","` + enterprise + `":{"manager":{"value":"m","displayName":"M"}}}`},
		{"15 without schemas", `{"userName":"a"}`,
			`{"operations":[{"OP":"ADD","Path":"TITLE","Value":"T"}]}`, `{"userName":"a","title":"T"}`},
		{"16 the core's URN in the path", `{"userName":"a","active":true}`,
			ops(`{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:active","value":false}`), `{"userName":"a","active":false}`},
		{"16 in another case", `{"userName":"a","name":{"givenName":"A"}}`,
			ops(`{"op":"replace","path":"URN:IETF:params:scim:schemas:core:2.0:user:NAME.GIVENNAME","value":"B"}`), `{"userName":"a","name":{"givenName":"B"}}`},
		{"17 texts for booleans in lists", `{"userName":"a"}`,
			ops(`{"op":"add","path":"roles","value":[{"value":"r","primary":"True"}]}`), `{"userName":"a","roles":[{"value":"r","primary":true}]}`},
	} {
		s.try(t)
	}
}

// A group of fifty thousand is changed without being read; what becomes of its
// members must be exactly what was asked, or a removal of one empties it.
func TestChangesOfMembersAreToldAsTheyWereMeant(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"8 a list is removed, and no more", ops(`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"u1"},{"value":"u2"}]}`), `[["remove","u1","u2"]]`},
		{"8 lower case", ops(`{"op":"remove","path":"Members","value":[{"value":"u1"}]}`), `[["remove","u1"]]`},
		{"8 without a value all go", ops(`{"op":"remove","path":"members"}`), `[["replace"]]`},
		{"8 null is no value", ops(`{"op":"remove","path":"members","value":null}`), `[["replace"]]`},
		{"8 nobody is removed by an empty list", ops(`{"op":"remove","path":"members","value":[]}`), `[]`},
		{"9 emptied without a path, with its id", ops(`{"op":"replace","value":{"members":[],"id":"g","displayName":"n"}}`), `[["replace"]]`},
		{"10 one object", ops(`{"op":"add","path":"members","value":{"value":"u1"}}`), `[["add","u1"]]`},
		{"10 an id alone", ops(`{"op":"add","path":"members","value":"u1"}`), `[["add","u1"]]`},
		{"10 ids in a list", ops(`{"op":"add","path":"members","value":["u1","u2","u1"]}`), `[["add","u1","u2"]]`},
		{"11 one by its id", ops(`{"op":"remove","path":"members[value eq \"a\"]"}`), `[["remove","a"]]`},
		{"11 or another", ops(`{"op":"remove","path":"members[value eq \"a\" or VALUE eq \"b\"]"}`), `[["remove","a","b"]]`},
		{"11 by something else", ops(`{"op":"remove","path":"members[type eq \"Group\"]"}`), `[["remove where type eq \"Group\""]]`},
		{"11 by both", ops(`{"op":"remove","path":"members[value eq \"a\" and type eq \"User\"]"}`), `[["remove where value eq \"a\" and type eq \"User\""]]`},
		{"without a path", ops(`{"op":"add","value":{"members":[{"value":"a"}]}}`), `[["add","a"]]`},
		{"the core's URN", ops(`{"op":"replace","path":"` + schema.GroupURN + `:members","value":[{"value":"a"}]}`), `[["replace","a"]]`},
		{"below the core's URN", ops(`{"op":"add","value":{"` + schema.GroupURN + `":{"members":["a"]}}}`), `[["add","a"]]`},
		{"a member who is named in brackets", ops(`{"op":"add","path":"members[value eq \"a\"]","value":{"value":"a","display":"A"}}`), `[["add","a"]]`},
		{"or a name of theirs", ops(`{"op":"replace","path":"members[value eq \"a\"].display","value":"A"}`), `[["add","a"]]`},
		{"one by one", ops(`{"op":"add","path":"members","value":"a"},{"op":"add","path":"members","value":"b"},{"op":"add","path":"members","value":"a"}`), `[["add","a","b"]]`},
		{"in their order", ops(`{"op":"add","path":"members","value":"a"},{"op":"remove","path":"members","value":"a"},{"op":"add","path":"members","value":"a"}`), `[["add","a"],["remove","a"],["add","a"]]`},
		{"replaced, then added to", ops(`{"op":"replace","path":"members","value":["a"]},{"op":"add","path":"members","value":["b"]}`), `[["replace","a"],["add","b"]]`},
		{"nothing", ops(`{"op":"add","path":"members","value":[]}`), `[]`},
	} {
		operations, err := Read([]byte(c.body))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, changes, err := Group(schema.Resource{"displayName": "g"}, operations)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		same(t, c.name+": "+c.body, told(changes), c.want)
	}
}

// told is a list of changes, to be compared.
func told(changes []Members) [][]string {
	out := [][]string{}
	for _, m := range changes {
		do := string(m.Do)
		if m.Where != nil {
			do += " where " + print(m.Where)
		}
		out = append(out, append([]string{do}, m.IDs...))
	}
	return out
}

// Okta renames a group with its id beside the name, and again with every change
// of its members.
func TestAGroupIsRenamedAndKeepsWhatIsNotNamed(t *testing.T) {
	for body, want := range map[string]string{
		ops(`{"op":"replace","value":{"id":"g","displayName":"New"}}`):                               `{"displayName":"New","externalId":"e"}`,
		ops(`{"op":"Replace","path":"displayName","value":"New"}`):                                   `{"displayName":"New","externalId":"e"}`,
		ops(`{"op":"replace","path":"` + schema.GroupURN + `:displayName","value":"New"}`):           `{"displayName":"New","externalId":"e"}`,
		ops(`{"op":"remove","path":"externalId"},{"op":"add","path":"displayName","value":"Newer"}`): `{"displayName":"Newer"}`,
	} {
		operations, err := Read([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		got, changes, err := Group(schema.Resource{"displayName": "Old", "externalId": "e"}, operations)
		if err != nil || changes != nil {
			t.Errorf("%s: %v, %v", body, changes, err)
			continue
		}
		same(t, body, got, want)
	}
}
