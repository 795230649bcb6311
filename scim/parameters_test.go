package scim

import (
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/problem"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

func parametersOf(t *testing.T, query string) (parameters, error) {
	t.Helper()
	r := httptest.NewRequest("GET", "/scim/v2/d/Users", nil)
	r.URL = &url.URL{Path: r.URL.Path, RawQuery: query}
	return (&call{Context: echo.New().NewContext(r, httptest.NewRecorder())}).parameters()
}

// A page that begins or ends where the provider did not ask makes it delete
// people whom it did not see.
func TestListsAreAskedForAsTheStandardSays(t *testing.T) {
	for query, want := range map[string][2]int{
		"":                                      {1, usualCount},
		"startIndex=101&count=100":              {101, 100},
		"startIndex=0&count=-5":                 {1, 0},
		"startIndex=-1":                         {1, usualCount},
		"count=0":                               {1, 0},
		"count=201":                             {1, schema.MaxResults},
		"STARTINDEX=2&Count=3":                  {2, 3},
		"startIndex=99999999999999999999999999": {farthest, usualCount},
		"startIndex=-99999999999999999999":      {1, usualCount},
		"count=99999999999999999999":            {1, schema.MaxResults},
		"count=%2B5":                            {1, 5},
		"count=":                                {1, usualCount},
	} {
		p, err := parametersOf(t, query)
		if err != nil {
			t.Fatal(query, err)
		}
		q, err := p.search()
		if err != nil || q.StartIndex != want[0] || q.Count != want[1] {
			t.Errorf("%s: from %d, %d: %v", query, q.StartIndex, q.Count, err)
		}
	}
	for _, query := range []string{"count=ten", "count=1.5", "startIndex=1e3", "startIndex=--1", "startIndex=0x10", "count=1&count=2", "count=1&COUNT=2", "sortOrder=sideways", "filter=%00", "filter=%ff", "filter=%zz", "startIndex=1 2"} {
		p, err := parametersOf(t, query)
		if err == nil {
			_, err = p.search()
		}
		if e := problem.As(err); e == nil || e.Status() != 400 || e.Code != "invalidValue" {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// A semicolon in a filter is a character of it, and a plus a space.
func TestFiltersAreReadWholeFromTheAddress(t *testing.T) {
	for query, want := range map[string]string{
		`filter=userName eq "a;b"`:                  `userName eq "a;b"`,
		`filter=userName+eq+%22o%27neil%2Bx%25_%22`: `userName eq "o'neil+x%_"`,
		`filter=userName%20eq%20%22J%C3%B8rgen%22`:  `userName eq "Jørgen"`,
		`excludedAttributes=members&filter=%20%20`:  ``,
	} {
		p, err := parametersOf(t, query)
		if err != nil {
			t.Fatal(query, err)
		}
		q, err := p.search()
		if err != nil || q.Filter != nil && filter.Print(q.Filter) != want || q.Filter == nil && want != "" {
			t.Errorf("%s: %v, %v", query, q.Filter, err)
		}
	}
}

// Whoever reads only what changed, or writes only over what they know, goes by
// these tags.
func TestEntityTagsCompareWeakly(t *testing.T) {
	for list, want := range map[string]bool{`W/"3"`: true, `"3"`: true, `*`: true, `"1", W/"3"`: true, `W/"33"`: false, `3`: false, `""`: false, `W/"2"`: false, `,`: false, `W/ "3"`: false} {
		if tagged(list, 3) != want {
			t.Errorf("%s: %v", list, !want)
		}
	}
}

// Media types with whatever charset are SCIM's or JSON; a form or a page of
// another site's is neither.
func TestMediaTypes(t *testing.T) {
	for header, ok := range map[string]bool{"": true, "application/scim+json": true, "application/json": true, "Application/SCIM+JSON; charset=utf-8": true, "application/json;charset=\"UTF-8\"": true,
		"application/json; charset": true, "application/scim+json; odata=verbose": true, "text/plain": false, "application/x-www-form-urlencoded": false, "multipart/form-data; boundary=x": false, "json": false, ";": false} {
		if err := checkMedia(header); (err == nil) != ok {
			t.Errorf("%q: %v", header, err)
		}
	}
}
