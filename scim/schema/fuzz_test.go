package schema

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"gatehouse/internal/problem"
)

var seeds = []string{
	`{"userName":"a","active":"True","displayName":"g","members":[{"value":"m"}],"emails":{"value":"x","primary":"true"},"name.givenName":"G"}`,
	`{"URN:ietf:params:scim:schemas:core:2.0:User":{"userName":"a"},"urn:acme:2.0:User:badge":"7","urn:acme:custom":{"a":[1e300,null,[[]]]}}`,
	`{"userName":"a","` + EnterpriseURN + `":{"manager":"m","department":"D"},"` + EnterpriseURN + `:manager.displayName":"M","x":{"Y":1}}`,
	`{"userName":"\ud800é\u212b","x":-0.0,"roles":["r",{"value":"s"}],"password":"p","id":1,"meta":[],"groups":{}}`,
}

// A body comes from outside: what is let in must be the same to everybody who
// reads it after us, and to the database.
func FuzzDecode(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		doc, err := Decode(body)
		if err != nil {
			if p := problem.As(err); p == nil || p.Status() < 400 || p.Status() > 499 {
				t.Fatalf("%v", err)
			}
			return
		}
		oracle := json.NewDecoder(bytes.NewReader(body))
		oracle.UseNumber()
		var theirs map[string]any
		if err := oracle.Decode(&theirs); err != nil || !reflect.DeepEqual(theirs, doc) {
			t.Fatalf("%v, and encoding/json reads %v, %v", doc, theirs, err)
		}
		b, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(b)
		if err != nil || !Same(doc, again) {
			t.Fatalf("%v, then %v, %v", doc, again, err)
		}
	})
}

// Whatever is sent, what is kept is what would be kept of it again, comes back
// from the database as it was, and holds nothing that is read-only or secret.
func FuzzRead(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, typ := range []*Type{User, Group} {
			r, err := typ.Read(body)
			if err != nil {
				if p := problem.As(err); p == nil || p.Status() < 400 || p.Status() > 499 || p.Message == "" {
					t.Fatalf("%v", err)
				}
				continue
			}
			again, err := typ.Normalize(r)
			if err != nil || !again.Equal(r) {
				t.Fatalf("%v normalizes to %v, %v", r, again, err)
			}
			b, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			var stored Resource
			if err := json.Unmarshal(b, &stored); err != nil || !stored.Equal(r) {
				t.Fatalf("%v is stored as %v, %v", r, stored, err)
			}
			for _, name := range []string{"id", "meta", "schemas"} {
				if r[name] != nil {
					t.Fatalf("it holds %s", name)
				}
			}
			if typ == User && (r["password"] != nil || r["groups"] != nil) || typ == Group && r["members"] != nil {
				t.Fatalf("it holds %v", r)
			}
			for key := range r {
				if p, err := ParsePath(key); err == nil && p.URN == "" && p.Sub == "" && r.At(typ, p) == nil {
					t.Fatalf("%q is not found in %v", key, r)
				}
			}
		}
	})
}

// Paths come from filters, PATCH and parameters.
func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"name.givenName", EnterpriseURN + ":manager.value", "urn:acme:2.0:User", "urn:a:b:c.d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePath(s)
		if err != nil {
			return
		}
		if p.String() != s {
			t.Fatalf("%q is written %q", s, p)
		}
		for _, typ := range []*Type{User, Group} {
			once := typ.Canonical(p)
			if typ.Canonical(once) != once {
				t.Fatalf("%q: %q, then %q", s, once, typ.Canonical(once))
			}
		}
	})
}
