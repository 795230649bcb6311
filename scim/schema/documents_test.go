package schema

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// Providers read these documents when they are set up. Entra fails on a null and
// on a keyword in the wrong case; CyberArk looks single ones up by id.
func TestDocumentsSayWhatThisServerDoes(t *testing.T) {
	base := "https://auth.example.com/scim/v2/directory_01J"
	b, err := json.MarshalIndent(map[string]any{
		"Schemas": Schemas(base), "ResourceTypes": ResourceTypes(base), "ServiceProviderConfig": ServiceProviderConfig(base),
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("null")) {
		t.Error("a null")
	}
	const golden = "testdata/documents.golden"
	if *update {
		if err := os.WriteFile(golden, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(want)) != string(b) {
		t.Errorf("not %s: run with -update, and look at the difference", golden)
	}
}

// Every attribute that the documents tell of must be found by its name, whatever
// its case, or a filter on it is refused.
func TestEveryAttributeIsFound(t *testing.T) {
	for _, typ := range []*Type{User, Group} {
		found := func(p Path) {
			attr, sub := typ.Find(Path{URN: strings.ToUpper(p.URN), Attr: strings.ToUpper(p.Attr), Sub: strings.ToUpper(p.Sub)})
			if attr == nil || attr.Name != p.Attr || (p.Sub != "") != (sub != nil) || sub != nil && sub.Name != p.Sub {
				t.Errorf("%s: %v, %v", p, attr, sub)
			}
		}
		walk := func(urn string, list []Attribute) {
			for _, a := range list {
				found(Path{URN: urn, Attr: a.Name})
				for _, s := range a.Sub {
					found(Path{URN: urn, Attr: a.Name, Sub: s.Name})
				}
			}
		}
		walk("", typ.Attributes)
		walk(typ.URN, typ.Attributes)
		walk("", common)
		for _, x := range typ.Extensions {
			walk(x.URN, x.Attributes)
		}
	}
	if attr, _ := User.Find(Path{Attr: "department"}); attr != nil {
		t.Error("an attribute of an extension without its URN")
	}
	if attr, _ := Group.Find(Path{URN: EnterpriseURN, Attr: "department"}); attr != nil {
		t.Error("a group has no department")
	}
	if attr, sub := User.Find(Path{Attr: "name", Sub: "x"}); attr == nil || sub != nil {
		t.Error("a sub-attribute that nobody knows")
	}
}

// The answer's schemas must name each extension that stands in it (RFC 7643 §3).
func TestAnswersNameTheirSchemas(t *testing.T) {
	r, err := User.Read([]byte(`{"userName":"a","urn:b:c":{"d":1},"urn:b:c:e":"g","` + EnterpriseURN + `":{"department":"R"}}`))
	check(t, "schemas", User.SchemasOf(r), err, `["`+UserURN+`","urn:b:c","`+EnterpriseURN+`"]`)
}
