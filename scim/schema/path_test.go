package schema

import (
	"errors"
	"strings"
	"testing"
)

// Where a path is cut decides which attribute is written; a wrong cut writes
// one that nobody reads.
func TestPathsAreCutAtTheirURN(t *testing.T) {
	for s, want := range map[string]Path{
		"userName":                                  {Attr: "userName"},
		"name.givenName":                            {Attr: "name", Sub: "givenName"},
		"manager.$ref":                              {Attr: "manager", Sub: "$ref"},
		EnterpriseURN:                               {URN: EnterpriseURN},
		EnterpriseURN + ":manager":                  {URN: EnterpriseURN, Attr: "manager"},
		EnterpriseURN + ":manager.value":            {URN: EnterpriseURN, Attr: "manager", Sub: "value"},
		strings.ToLower(UserURN) + ":active":        {URN: strings.ToLower(UserURN), Attr: "active"},
		"urn:acme:2.0:User":                         {URN: "urn:acme:2.0:User"},
		"urn:acme:2.0:User:badge":                   {URN: "urn:acme:2.0:User", Attr: "badge"},
		"URN:acme:custom:badge.no":                  {URN: "URN:acme:custom", Attr: "badge", Sub: "no"},
		"urn:okta:onprem_app:1.0:user:custom:badge": {URN: "urn:okta:onprem_app:1.0:user:custom", Attr: "badge"},
	} {
		got, err := ParsePath(s)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
		if got.String() != s {
			t.Errorf("%s is written %s", s, got)
		}
	}
	for _, s := range []string{"", ".", "a.", ".a", "a.b.c", "a b", "a[b]", "é", "urn:", "urn:a", "urn:a:", "urn::a:b", "urn:a:b:", "urn:a b:c:d", "urn:a:b:c.", "a\x00", strings.Repeat("a", 1025), `urn:a"b:c:d`, "$"} {
		if p, err := ParsePath(s); !errors.Is(err, ErrPath) {
			t.Errorf("%q: %+v, %v", s, p, err)
		}
	}
}

// Filters and stored resources meet in the canonical spelling.
func TestCanonicalPathsAreSpeltAsDocumentsSpellThem(t *testing.T) {
	for s, want := range map[string]string{
		"USERNAME":     "userName",
		"Emails.VALUE": "emails.value",
		strings.ToUpper(UserURN) + ":Name.givenname":   "name.givenName",
		strings.ToUpper(EnterpriseURN) + ":DEPARTMENT": EnterpriseURN + ":department",
		strings.ToUpper(EnterpriseURN):                 EnterpriseURN,
		"urn:Acme:x:Y":                                 "urn:Acme:x:Y",
		"shoeSize.EU":                                  "shoeSize.EU",
		"name.Nick":                                    "name.Nick",
	} {
		p, err := ParsePath(s)
		if got := User.Canonical(p).String(); err != nil || got != want {
			t.Errorf("%s: %s, %v", s, got, err)
		}
	}
}

// What is at a path is found however its parts are spelt.
func TestAtFindsWhatIsThere(t *testing.T) {
	r, err := User.Read([]byte(`{"userName":"a","name":{"givenName":"G"},"emails":[{"value":"v"}],"Shoe":{"EU":"43"},"urn:Acme:2.0:User":{"Badge":"7"},"` + EnterpriseURN + `":{"manager":"m"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]any{
		"USERNAME": "a", "name.GIVENNAME": "G", "shoe.eu": "43", "urn:acme:2.0:USER:badge": "7",
		strings.ToUpper(EnterpriseURN) + ":manager.value": "m", UserURN + ":userName": "a",
		"title": nil, "name.x": nil, "urn:x:2.0:y:z": nil, "userName.x": nil, "emails.value": nil,
	} {
		p, err := ParsePath(s)
		if got := r.At(User, p); err != nil || got != want {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
}
