package patch

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/problem"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

func print(n filter.Node) string { return filter.Print(n) }

// What each operation does on each kind of attribute (RFC 7644 §3.5.2): where a
// server differs, the provider writes the same again at every sync, for ever.
func TestOperationsDoWhatTheStandardSays(t *testing.T) {
	for _, s := range []shape{
		{"add sets a single value", `{"userName":"a","title":"o"}`, ops(`{"op":"add","path":"title","value":"n"}`), `{"userName":"a","title":"n"}`},
		{"add merges a complex one", `{"userName":"a","name":{"givenName":"G","familyName":"F"}}`, ops(`{"op":"add","path":"name","value":{"givenName":"N"}}`), `{"userName":"a","name":{"givenName":"N","familyName":"F"}}`},
		{"replace merges a complex one", `{"userName":"a","name":{"givenName":"G","familyName":"F"}}`, ops(`{"op":"replace","path":"name","value":{"givenName":"N"}}`), `{"userName":"a","name":{"givenName":"N","familyName":"F"}}`},
		{"and clears what is not assigned", `{"userName":"a","name":{"givenName":"G","familyName":"F"}}`, ops(`{"op":"replace","path":"name","value":{"givenName":"","familyName":"N"}}`), `{"userName":"a","name":{"familyName":"N"}}`},
		{"null clears", `{"userName":"a","name":{"givenName":"G"},"title":"T"}`, ops(`{"op":"replace","path":"name","value":null},{"op":"replace","value":{"title":null}}`), `{"userName":"a"}`},
		{"an empty object says nothing", `{"userName":"a","name":{"givenName":"G"}}`, ops(`{"op":"replace","path":"name","value":{}}`), `{"userName":"a","name":{"givenName":"G"}}`},
		{"add appends what is not there", `{"userName":"a","emails":[{"value":"x","type":"work"}]}`, ops(`{"op":"add","path":"emails","value":[{"value":"x","type":"work"},{"value":"y","type":"home"}]}`), `{"userName":"a","emails":[{"value":"x","type":"work"},{"value":"y","type":"home"}]}`},
		{"one object is a list of one", `{"userName":"a","emails":[{"value":"x"}]}`, ops(`{"op":"add","path":"emails","value":{"value":"y"}}`), `{"userName":"a","emails":[{"value":"x"},{"value":"y"}]}`},
		{"so is one text", `{"userName":"a","roles":[{"value":"x"}]}`, ops(`{"op":"add","path":"roles","value":"y"}`), `{"userName":"a","roles":[{"value":"x"},{"value":"y"}]}`},
		{"what is there is completed", `{"userName":"a","emails":[{"value":"X","type":"work"}]}`, ops(`{"op":"add","path":"emails","value":[{"value":"x","type":"Work","display":"D"}]}`), `{"userName":"a","emails":[{"value":"x","type":"Work","display":"D"}]}`},
		{"a part of it is there", `{"userName":"a","roles":[{"value":"x","type":"t","display":"d"}]}`, ops(`{"op":"add","path":"roles","value":[{"value":"x"}]}`), `{"userName":"a","roles":[{"value":"x","type":"t","display":"d"}]}`},
		{"another type is another", `{"userName":"a","emails":[{"value":"x","type":"work"}]}`, ops(`{"op":"add","path":"emails","value":[{"value":"x","type":"home"}]}`), `{"userName":"a","emails":[{"value":"x","type":"work"},{"value":"x","type":"home"}]}`},
		{"replace replaces a list", `{"userName":"a","emails":[{"value":"x"},{"value":"y"}]}`, ops(`{"op":"replace","path":"emails","value":[{"value":"z"}]}`), `{"userName":"a","emails":[{"value":"z"}]}`},
		{"by none", `{"userName":"a","emails":[{"value":"x"}]}`, ops(`{"op":"replace","path":"emails","value":[]}`), `{"userName":"a"}`},
		{"replace on brackets changes each match", `{"userName":"a","emails":[{"value":"x","type":"work"},{"value":"y","type":"work"},{"value":"z"}]}`, ops(`{"op":"replace","path":"emails[type eq \"work\"].display","value":"d"}`), `{"userName":"a","emails":[{"value":"x","type":"work","display":"d"},{"value":"y","type":"work","display":"d"},{"value":"z"}]}`},
		{"replace on brackets replaces the element", `{"userName":"a","emails":[{"value":"x","type":"work","display":"d"}]}`, ops(`{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"y"}}`), `{"userName":"a","emails":[{"value":"y","type":"work"}]}`},
		{"add on brackets completes it", `{"userName":"a","emails":[{"value":"x","type":"work","display":"d"}]}`, ops(`{"op":"add","path":"emails[type eq \"work\"]","value":{"value":"y"}}`), `{"userName":"a","emails":[{"value":"y","type":"work","display":"d"}]}`},
		{"brackets without a match make an element", `{"userName":"a"}`, ops(`{"op":"replace","path":"phoneNumbers[type eq \"work\" and primary eq true]","value":{"value":"1"}}`), `{"userName":"a","phoneNumbers":[{"type":"work","primary":true,"value":"1"}]}`},
		{"unless there is nothing to write", `{"userName":"a"}`, ops(`{"op":"replace","path":"emails[type eq \"work\"].value","value":""}`), `{"userName":"a"}`},
		{"remove on brackets", `{"userName":"a","emails":[{"value":"x","type":"work"},{"value":"y"}]}`, ops(`{"op":"remove","path":"emails[type eq \"work\"]"}`), `{"userName":"a","emails":[{"value":"y"}]}`},
		{"remove of a part", `{"userName":"a","emails":[{"value":"x","type":"work"}],"name":{"givenName":"G","familyName":"F"}}`, ops(`{"op":"remove","path":"emails[type eq \"work\"].type"},{"op":"remove","path":"name.givenName"}`), `{"userName":"a","emails":[{"value":"x"}],"name":{"familyName":"F"}}`},
		{"an element of nothing goes", `{"userName":"a","emails":[{"value":"x"}]}`, ops(`{"op":"remove","path":"emails[value eq \"x\"].value"}`), `{"userName":"a"}`},
		{"remove of a list's elements", `{"userName":"a","emails":[{"value":"X","type":"work"},{"value":"x","type":"home"},{"value":"y"}]}`, ops(`{"op":"remove","path":"emails","value":[{"value":"x","type":"work"},{"value":"Y"}]}`), `{"userName":"a","emails":[{"value":"x","type":"home"}]}`},
		{"remove of all", `{"userName":"a","emails":[{"value":"x"}]}`, ops(`{"op":"remove","path":"emails"}`), `{"userName":"a"}`},
		{"remove of something absent", `{"userName":"a"}`, ops(`{"op":"remove","path":"title"},{"op":"remove","path":"emails[type eq \"x\" or value co \"y\"]"},{"op":"remove","path":"name.givenName"},{"op":"remove","path":"urn:x:y:1.0:Z:a"},{"op":"remove","path":"` + enterprise + `"},{"op":"remove","path":"emails","value":[{"value":"x"}]}`), `{"userName":"a"}`},
		{"a sub-attribute of every element", `{"userName":"a","emails":[{"value":"x"},{"value":"y"}]}`, ops(`{"op":"replace","path":"emails.type","value":"work"}`), `{"userName":"a","emails":[{"value":"x","type":"work"},{"value":"y","type":"work"}]}`},
		{"or of the first", `{"userName":"a"}`, ops(`{"op":"add","path":"emails.value","value":"x"}`), `{"userName":"a","emails":[{"value":"x"}]}`},
		{"one that becomes primary takes it from the others", `{"userName":"a","emails":[{"value":"x","primary":true},{"value":"y"}]}`, ops(`{"op":"replace","path":"emails[value eq \"y\"].primary","value":"True"}`), `{"userName":"a","emails":[{"value":"x","primary":false},{"value":"y","primary":true}]}`},
		{"one that comes primary too", `{"userName":"a","emails":[{"value":"x","primary":true}]}`, ops(`{"op":"add","path":"emails","value":[{"value":"y","primary":true}]}`), `{"userName":"a","emails":[{"value":"x","primary":false},{"value":"y","primary":true}]}`},
		{"what is made of brackets is there once", `{"userName":"a","emails":[{"value":"x","type":"work"}]}`, ops(`{"op":"add","path":"emails[type eq \"work\" and primary eq true].value","value":"x"}`), `{"userName":"a","emails":[{"value":"x","type":"work","primary":true}]}`},
		{"nothing said of active changes nothing", `{"userName":"a","active":false}`, ops(`{"op":"replace","value":{"active":null}},{"op":"add","value":{"active":""}}`), `{"userName":"a","active":false}`},
		{"a password is thrown away", `{"userName":"a"}`, ops(`{"op":"replace","path":"password","value":"hunter2"},{"op":"add","value":{"password":"x","title":"T"}}`), `{"userName":"a","title":"T"}`},
		{"keys that are read-only are ignored", `{"userName":"a"}`, ops(`{"op":"replace","value":{"id":"x","meta":{"version":"z"},"groups":[{"value":"g"}],"schemas":["s"],"meta.location":"l","title":"T"}}`), `{"userName":"a","title":"T"}`},
		{"keys that nobody knows are kept", `{"userName":"a"}`, ops(`{"op":"add","value":{"shoe":"43","x.y":1,"a b":"c","name.nick":"N","userName.x":"y","urn:acme:2.0:User:badge":"7","urn:acme:custom":{"k":"v"}}}`), `{"userName":"a","shoe":"43","x.y":1,"a b":"c","name":{"nick":"N"},"userName.x":"y","urn:acme:2.0:User":{"badge":"7"},"urn:acme:custom":{"k":"v"}}`},
		{"a path to what was kept", `{"userName":"a","shoe":"43","name":{"nick":"N"},"sizes":["s"]}`, ops(`{"op":"replace","path":"SHOE","value":"44"},{"op":"replace","path":"name.nick","value":"M"},{"op":"add","path":"sizes","value":["s","m"]}`), `{"userName":"a","shoe":"44","name":{"nick":"M"},"sizes":["s","m"]}`},
		{"a path below somebody's URN", `{"userName":"a"}`, ops(`{"op":"add","path":"urn:acme:2.0:User:badge","value":"7"},{"op":"add","path":"URN:ACME:2.0:USER:door.no","value":"1"},{"op":"add","path":"urn:acme:2.0:User:keys[type eq \"a\"].value","value":"k"}`), `{"userName":"a","urn:acme:2.0:User":{"badge":"7","door":{"no":"1"},"keys":[{"type":"a","value":"k"}]}}`},
		{"somebody's URN as a whole", `{"userName":"a","urn:acme:2.0:User":{"badge":"7"}}`, ops(`{"op":"replace","path":"urn:acme:2.0:User","value":{"door":"1","badge":""}}`), `{"userName":"a","urn:acme:2.0:User":{"door":"1"}}`},
		{"which is removed", `{"userName":"a","urn:acme:2.0:User":{"badge":"7"}}`, ops(`{"op":"remove","path":"urn:acme:2.0:USER"}`), `{"userName":"a"}`},
		{"which has no version", `{"userName":"a","urn:acme:custom":{"badge":"7","b":["x"]}}`, ops(`{"op":"replace","path":"urn:acme:custom","value":{"door":"1"}},{"op":"remove","path":"urn:acme:custom:badge"},{"op":"remove","path":"urn:acme:custom:b","value":[]}`), `{"userName":"a","urn:acme:custom":{"door":"1","b":["x"]}}`},
		{"the enterprise's as a whole", `{"userName":"a","` + enterprise + `":{"department":"D","costCenter":"C"}}`, ops(`{"op":"add","path":"` + strings.ToUpper(enterprise) + `","value":{"Department":"E","costCenter":null,"own":"x"}}`), `{"userName":"a","` + enterprise + `":{"department":"E","own":"x"}}`},
		{"in their order", `{"userName":"a"}`, ops(`{"op":"add","path":"title","value":"1"},{"op":"remove","path":"title"},{"op":"add","path":"title","value":"2"}`), `{"userName":"a","title":"2"}`},
		{"one that becomes blank on the way", `{"userName":"a"}`, ops(`{"op":"replace","path":"userName","value":" "},{"op":"replace","path":"userName","value":"b"}`), `{"userName":"b"}`},
	} {
		s.try(t)
	}
}

// A refusal says what is wrong as the RFC's scimType; with 500 or a wrong word a
// provider repeats it until the whole job is in quarantine.
func TestOperationsThatCannotBeDoneAreRefusedByName(t *testing.T) {
	before := `{"userName":"a","active":true,"name":{"givenName":"G"},"emails":[{"value":"x","type":"work"},{"value":"y","type":"work"}]}`
	for body, want := range map[string]error{
		``:                  schema.ErrSyntax,
		`[]`:                schema.ErrSyntax,
		`{}`:                schema.ErrSyntax,
		`{"Operations":[]}`: schema.ErrSyntax,
		`{"Operations":{}}`: schema.ErrSyntax,
		ops(`"x"`):          schema.ErrSyntax,
		ops(`{}`):           schema.ErrSyntax,
		ops(`{"op":"move","path":"title","value":"x"}`):                                                                   schema.ErrSyntax,
		ops(`{"op":1,"path":"title","value":"x"}`):                                                                        schema.ErrSyntax,
		ops(`{"op":"add","path":"title"}`):                                                                                schema.ErrValue,
		ops(`{"op":"add","path":7,"value":"x"}`):                                                                          schema.ErrPath,
		ops(`{"op":"add","path":"emails[","value":"x"}`):                                                                  schema.ErrPath,
		ops(`{"op":"add","path":"emails[type eq ].value","value":"x"}`):                                                   schema.ErrPath,
		ops(`{"op":"add","path":"name..givenName","value":"x"}`):                                                          schema.ErrPath,
		ops(`{"op":"add","path":"nonsense","value":"x"}`):                                                                 schema.ErrPath,
		ops(`{"op":"add","path":"name.nonsense","value":"x"}`):                                                            schema.ErrPath,
		ops(`{"op":"add","path":"userName.x","value":"x"}`):                                                               schema.ErrPath,
		ops(`{"op":"add","path":"name[givenName eq \"G\"]","value":"x"}`):                                                 schema.ErrPath,
		ops(`{"op":"add","path":"` + enterprise + `:nonsense","value":"x"}`):                                              schema.ErrPath,
		ops(`{"op":"remove","path":"nonsense"}`):                                                                          schema.ErrPath,
		ops(`{"op":"replace","value":{"emails[type eq":"x"}}`):                                                            schema.ErrPath,
		ops(`{"op":"remove"}`):                                                                                            schema.ErrNoTarget,
		ops(`{"op":"remove","path":""}`):                                                                                  schema.ErrNoTarget,
		ops(`{"op":"remove","path":"` + schema.UserURN + `"}`):                                                            schema.ErrNoTarget,
		ops(`{"op":"replace","path":"emails[type ne \"work\"].value","value":"z"}`):                                       schema.ErrNoTarget,
		ops(`{"op":"replace","path":"emails[type eq \"home\" or type eq \"other\"].value","value":"z"}`):                  schema.ErrNoTarget,
		ops(`{"op":"replace","path":"emails[type eq \"home\" and type eq \"other\"].value","value":"z"}`):                 schema.ErrNoTarget,
		ops(`{"op":"replace","path":"emails[nonsense eq \"x\"].value","value":"z"}`):                                      schema.ErrFilter,
		ops(`{"op":"replace","path":"emails[primary gt true].value","value":"z"}`):                                        schema.ErrFilter,
		ops(`{"op":"replace","path":"id","value":"x"}`):                                                                   schema.ErrMutability,
		ops(`{"op":"replace","path":"meta.version","value":"x"}`):                                                         schema.ErrMutability,
		ops(`{"op":"add","path":"groups","value":[{"value":"g"}]}`):                                                       schema.ErrMutability,
		ops(`{"op":"remove","path":"groups[value eq \"g\"]"}`):                                                            schema.ErrMutability,
		ops(`{"op":"replace","path":"` + enterprise + `:manager.$ref","value":"x"}`):                                      schema.ErrMutability,
		ops(`{"op":"remove","path":"active"}`):                                                                            schema.ErrMutability,
		ops(`{"op":"replace","path":"active","value":""}`):                                                                schema.ErrValue,
		ops(`{"op":"replace","path":"active","value":[]}`):                                                                schema.ErrValue,
		ops(`{"op":"replace","path":"active","value":null}`):                                                              schema.ErrValue,
		ops(`{"op":"remove","path":"userName"}`):                                                                          schema.ErrMutability,
		ops(`{"op":"replace","path":"userName","value":""}`):                                                              schema.ErrValue,
		ops(`{"op":"replace","path":"userName","value":" "}`):                                                             schema.ErrValue,
		ops(`{"op":"replace","path":"userName","value":["x"]}`):                                                           schema.ErrValue,
		ops(`{"op":"replace","path":"active","value":"banana"}`):                                                          schema.ErrValue,
		ops(`{"op":"replace","value":{"active":"banana"}}`):                                                               schema.ErrValue,
		ops(`{"op":"replace","value":"x"}`):                                                                               schema.ErrValue,
		ops(`{"op":"replace","value":null}`):                                                                              schema.ErrValue,
		ops(`{"op":"replace","path":"name","value":"x"}`):                                                                 schema.ErrValue,
		ops(`{"op":"replace","path":"name.givenName","value":7}`):                                                         schema.ErrValue,
		ops(`{"op":"replace","path":"emails","value":7}`):                                                                 schema.ErrValue,
		ops(`{"op":"replace","path":"` + enterprise + `","value":"x"}`):                                                   schema.ErrValue,
		ops(`{"op":"add","path":"emails","value":[{"value":"p","primary":true},{"value":"q","primary":"true"}]}`):         schema.ErrValue,
		ops(`{"op":"replace","path":"emails[type eq \"work\"].primary","value":true}`):                                    schema.ErrValue,
		ops(`{"op":"replace","path":"emails.primary","value":true}`):                                                      schema.ErrValue,
		ops(strings.Repeat(`{"op":"add","path":"title","value":"x"},`, 1000) + `{"op":"add","path":"title","value":"x"}`): schema.ErrTooLarge,
		ops(`{"op":"add","path":"roles","value":[` + strings.Repeat(`"r",`, schema.MaxElements) + `"r"]}`):                schema.ErrValue,
		ops(`{"op":"add","path":"title","value":"` + strings.Repeat("x", 300<<10) + `"}`):                                 schema.ErrTooLarge,
	} {
		_, err := patched(t, before, body)
		if !errors.Is(err, want) {
			t.Errorf("%.120s: %v", body, err)
		} else if p := problem.As(err); p.Status() < 400 || p.Status() > 499 || p.Message == "" {
			t.Errorf("%.120s: %v", body, p)
		}
	}
}

// A group's members have values that do not change; and whom a request does not
// name cannot be added.
func TestChangesOfMembersThatCannotBeAreRefused(t *testing.T) {
	for body, want := range map[string]error{
		ops(`{"op":"add","path":"members","value":[{"display":"x"}]}`):                                   schema.ErrValue,
		ops(`{"op":"add","path":"members","value":7}`):                                                   schema.ErrValue,
		ops(`{"op":"add","path":"members[type eq \"User\"]","value":{"display":"x"}}`):                   schema.ErrNoTarget,
		ops(`{"op":"add","path":"members[value eq \"a\" or value eq \"b\"].display","value":"x"}`):       schema.ErrNoTarget,
		ops(`{"op":"replace","path":"members[value eq \"a\"].value","value":"b"}`):                       schema.ErrMutability,
		ops(`{"op":"replace","path":"members[value eq \"a\"]","value":{"value":"b"}}`):                   schema.ErrMutability,
		ops(`{"op":"remove","path":"members[value eq \"a\"].display"}`):                                  schema.ErrMutability,
		ops(`{"op":"replace","path":"members.value","value":"b"}`):                                       schema.ErrMutability,
		ops(`{"op":"remove","path":"members[nonsense eq \"a\"]"}`):                                       schema.ErrFilter,
		ops(`{"op":"remove","path":"displayName"}`):                                                      schema.ErrMutability,
		ops(`{"op":"replace","path":"displayName","value":""}`):                                          schema.ErrValue,
		ops(`{"op":"replace","path":"id","value":"x"}`):                                                  schema.ErrMutability,
		ops(`{"op":"add","path":"userName","value":"x"}`):                                                schema.ErrPath,
		ops(`{"op":"add","path":"members","value":"a"},{"op":"replace","path":"displayName","value":7}`): schema.ErrValue,
	} {
		operations, err := Read([]byte(body))
		if err == nil {
			_, _, err = Group(schema.Resource{"displayName": "g"}, operations)
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Of several operations the administrator must find the one that was refused.
func TestARefusalNamesItsOperation(t *testing.T) {
	_, err := patched(t, `{"userName":"a"}`, ops(`{"op":"add","path":"title","value":"x"},{"op":"add","path":"active","value":"x"}`))
	if p := problem.As(err); p == nil || p.Message != `Operation 2: active must be true or false, not "x".` {
		t.Errorf("%v", err)
	}
	_, err = patched(t, `{"userName":"a"}`, ops(`{"op":"add","path":"emails[type eq \"work\"].primary","value":"x"}`))
	if p := problem.As(err); p == nil || p.Message != `emails.primary must be true or false, not "x".` {
		t.Errorf("%v", err)
	}
}

// Whoever holds a token writes operations, filters and lists; their product must
// not be time that others wait for.
func TestTheEffortOfAPatchIsBounded(t *testing.T) {
	var emails, clauses, filters, names, wide []string
	for i := range 100 {
		emails = append(emails, fmt.Sprintf(`{"value":"e%d"}`, i))
	}
	for i := range 90 {
		clauses = append(clauses, fmt.Sprintf(`value eq \"z%d\"`, i))
	}
	for i := range 900 {
		filters = append(filters, `{"op":"remove","path":"emails[`+strings.Join(clauses, " or ")+`]"}`)
		names = append(names, fmt.Sprintf(`{"op":"add","value":{"name.n%d":1,"name":{"m%d":1},"o%d":1,"urn:a:b:c:d":{"p%d":1}}}`, i, i, i, i))
	}
	for i := range 400 {
		wide = append(wide, fmt.Sprintf(`"w%d":1`, i))
	}
	element := `{"value":"e99",` + strings.Join(wide, ",") + `}`
	for name, body := range map[string]string{
		"filters":  ops(strings.Join(filters, ",")),
		"names":    ops(strings.Join(names, ",")),
		"elements": ops(strings.Repeat(`{"op":"add","path":"emails","value":[`+element+`]},`, 200) + `{"op":"add","path":"emails","value":[` + element + `]}`),
	} {
		start := time.Now()
		_, err := patched(t, `{"userName":"a","emails":[`+strings.Join(emails, ",")+`]}`, body)
		if !errors.Is(err, schema.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}
