package patch

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/internal/problem"
	"gatehouse/scim/schema"
)

// The values are few, so that they meet.
var (
	texts    = rapid.SampledFrom([]string{"", "x", "X", "y", "é", `q"\`})
	kinds    = rapid.SampledFrom([]string{"", "work", "Work", "home"})
	booleans = rapid.SampledFrom([]string{"", "true", "false"})
	flags    = rapid.SampledFrom([]string{"", "true", "False", "TRUE", "banana"})
)

func drawEmail(t *rapid.T) email {
	return email{texts.Draw(t, "value"), kinds.Draw(t, "type"), rapid.SampledFrom([]string{"", "d"}).Draw(t, "display"), booleans.Draw(t, "primary")}
}

func drawPerson(t *rapid.T) person {
	p := person{
		userName: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "userName"), title: texts.Draw(t, "title"), department: texts.Draw(t, "department"),
		active: rapid.Bool().Draw(t, "active"), given: texts.Draw(t, "given"), family: texts.Draw(t, "family"),
		manager: texts.Draw(t, "manager"), managerName: texts.Draw(t, "managerName"),
	}
	primaries := 0
	for range rapid.IntRange(0, 4).Draw(t, "emails") {
		e := drawEmail(t)
		if e.primary == "true" {
			if primaries++; primaries > 1 {
				e.primary = "false"
			}
		}
		if e != (email{}) {
			p.emails = append(p.emails, e)
		}
	}
	return p
}

func drawStep(t *rapid.T) step {
	s := step{
		op: rapid.SampledFrom([]string{"add", "replace", "remove"}).Draw(t, "op"),
		path: rapid.SampledFrom([]string{
			"userName", "title", "active", "department", "name", "name.givenName", "manager", "manager.value", "manager.displayName",
			"emails", "emails[]", "emails[].value", "emails[].type", "emails[].display", "emails[].primary",
			"emails", "emails[]", "emails[].value", "emails[].primary",
		}).Draw(t, "path"),
	}
	switch {
	case s.path == "active" || strings.HasSuffix(s.path, ".primary"):
		s.text = flags.Draw(t, "flag")
	case strings.HasSuffix(s.path, ".type"):
		s.text = kinds.Draw(t, "kind")
	default:
		s.text = texts.Draw(t, "text")
	}
	for i := range s.name {
		if rapid.Bool().Draw(t, "named") {
			v := texts.Draw(t, "name")
			s.name[i] = &v
		}
	}
	for range rapid.IntRange(1, 2).Draw(t, "clauses") {
		name := rapid.SampledFrom([]string{"value", "type", "type", "display", "primary"}).Draw(t, "by")
		value := map[string]*rapid.Generator[string]{"value": rapid.SampledFrom([]string{"x", "y"}), "type": rapid.SampledFrom([]string{"work", "home"}),
			"display": rapid.Just("d"), "primary": rapid.SampledFrom([]string{"true", "false"})}[name].Draw(t, "is")
		s.where = append(s.where, pair{name, value})
	}
	switch s.path {
	case "emails":
		for range rapid.IntRange(0, 3).Draw(t, "list") {
			s.list = append(s.list, drawEmail(t))
		}
		s.bare = s.op == "remove" && rapid.Bool().Draw(t, "bare")
	case "emails[]":
		s.list = []email{{value: "z", primary: booleans.Draw(t, "primary"), kind: kinds.Draw(t, "type")}}
	}
	if !strings.Contains(s.path, "[]") {
		s.where = nil
	}
	return s
}

// The model was written without the package: where the two differ, one of them is
// wrong, and somebody's address or role with it.
func TestPatchAgreesWithANaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPerson(t)
		r, err := schema.User.Normalize(p.document())
		if err != nil {
			t.Fatal(err)
		}
		steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 6).Draw(t, "steps")
		var bodies []string
		bad := ""
		for _, s := range steps {
			bodies = append(bodies, s.String())
			if bad == "" {
				p, bad = s.do(p)
			}
		}
		operations, err := Read([]byte(ops(strings.Join(bodies, ","))))
		if err != nil {
			t.Fatal(err)
		}
		got, err := User(r, operations)
		switch refused := problem.As(err); {
		case bad != "":
			if refused == nil || refused.Code != bad {
				t.Fatalf("want %s, got %v, %v\n%v", bad, got, err, bodies)
			}
			return
		case err != nil:
			t.Fatalf("%v\n%v", err, bodies)
		}
		want, err := schema.User.Normalize(p.document())
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(want) {
			t.Fatalf("\n%v\n got %v\nwant %v", bodies, got, want)
		}
	})
}

// Entra repeats what did not reach it in time; the second time nothing may change,
// or every sync wakes whoever listens.
func TestAnOperationThatIsRepeatedChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, err := schema.User.Normalize(drawPerson(t).document())
		if err != nil {
			t.Fatal(err)
		}
		s := drawStep(t)
		if s.changesItsBrackets() || s.namesOneTwice() {
			return // the second time it is another operation
		}
		operations, err := Read([]byte(ops(s.String())))
		if err != nil {
			t.Fatal(err)
		}
		once, err := User(r, operations)
		if err != nil {
			return
		}
		twice, err := User(once, operations)
		if err != nil || !once.Equal(twice) {
			t.Fatalf("%s\n%v\nonce  %v\ntwice %v, %v", s, r, once, twice, err)
		}
	})
}

// changesItsBrackets reports whether a step may write what its brackets ask for;
// one that becomes primary changes others.
func (s step) changesItsBrackets() bool {
	return slices.ContainsFunc(s.where, func(p pair) bool {
		if p.name == "primary" || s.path == "emails[]."+p.name {
			return true
		}
		return s.path == "emails[]" && *s.list[0].field(p.name) != ""
	})
}

// namesOneTwice reports whether a step's list has elements that are not told apart
// by a value of their own.
func (s step) namesOneTwice() bool {
	seen := map[string]bool{}
	for _, e := range s.list {
		key := strings.ToLower(e.value)
		if key == "" || seen[key] {
			return true
		}
		seen[key] = true
	}
	return false
}
