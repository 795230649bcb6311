package filter

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"gatehouse/scim/schema"
)

func resource(t *testing.T, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

const anna = `{
	"id": "directory_user_01A", "externalId": "Ext-1", "userName": "Anna.Åberg@Halden.example", "active": true,
	"name": {"familyName": "Åberg"}, "title": "100% of_it", "nickName": "",
	"emails": [{"value": "anna@halden.example", "type": "work", "primary": true}, {"value": "a@home.example", "type": "home"}],
	"addresses": [{"type": "work", "country": "NO"}], "phoneNumbers": [],
	"groups": [{"value": "directory_group_01B", "display": "Admins"}],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R&D", "manager": {"value": "M1", "displayName": "Boss"}},
	"urn:example:params:2.0:User": {"Tag": "Blue", "flags": [true], "list": ["x", {"value": "y"}], "sub": {"Deep": "z"}, "n": 5},
	"meta": {"resourceType": "User", "created": "2021-09-23T19:35:41.842057Z", "lastModified": "2021-09-23T21:35:41.842057+02:00", "version": "W/\"3\""}
}`

// What a filter finds is who a provider believes to exist: a person too few is
// made twice, one too many is somebody else's account.
func TestMatchComparesAsSCIMSays(t *testing.T) {
	r := resource(t, anna)
	for text, want := range map[string]bool{
		`userName eq "ANNA.ÅBERG@halden.example"`:       true,
		`userName eq "anna.a\u030aberg@halden.example"`: true, // å in two characters
		`userName ne "anna.åberg@halden.example"`:       false,
		`userName sw "anna"`:                            true, `userName ew "EXAMPLE"`: true, `userName co "åb"`: true, `userName co "*"`: false,
		`userName gt "Anna"`: true, `userName lt "b"`: true, `userName ge "b"`: false,
		`externalId eq "Ext-1"`: true, `externalId eq "ext-1"`: false, `id eq "directory_user_01a"`: false, `id sw "directory_user_"`: true,
		`title eq "100% of_it"`: true, `title co "%"`: true, `title sw "1%"`: false, `title co "of-it"`: false,
		`active eq true`: true, `ACTIVE eq "True"`: true, `active ne false`: true, `active eq "false"`: false,
		`name.familyName sw "å"`: true, `NAME.familyname pr`: true, `name pr`: true, `name.givenName pr`: false, `nickName pr`: false, `phoneNumbers pr`: false,
		`nickName eq "x"`: false, `nickName ne "x"`: false, `not (nickName eq "x")`: true, `nickName eq null`: true, `title ne null`: true, `title eq null`: false,
		`emails eq "A@HOME.example"`: true, `emails.value eq "a@home.example"`: true, `emails co "halden"`: true, `emails.type eq "other"`: false,
		`emails[type eq "home" and value co "halden"]`: false, `emails[type eq "work" and value co "halden"]`: true,
		`emails.type eq "home" and emails.value co "halden"`:    true,
		`emails[type eq "work"].value eq "anna@halden.example"`: true, `emails[type eq "home"].value eq "anna@halden.example"`: false,
		`emails[primary eq "True"].value sw "anna"`: true, `emails[not (primary eq true)]`: true, `emails[primary pr and type eq "home"]`: false,
		`addresses[country eq "no"]`: true, `addresses pr`: true, `addresses.country ne "SE"`: true,
		`groups eq "directory_group_01B"`: true, `groups.value eq "directory_group_01b"`: false, `groups.display eq "admins"`: true,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "r&d"`:           true,
		`URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User:manager eq "M1"`:               true,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "m1"`:         false,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName eq "BOSS"`: true,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "anna"`:                            true,
		`urn:example:PARAMS:2.0:User:tag eq "blue"`:                                                true, `urn:example:params:2.0:User:none pr`: false, `urn:example:params:2.0:User:flags eq true`: true,
		`urn:example:params:2.0:User:list eq "Y"`: true, `urn:example:params:2.0:User:list eq "x"`: true, `urn:example:params:2.0:User:sub.deep eq "z"`: true,
		`urn:example:params:2.0:User:n eq "5"`: false, `urn:example:params:2.0:User:n pr`: true,
		`meta.created eq "2021-09-23T19:35:41.8420570Z"`: true, `meta.created lt "2021-09-23T19:35:41.8420572Z"`: true, `meta.created ge "2021-09-23T19:35:41.8420572Z"`: false,
		`meta.lastModified eq "2021-09-23T19:35:41.842057Z"`: true, `meta.lastModified gt "2021-09-23T20:00:00+02:00"`: true,
		`meta.resourceType eq "User"`: true, `meta.version eq "W/\"3\""`: true,
		`userName eq "x" or active eq true and title pr`: true, `(userName eq "x" or active eq true) and nickName pr`: false,
	} {
		n, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := Match(schema.User, n, r); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

// What cannot be asked must be refused and never ignored: the answer to half a
// filter is the whole directory.
func TestWhatCannotBeAskedIsRefused(t *testing.T) {
	for _, text := range []string{
		`userNam eq "x"`, `favorite.color eq "x"`, `name.nick eq "x"`, `userName.x eq "y"`, `emails.x eq "y"`, `emails[x eq "y"]`, `password eq "x"`, `password pr`,
		`active gt true`, `active co "t"`, `active eq "banana"`, `active eq 1`, `active lt "true"`, `emails[primary ge true]`,
		`userName eq 5`, `userName eq true`, `userName gt null`, `userName co null`, `active lt null`, `title eq -1.5`,
		`meta.created eq "yesterday"`, `meta.created eq "2021-09-23"`, `meta.created co "2021"`, `meta.created eq true`, `meta.location eq "x"`, `meta eq "x"`,
		`name eq "x"`, `addresses eq "x"`, `name[familyName eq "x"]`, `userName[value eq "x"]`, `groups.$ref eq "x"`, `groups[$ref pr]`, `schemas eq "x"`,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:color eq "x"`, `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr`,
		`urn:example:params:2.0:User:x[a pr]`, `urn:example:params:2.0:User:x eq 5`, `urn:example:params:2.0:User:x gt true`, `urn:example:params:2.0:User:x co false`,
		`not (userNam eq "x")`, `userName pr or userNam pr`, `userName pr and userNam pr`, `members eq "x"`,
	} {
		n, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if err := Check(schema.User, n); !errors.Is(err, schema.ErrFilter) {
			t.Errorf("%s is let through: %v", text, err)
		}
		if got, err := Match(schema.User, n, resource(t, anna)); err == nil || got {
			t.Errorf("%s matches: %v, %v", text, got, err)
		}
	}
}

// PATCH changes the elements that its brackets name; another one changed is a
// person's private address shown as their work's.
func TestMatchElementLooksAtOneElement(t *testing.T) {
	emails, _ := schema.User.Find(schema.Path{Attr: "emails"})
	members, _ := schema.Group.Find(schema.Path{Attr: "members"})
	work := map[string]any{"value": "Anna@halden.example", "type": "work", "primary": true}
	for _, c := range []struct {
		attr    *schema.Attribute
		where   string
		element any
		want    bool
	}{
		{emails, `type eq "WORK"`, work, true},
		{emails, `type eq "work" and not (primary eq "true")`, work, false},
		{emails, `value eq "anna@HALDEN.example" or type eq "home"`, work, true},
		{members, `value eq "A"`, map[string]any{"value": "a"}, false},
		{members, `value eq "a"`, "a", true},
		{nil, `COLOR eq "Red"`, map[string]any{"color": "red"}, true},
		{nil, `color eq true`, map[string]any{"color": "true"}, false},
		{nil, `value eq "x"`, "X", true},
	} {
		target, err := ParseTarget("x[" + c.where + "]")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := MatchElement(c.attr, target.Where, c.element); err != nil || got != c.want {
			t.Errorf("%s of %v: %v, %v", c.where, c.element, got, err)
		}
	}
	target, _ := ParseTarget(`emails[colour eq "red"]`)
	if _, err := MatchElement(emails, target.Where, work); !errors.Is(err, schema.ErrFilter) {
		t.Errorf("an unknown sub-attribute: %v", err)
	}
}
