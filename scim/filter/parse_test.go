package filter

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/problem"
	"gatehouse/scim/schema"
)

func attr(name string) schema.Path { return schema.Path{Attr: name} }

func is(name string, op Op, value any) Compare { return Compare{attr(name), op, value} }

// Whoever reads a filter of Okta's or Entra's otherwise finds the wrong person,
// and the provider creates or deactivates them.
func TestAFilterMeansWhatItSays(t *testing.T) {
	const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	work := is("type", Eq, "work")
	for text, want := range map[string]Node{
		`userName eq "x"`:         is("userName", Eq, "x"),
		`a pr or b pr and c pr`:   Or{Present{attr("a")}, And{Present{attr("b")}, Present{attr("c")}}},
		`(a pr or b pr) and c pr`: And{Or{Present{attr("a")}, Present{attr("b")}}, Present{attr("c")}},
		`a pr and b pr and c pr`:  And{And{Present{attr("a")}, Present{attr("b")}}, Present{attr("c")}},
		`not (a pr) and b pr`:     And{Not{Present{attr("a")}}, Present{attr("b")}},
		`NOT(a pr)`:               Not{Present{attr("a")}},
		`not eq "x"`:              is("not", Eq, "x"),
		`  ( a   PR  )  `:         Present{attr("a")},
		`(ActiVe eq true) and meta.lastmodified ge "2021-09-23T19:35:41.8420572Z"`: And{is("ActiVe", Eq, true), Compare{schema.Path{Attr: "meta", Sub: "lastmodified"}, Ge, "2021-09-23T19:35:41.8420572Z"}},
		`emails[type eq "work"]`:                             Some{attr("emails"), work},
		`emails[type eq "work" and not (value co "@a")]`:     Some{attr("emails"), And{work, Not{is("value", Co, "@a")}}},
		`emails[type eq "work"].value Eq "x"`:                Some{attr("emails"), And{work, is("value", Eq, "x")}},
		`emails[type eq "work" or primary eq true].value pr`: Some{attr("emails"), And{Or{work, is("primary", Eq, true)}, Present{attr("value")}}},
		`roles[primary eq "True"].value eq "admin"`:          Some{attr("roles"), And{is("primary", Eq, "True"), is("value", Eq, "admin")}},
		enterprise + `:manager.value eq "u"`:                 Compare{schema.Path{URN: enterprise, Attr: "manager", Sub: "value"}, Eq, "u"},
		enterprise + `:employeeNumber sw "1"`:                Compare{schema.Path{URN: enterprise, Attr: "employeeNumber"}, Sw, "1"},
		`members[$ref eq null]`:                              Some{attr("members"), is("$ref", Eq, nil)},
		`a eq -1.5e3 or b ne 0`:                              Or{is("a", Eq, json.Number("-1.5e3")), is("b", Ne, json.Number("0"))},
		`a eq "+'%_\" or 1=1 \\ é\u00e9\n😀"`:                 is("a", Eq, "+'%_\" or 1=1 \\ éé\n😀"),
		`a eq "x)" or b eq "]"`:                              Or{is("a", Eq, "x)"), is("b", Eq, "]")},
	} {
		got, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %#v\nwant %#v", text, got, want)
		}
	}
}

// A PATCH whose path is read otherwise changes something else of a person.
func TestATargetMeansWhatItSays(t *testing.T) {
	const user = "urn:ietf:params:scim:schemas:core:2.0:User"
	for text, want := range map[string]Target{
		`active`:                                {Path: attr("active")},
		`name.familyName`:                       {Path: schema.Path{Attr: "name", Sub: "familyName"}},
		user + `:active`:                        {Path: schema.Path{URN: user, Attr: "active"}},
		`members[value eq "a" or value eq "b"]`: {Path: attr("members"), Where: Or{is("value", Eq, "a"), is("value", Eq, "b")}},
		`emails[type eq "work"].value`:          {Path: attr("emails"), Where: is("type", Eq, "work"), Sub: "value"},
	} {
		got, err := ParseTarget(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %#v\nwant %#v", text, got, want)
		}
		if got.String() != text {
			t.Errorf("%s is written as %s", text, got)
		}
	}
}

// What cannot be read must be refused: a filter that is let through as "none"
// answers the whole directory, and a provider takes the first one in it.
func TestWhatCannotBeReadIsRefused(t *testing.T) {
	for _, text := range []string{
		``, ` `, `x`, `x eq`, `x eq `, `x eq y`, `x eq 'y'`, `x eq "y`, `x eq "y\"`, `x eq "\x"`, `x eq "\u0000"`, "x eq \"a\x00\"", "x eq \"\xff\"",
		`x == "y"`, `x eq "y" "z"`, `x eq "y" and`, `x eq "y" or or z pr`, `and x pr`, `(x pr`, `x pr)`, `()`, `not x pr`, `not ()`, `x eq True`, `x eq 01`, `x eq +1`, `x eq 1a`, `x eq [1]`, `x eq {}`,
		`emails[]`, `emails[type eq "work"`, `emails[type eq "work"].`, `emails[type eq "work"].value`, `emails[type eq "work"].a.b eq "x"`,
		`emails[emails[type pr]]`, `emails[a.b pr]`, `emails[urn:a:b pr]`, `x. eq "y"`, `.x eq "y"`, `:x pr`, `a:1 pr`, `a.b.c eq "y"`, `é pr`, `x  "eq" "y"`, `x pr y pr`, `x pr "y"`,
		`userName eq "a" or 1=1`, `userName eq "a"; drop table users`, `x pr andy pr`,
	} {
		if n, err := Parse(text); !errors.Is(err, schema.ErrFilter) {
			t.Errorf("%q is read as %#v, %v", text, n, err)
		}
	}
	for _, text := range []string{``, `x `, ` x`, `x.y.z`, `x[`, `x[]`, `x[a pr]y`, `x[a pr].`, `x[a pr].b.c`, `x[a pr][b pr]`, `x eq "y"`, `x[a eq b]`, `/x`, `x/y`} {
		if n, err := ParseTarget(text); !errors.Is(err, schema.ErrPath) {
			t.Errorf("%q is read as %#v, %v", text, n, err)
		}
	}
}

// A refusal is read by somebody in front of their provider's log.
func TestARefusalNamesThePlace(t *testing.T) {
	_, err := Parse(`displayName eq "Çelik" and title eq Sales`)
	want := `The filter cannot be read: at character 37 it needs a value: "text" in quotation marks, a number, true, false or null, but there is Sales.`
	if p := problem.As(err); p == nil || p.Message != want {
		t.Errorf("got %v", err)
	}
}

// Who holds one directory's token must not be able to keep the server busy for
// everybody else.
func TestHugeFiltersAreRefusedAtOnce(t *testing.T) {
	clause := `userName eq "x"`
	for name, text := range map[string]string{
		"a megabyte":                        clause + strings.Repeat(" or "+clause, 1<<20/len(clause)),
		"a megabyte of one string":          `userName eq "` + strings.Repeat("a", 1<<20) + `"`,
		"ten thousand parentheses":          strings.Repeat("(", 10_000) + clause + strings.Repeat(")", 10_000),
		"eight thousand open parentheses":   strings.Repeat("(", 8_000),
		"not of not":                        strings.Repeat("not(", 2_000),
		"a hundred and one clauses":         clause + strings.Repeat(" or "+clause, 100),
		"brackets in parentheses, too many": strings.Repeat("(", 32) + `a[b pr]` + strings.Repeat(")", 32),
		"backslashes":                       `userName eq "` + strings.Repeat(`\`, 8_000),
		"spaces":                            "userName" + strings.Repeat(" ", 8_000),
		"a regular expression's nightmare":  `userName eq "` + strings.Repeat("a", 4_000) + strings.Repeat(" ", 4_000) + "!",
	} {
		started := time.Now()
		if _, err := Parse(text); !errors.Is(err, schema.ErrFilter) {
			t.Errorf("%s: %v", name, err)
		} else if len(err.Error()) > 300 {
			t.Errorf("%s: the refusal has %d bytes", name, len(err.Error()))
		}
		if _, err := ParseTarget(text); !errors.Is(err, schema.ErrPath) {
			t.Errorf("%s as a path: %v", name, err)
		}
		if took := time.Since(started); took > 50*time.Millisecond {
			t.Errorf("%s took %v", name, took)
		}
	}
	hundred := clause + strings.Repeat(" or "+clause, 99)
	if _, err := Parse(hundred); err != nil {
		t.Errorf("a hundred clauses: %v", err)
	}
	if _, err := Parse(strings.Repeat("(", 32) + clause + strings.Repeat(")", 32)); err != nil {
		t.Errorf("thirty-two parentheses: %v", err)
	}
}
