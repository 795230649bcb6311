package filter

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	oracle "github.com/scim2/filter-parser/v2"
	"pgregory.net/rapid"

	"gatehouse/scim/schema"
)

// Where we read the grammar of RFC 7644 in our own way, providers that were
// tried against other servers find other people here.
func TestTheStandardsGrammarIsReadAsOthersReadIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawStandard(t, 4)
		text := recased(t, Print(n))
		theirs, err := oracle.ParseFilterNumber([]byte(text))
		if err != nil {
			t.Fatalf("the oracle cannot read %s: %v", text, err)
		}
		ours, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := fromOracle(theirs); !reflect.DeepEqual(got, ours) {
			t.Fatalf("%s\nours   %#v\ntheirs %#v", text, ours, got)
		}
	})
}

// A path that others read as another attribute changes another attribute.
func TestTheStandardsPathsAreReadAsOthersReadThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := Target{Path: drawStandardPath(t)}
		if rapid.Bool().Draw(t, "filtered") {
			target.Where = drawElement(t)
			target.Sub = rapid.SampledFrom([]string{"", "value"}).Draw(t, "behind")
		}
		text := target.String()
		theirs, err := oracle.ParsePathNumber([]byte(text))
		if err != nil {
			t.Fatalf("the oracle cannot read %s: %v", text, err)
		}
		got := Target{Path: pathFromOracle(theirs.AttributePath), Sub: theirs.SubAttributeName()}
		if theirs.ValueExpression != nil {
			got.Where = fromOracle(theirs.ValueExpression)
		}
		if !reflect.DeepEqual(got, target) {
			t.Fatalf("%s\nours   %#v\ntheirs %#v", text, target, got)
		}
	})
}

// drawStandard makes what both grammars have: the oracle leaves escapes in
// strings as they are, and takes two comparisons at most between brackets.
func drawStandard(t *rapid.T, depth int) Node {
	kinds := 6
	if depth == 0 {
		kinds = 2
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return Present{drawStandardPath(t)}
	case 2:
		return And{drawStandard(t, depth-1), drawStandard(t, depth-1)}
	case 3:
		return Or{drawStandard(t, depth-1), drawStandard(t, depth-1)}
	case 4:
		return Not{drawStandard(t, depth-1)}
	case 5:
		return Some{drawStandardPath(t), drawElement(t)}
	}
	return Compare{drawStandardPath(t), ops.Draw(t, "op"), drawPlainValue(t)}
}

func drawStandardPath(t *rapid.T) schema.Path {
	p := drawPath(t, false)
	if strings.HasPrefix(p.URN, "urn:example") { // the oracle knows fewer signs in them
		p.URN = "urn:example:2.0:User"
	}
	return p
}

func drawElement(t *rapid.T) Node {
	one := func() Node {
		if rapid.Bool().Draw(t, "present") {
			return Present{drawPath(t, true)}
		}
		return Compare{drawPath(t, true), ops.Draw(t, "op"), drawPlainValue(t)}
	}
	n := one()
	switch rapid.IntRange(0, 3).Draw(t, "joined") {
	case 1:
		n = And{n, one()}
	case 2:
		n = Or{n, one()}
	case 3:
		return Not{n}
	}
	return n
}

func drawPlainValue(t *rapid.T) any {
	switch v := values.Draw(t, "value").(type) {
	case string:
		return strings.Map(func(r rune) rune {
			if r < ' ' || r == '"' || r == '\\' || r > 0xffff {
				return 'x'
			}
			return r
		}, v)
	case json.Number:
		return json.Number(strings.ReplaceAll(string(v), "e+", "e"))
	default:
		return v
	}
}

// recased writes operators and keywords as some providers do.
func recased(t *rapid.T, text string) string {
	if !rapid.Bool().Draw(t, "recased") {
		return text
	}
	return strings.NewReplacer(" eq ", " Eq ", " and ", " AND ", " or ", " Or ", "not (", "NOT (", " pr", " PR").Replace(text)
}

func fromOracle(e oracle.Expression) Node {
	switch e := e.(type) {
	case *oracle.LogicalExpression:
		if e.Operator == oracle.AND {
			return And{fromOracle(e.Left), fromOracle(e.Right)}
		}
		return Or{fromOracle(e.Left), fromOracle(e.Right)}
	case *oracle.NotExpression:
		return Not{fromOracle(e.Expression)}
	case *oracle.ValuePath:
		return Some{pathFromOracle(e.AttributePath), fromOracle(e.ValueFilter)}
	case *oracle.AttributeExpression:
		if e.Operator == oracle.PR {
			return Present{pathFromOracle(e.AttributePath)}
		}
		return Compare{pathFromOracle(e.AttributePath), Op(e.Operator), e.CompareValue}
	}
	panic("the oracle has learnt something new")
}

func pathFromOracle(p oracle.AttributePath) schema.Path {
	return schema.Path{URN: p.URI(), Attr: p.AttributeName, Sub: p.SubAttributeName()}
}
