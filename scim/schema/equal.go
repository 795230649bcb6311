package schema

import (
	"encoding/json"
	"math/big"
)

// Equal reports whether r and other say the same: what an identity provider
// repeats changes nothing. Lists are the same in the same order; numbers are,
// where their values are (a database writes 1e2 as 100).
func (r Resource) Equal(other Resource) bool { return Same(map[string]any(r), map[string]any(other)) }

// Same is Equal for any two values of documents.
func Same(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		return sameObject(a, b)
	case []any:
		return sameList(a, b)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(a, b)
	}
	return isScalar(b) && a == b
}

func sameObject(a map[string]any, other any) bool {
	b, ok := other.(map[string]any)
	if !ok || len(a) != len(b) {
		return false
	}
	for key, value := range a {
		there, ok := b[key]
		if !ok || !Same(value, there) {
			return false
		}
	}
	return true
}

func sameList(a []any, other any) bool {
	b, ok := other.([]any)
	if !ok || len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Same(a[i], b[i]) {
			return false
		}
	}
	return true
}

// sameNumber compares values. Decode has bounded their exponents.
func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	x, ok := new(big.Rat).SetString(string(a))
	y, also := new(big.Rat).SetString(string(b))
	return ok && also && x.Cmp(y) == 0
}

// isScalar keeps == from meeting a map or a list, which it cannot compare.
func isScalar(v any) bool {
	switch v.(type) {
	case nil, string, bool:
		return true
	}
	return false
}
