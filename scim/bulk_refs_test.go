package scim

import (
	"strings"
	"testing"
	"time"
)

// A text of a Bulk that is nothing but references would keep a processor busy
// for hours, and with it everybody else, if each of them had it gone through
// again.
func TestATextFullOfReferencesIsGoneThroughOnce(t *testing.T) {
	b := &batch{by: map[string]int{"a": 0}, ops: []*operation{{state: done, id: "directory_user_1"}}}
	for text, want := range map[string]string{
		`members[value eq "bulkId:a"]`:                            `members[value eq "directory_user_1"]`,
		`members[value eq "bulkId:a" or value eq "bulkId:a"]`:     `members[value eq "directory_user_1" or value eq "directory_user_1"]`,
		`https://auth.example/Users/bulkId:a`:                     `https://auth.example/Users/directory_user_1`,
		`her note on "bulkId:b", and on bulkId:a, stays as it is`: `her note on "bulkId:b", and on bulkId:a, stays as it is`,
		`"bulkId:b" and "bulkId:a"`:                               `"bulkId:b" and "directory_user_1"`,
	} {
		if got, err := b.within(text); got != want || err != nil {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	const many = 200_000
	began := time.Now()
	got, err := b.within(strings.Repeat(`"bulkId:a" `, many))
	if err != nil || got != strings.Repeat(`"directory_user_1" `, many) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if spent := time.Since(began); spent > 10*time.Second {
		t.Errorf("it took %s", spent)
	}
}
