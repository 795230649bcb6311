package filter

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/scim/schema"
)

// unbounded reads what Print wrote: parentheses that say how a filter was
// joined may make it a little longer than what was sent.
var unbounded = limits{math.MaxInt, math.MaxInt, math.MaxInt}

var (
	names  = rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9_-]{0,7}`)
	urns   = rapid.SampledFrom([]string{"", "", "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "urn:example:a,b;c=d!2.0"})
	values = rapid.OneOf(
		rapid.String().Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }).AsAny(),
		rapid.Map(rapid.Float64Range(-1e9, 1e9), func(f float64) json.Number { n, _ := json.Marshal(f); return json.Number(n) }).AsAny(),
		rapid.Bool().AsAny(),
		rapid.Just[any](nil),
	)
	ops = rapid.SampledFrom([]Op{Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le})
)

func drawPath(t *rapid.T, inside bool) schema.Path {
	p := schema.Path{Attr: names.Draw(t, "attr")}
	if !inside {
		p.URN = urns.Draw(t, "urn")
		if rapid.Bool().Draw(t, "has sub") {
			p.Sub = names.Draw(t, "sub")
		}
	}
	return p
}

func drawNode(t *rapid.T, depth int, inside bool) Node {
	kinds := 6
	if depth == 0 {
		kinds = 2
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return Present{drawPath(t, inside)}
	case 2:
		return And{drawNode(t, depth-1, inside), drawNode(t, depth-1, inside)}
	case 3:
		return Or{drawNode(t, depth-1, inside), drawNode(t, depth-1, inside)}
	case 4:
		return Not{drawNode(t, depth-1, inside)}
	case 5:
		if !inside {
			return Some{drawPath(t, false), drawNode(t, depth-1, true)}
		}
	}
	return Compare{drawPath(t, inside), ops.Draw(t, "op"), values.Draw(t, "value")}
}

// The recorder shows filters as they were printed: one that reads otherwise
// sends an administrator looking for the wrong fault.
func TestWhatIsPrintedReadsAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNode(t, 5, false)
		text := Print(n)
		again, err := parse(text, unbounded)
		if err != nil || !reflect.DeepEqual(again, n) {
			t.Fatalf("%s\n  is %#v\nwas %#v\n%v", text, again, n, err)
		}
		if twice := Print(again); twice != text {
			t.Fatalf("%s, then %s", text, twice)
		}
		target := Target{Path: drawPath(t, false)}
		if rapid.Bool().Draw(t, "filtered") {
			target.Where = drawNode(t, 3, true)
			target.Sub = rapid.SampledFrom([]string{"", "value"}).Draw(t, "behind")
		}
		if got, err := parseTarget(target.String(), unbounded); err != nil || !reflect.DeepEqual(got, target) {
			t.Fatalf("%s is %#v, %v", target, got, err)
		}
	})
}

// A panic on a provider's filter, or one that reads differently from what the
// log shows of it, is an outage or a wrong search.
func FuzzParse(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse(text)
		if err != nil {
			return
		}
		again, err := parse(Print(n), unbounded)
		if err != nil || !reflect.DeepEqual(again, n) {
			t.Fatalf("%q prints as %q: %v", text, Print(n), err)
		}
	})
}

// Likewise for the paths of PATCH operations.
func FuzzTarget(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		again, err := parseTarget(target.String(), unbounded)
		if err != nil || !reflect.DeepEqual(again, target) {
			t.Fatalf("%q prints as %q: %v", text, target, err)
		}
	})
}
