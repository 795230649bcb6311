package browser

import (
	"strings"
	"testing"
)

// Of two members of one name a proxy may check the first and we take the last;
// nesting without end costs memory that nobody asked for.
func TestShapeOfBodies(t *testing.T) {
	deep := strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)
	for body, fine := range map[string]bool{
		`{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]}`: true,
		`{"metadata":{"Key":"1","key":"2"}}`:        true,
		deep:                                        true,
		`"text"`:                                    true,
		`{"a":1,"a":2}`:                             false,
		`{"email":"a","Email":"b"}`:                 false,
		`{"user_agent":"a","u\u017fer_agent":"b"}`: false, // encoding/json takes a long s for an s
		`{"a":{"b":1,"b":2}}`:                      false,
		`[{"b":1,"b":2}]`:                          false,
		`{"a":"x","x":"a","a":1}`:                  false,
		"[" + deep + "]":                           false,
		`{"a":`:                                    false,
		strings.Repeat(`{"a":`, 200_000):           false,
		`{"a":1} trailing`:                         false,
	} {
		var target any
		if err := Decode([]byte(body), &target); (err == nil) != fine {
			t.Errorf("%.60s: %v", body, err)
		}
	}
}
