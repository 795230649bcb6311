package schema

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"gatehouse/internal/wire"
)

// If what is stored were taken over with a member too few, or cut in the wrong
// place, a provider would read a person who is not the one that it wrote.
func TestWhatIsStoredIsTakenOverMemberByMember(t *testing.T) {
	for _, stored := range []string{
		`{}`,
		`{"userName":"a"}`,
		` { "userName" : "a \" } , b\\" , "active" : true , "n" : 1.50 , "nothing" : null } `,
		`{"emails": [{"type": "work", "value": "a@b.example"}, {"value": "c, d"}], "name": {"givenName": "A", "familyName": "{}"}, "title": "x  y"}`,
		`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "1"}, "deep": [[1, [2]], []]}, "displayName": "é 漢 \\ / \t"}`,
		`{"urn:a:text":"no extension","urn:b:object":{},"urn:a:object":{"x":[ ]},"id":"theirs","groups":[{"value":"g"}]}`,
	} {
		var want map[string]any
		if err := json.Unmarshal([]byte(stored), &want); err != nil {
			t.Fatal(err)
		}
		var extensions []string
		for _, urn := range []string{"urn:a:object", "urn:b:object", EnterpriseURN} {
			if want[urn] != nil {
				extensions = append(extensions, urn)
			}
		}
		if got := Stored(stored).Extensions(); !reflect.DeepEqual(got, extensions) {
			t.Errorf("%s: extensions %q", stored, got)
		}
		var r Resource
		if err := json.Unmarshal([]byte(stored), &r); err != nil {
			t.Fatal(err)
		}
		r["id"], r["meta"] = "ours", map[string]any{"a": true}
		encoded, err := wire.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		text := Stored(stored).Append(nil, Member{"meta", []byte(`{"a":true}`)}, Member{"id", []byte(`"ours"`)})
		if !bytes.Equal(text, encoded) {
			t.Errorf("%s: %s", stored, text)
		}
		name, _ := want["displayName"].(string)
		if got := Stored(stored).Attribute("displayName"); got != name {
			t.Errorf("%s: displayName %q", stored, got)
		}
	}
}

// Text that is not JSON stands in no database; were it there, reading it must
// end, and not take the server with it.
func FuzzStored(f *testing.F) {
	f.Add([]byte(`{"a": {"b": [1, "x\""]}, "c": 2}`))
	f.Fuzz(func(t *testing.T, stored []byte) {
		var want map[string]json.RawMessage
		valid := json.Unmarshal(stored, &want) == nil
		if text := Stored(stored).Append(nil); valid && want != nil && !json.Valid(text) {
			t.Errorf("%q: taken over as %q", stored, text)
		}
		n := 0
		for name, value := range Stored(stored).members {
			n++
			if valid && !json.Valid(value) {
				t.Errorf("%q: %q has %q", stored, name, value)
			}
		}
		if valid && n < len(want) {
			t.Errorf("%q: %d of %d members", stored, n, len(want))
		}
	})
}
