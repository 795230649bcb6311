package patch

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"gatehouse/internal/problem"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// seeds are bodies that providers send, and what somebody with a token might.
var seeds = []string{
	ops(`{"op":"Replace","path":"active","value":"False"}`),
	ops(`{"op":"replace","value":{"active":false}}`),
	ops(`{"op":"replace","value":{"displayName":"B","name.givenName":"K","` + enterprise + `:employeeNumber":"A"}}`),
	ops(`{"op":"Add","path":"emails[type eq \"work\"].value","value":"x"},{"op":"Remove","path":"emails","value":[{"value":"x"}]}`),
	ops(`{"op":"Add","path":"` + enterprise + `:manager","value":"m"}`),
	ops(`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"id"}]}`),
	ops(`{"op":"remove","path":"members[value eq \"a\" or value eq \"b\"]"}`),
	ops(`{"op":"replace","value":{"members":[],"id":"g","displayName":"n"}}`),
	ops(`{"op":"add","path":"roles[primary eq \"True\"].value","value":"admin"},{"op":"add","path":"roles","value":[{"value":"r","primary":true}]}`),
	ops(`{"op":"add","path":"urn:acme:2.0:User:keys[type eq \"a\" and not (b pr)].value","value":[1,{"a":[[null]]}]}`),
	ops(`{"op":"replace","value":{"urn:acme:custom":{"a":{"b":"c"}},"x.y":1e300,"emails[type eq \"a\"]":{"value":"v"}}}`),
	`{"operations":[{"OP":"ADD","PATH":"name","VALUE":{"familyName":"F"}}]}`,
}

// answersAsAProblem holds an error to what a provider may be told: anything else
// is a 500, and repeated for ever.
func answersAsAProblem(t *testing.T, err error) {
	t.Helper()
	if p := problem.As(err); p == nil || p.Status() < 400 || p.Status() > 499 || p.Message == "" {
		t.Fatalf("%v", err)
	}
}

// A body of a PATCH comes from outside: none may end the process.
func FuzzRead(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		operations, err := Read(body)
		if err != nil {
			answersAsAProblem(t, err)
			return
		}
		for _, o := range operations {
			if o.Target == nil {
				continue
			}
			again, err := targetOf(o.Target.String())
			if err != nil || again.String() != o.Target.String() {
				t.Fatalf("%s is read as %s, %v", o.Target, again, err)
			}
		}
	})
}

// Whatever a PATCH does to whatever person, what comes out is a person that can be
// stored, and what went in is as it was.
func FuzzUser(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(`{"userName":"a","active":true,"title":"t","emails":[{"value":"x","type":"work","primary":true},{"value":"y"}],"x":["s",1],"urn:acme:2.0:User":{"a":1}}`), []byte(s))
	}
	f.Fuzz(func(t *testing.T, before, body []byte) {
		r, err := schema.User.Read(before)
		if err != nil {
			return
		}
		operations, err := Read(body)
		if err != nil {
			return
		}
		kept, sent := copyOf(r), clone(values(operations))
		next, err := User(r, operations)
		if !schema.Same(kept, map[string]any(r)) || !schema.Same(sent, values(operations)) {
			t.Fatal("what it was given has changed")
		}
		if err != nil {
			answersAsAProblem(t, err)
			return
		}
		canBeStored(t, schema.User, next)
		for _, name := range []string{"id", "meta", "groups", "schemas", "password"} {
			if next[name] != nil {
				t.Fatalf("it holds %s", name)
			}
		}
	})
}

func values(operations []Operation) any {
	var list []any
	for _, o := range operations {
		list = append(list, o.Value)
	}
	return list
}

// canBeStored holds a result to what the schema says of it, and to its way through
// the database.
func canBeStored(t *testing.T, typ *schema.Type, r schema.Resource) {
	t.Helper()
	again, err := typ.Normalize(r)
	if err != nil || !again.Equal(r) {
		t.Fatalf("%v normalizes to %v, %v", r, again, err)
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var stored schema.Resource
	if err := json.Unmarshal(b, &stored); err != nil || !stored.Equal(r) {
		t.Fatalf("%v is stored as %v, %v", r, stored, err)
	}
}

// Changes of members are done where the members are: each must say whom, and no
// group may be emptied by accident.
func FuzzGroup(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		operations, err := Read(body)
		if err != nil {
			return
		}
		next, changes, err := Group(schema.Resource{"displayName": "g", "externalId": "e"}, operations)
		if err != nil {
			answersAsAProblem(t, err)
			return
		}
		canBeStored(t, schema.Group, next)
		if next["members"] != nil {
			t.Fatal("it holds members")
		}
		for _, m := range changes {
			if m.Do != Replace && len(m.IDs) == 0 && m.Where == nil || m.Where != nil && (m.Do != Remove || len(m.IDs) > 0) {
				t.Fatalf("a change of nobody: %+v", m)
			}
			if unique := slices.Compact(slices.Sorted(slices.Values(m.IDs))); len(unique) != len(m.IDs) || slices.Contains(m.IDs, "") {
				t.Fatalf("ids: %v", m.IDs)
			}
			if m.Where != nil {
				if _, err := filter.Parse("members[" + filter.Print(m.Where) + "]"); err != nil && !errors.Is(err, schema.ErrFilter) {
					t.Fatal(err)
				}
			}
		}
	})
}
