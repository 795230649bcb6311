package patch

import (
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// fitting are the places of the elements that fit what stands in brackets.
func (l list) fitting(where filter.Node, values []any) ([]int, error) {
	if err := l.w.spend(matching * (len(values) + 1) * clauses(where)); err != nil {
		return nil, err
	}
	if _, err := filter.BindElement(l.known(), where); err != nil {
		return nil, err
	}
	var at []int
	for i, v := range values {
		fits, err := filter.MatchElement(l.known(), where, v)
		if err != nil {
			return nil, err
		}
		if fits {
			at = append(at, i)
		}
	}
	return at, nil
}

// matching is how many comparisons of values one of a filter takes as long as.
const matching = 8

// clauses counts the comparisons of a filter.
func clauses(n filter.Node) int {
	switch n := n.(type) {
	case filter.And:
		return clauses(n.Left) + clauses(n.Right)
	case filter.Or:
		return clauses(n.Left) + clauses(n.Right)
	case filter.Not:
		return clauses(n.Of)
	}
	return 1
}

// pairs are the values that the brackets ask for, as an element; false where
// they ask for anything but equality of all.
func (l list) pairs(where filter.Node) (map[string]any, bool) {
	pairs := map[string]any{}
	if !gatherPairs(where, pairs) {
		return nil, false
	}
	element, err := l.a.Element(pairs)
	object, ok := element.(map[string]any)
	return object, ok && err == nil
}

func gatherPairs(n filter.Node, pairs map[string]any) bool {
	switch n := n.(type) {
	case filter.And:
		return gatherPairs(n.Left, pairs) && gatherPairs(n.Right, pairs)
	case filter.Compare:
		key := schema.KeyOf(pairs, n.Path.Attr)
		if there, twice := pairs[key]; twice && !schema.Same(there, n.Value) || n.Op != filter.Eq || n.Value == nil {
			return false
		}
		pairs[key] = n.Value
		return true
	}
	return false
}
