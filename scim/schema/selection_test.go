package schema

import (
	"errors"
	"strings"
	"testing"
)

const answer = `{"schemas":["s"],"id":"1","userName":"anna","meta":{"version":"W/\"1\"","created":"c"},
	"name":{"givenName":"A","familyName":"B"},"emails":[{"value":"a","type":"work"},{"type":"home"}],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R","manager":{"value":"m","displayName":"M"}},
	"urn:acme:2.0:User":{"badge":7}}`

// Entra asks without members and Okta for what it compares: an answer with less
// than was asked for makes providers write what is there already.
func TestAnswersHoldWhatWasAskedFor(t *testing.T) {
	enterprise := "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	for _, c := range []struct{ only, except, want string }{
		{"", "", answer},
		{"userName", "", `{"schemas":["s"],"id":"1","userName":"anna"}`},
		{"USERNAME, meta.version", "", `{"schemas":["s"],"id":"1","userName":"anna","meta":{"version":"W/\"1\""}}`},
		{"nothing", "", `{"schemas":["s"],"id":"1"}`},
		{`emails[type eq "work"]`, "", `{"schemas":["s"],"id":"1"}`},
		{"name.givenName,emails.value", "", `{"schemas":["s"],"id":"1","name":{"givenName":"A"},"emails":[{"value":"a"}]}`},
		{"name,name.givenName", "", `{"schemas":["s"],"id":"1","name":{"givenName":"A","familyName":"B"}}`},
		{"name", "name.familyName", `{"schemas":["s"],"id":"1","name":{"givenName":"A"}}`},
		{UserURN + ":userName", "", `{"schemas":["s"],"id":"1","userName":"anna"}`},
		{enterprise, "", `{"schemas":["s"],"id":"1","` + enterprise + `":{"department":"R","manager":{"value":"m","displayName":"M"}}}`},
		{strings.ToUpper(enterprise) + ":Manager.value", "", `{"schemas":["s"],"id":"1","` + enterprise + `":{"manager":{"value":"m"}}}`},
		{"urn:acme:2.0:User:badge", "", `{"schemas":["s"],"id":"1","urn:acme:2.0:User":{"badge":7}}`},
		{"", "id,schemas,name,emails,meta,urn:acme:2.0:User," + enterprise + ":manager", `{"schemas":["s"],"id":"1","userName":"anna","` + enterprise + `":{"department":"R"}}`},
		{"", "emails.value,meta.created," + enterprise, `{"schemas":["s"],"id":"1","userName":"anna","meta":{"version":"W/\"1\""},"name":{"givenName":"A","familyName":"B"},"emails":[{"type":"work"},{"type":"home"}],"urn:acme:2.0:User":{"badge":7}}`},
	} {
		s, err := ParseSelection([]string{c.only}, []string{c.except})
		check(t, c.only+" less "+c.except, User.Project(parse(t, answer), s), err, c.want)
	}
}

// A group's members are read from their table where somebody wants them, and
// only there.
func TestMembersAreWantedUnlessExcluded(t *testing.T) {
	for _, c := range []struct {
		only, except string
		want         bool
	}{
		{"", "", true},
		{"", "members", false},
		{"", "MEMBERS", false},
		{"", GroupURN + ":members", false},
		{"", "members.display", true},
		{"displayName", "", false},
		{"displayName,members.value", "", true},
		{"members", "members", false},
	} {
		s, err := ParseSelection([]string{c.only}, []string{c.except})
		if err != nil || s.Wants(Path{Attr: "members"}) != c.want {
			t.Errorf("attributes=%s, excludedAttributes=%s: %v", c.only, c.except, err)
		}
	}
	if !(Selection{}).Wants(Path{Attr: "members"}) {
		t.Error("who says nothing wants all")
	}
	var many []string
	for i := range 300 {
		many = append(many, "a"+strings.Repeat("b", i))
	}
	if _, err := ParseSelection(many, nil); !errors.Is(err, ErrValue) {
		t.Errorf("three hundred names: %v", err)
	}
}
