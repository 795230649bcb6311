package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func (w *world) names(r reply) []string {
	var names []string
	for i := 0; ; i++ {
		name := r.get(fmt.Sprintf("data.%d.name", i))
		if name == "" {
			return names
		}
		names = append(names, name)
	}
}

// autoPagination walks by these cursors: a row that is left out or comes twice
// is a customer that a sync forgets.
func TestWalkingAList(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var oldest []string
		for i := range 7 {
			name := fmt.Sprintf("O%d", i)
			w.organization(name)
			oldest = append(oldest, name)
		}
		newest := slices.Clone(oldest)
		slices.Reverse(newest)
		for order, want := range map[string][]string{"": newest, "desc": newest, "asc": oldest} {
			var pages [][]string
			at := "/organizations?limit=3&order=" + order
			r := w.must("GET", at, "")
			for r.get("list_metadata.after") != "" {
				pages = append(pages, w.names(r))
				r = w.must("GET", at+"&after="+r.get("list_metadata.after"), "")
			}
			pages = append(pages, w.names(r))
			if got := slices.Concat(pages...); !slices.Equal(got, want) {
				t.Errorf("forward %q: %v, want %v", order, got, want)
			}
			for i := len(pages) - 2; i >= 0; i-- {
				r = w.must("GET", at+"&before="+r.get("list_metadata.before"), "")
				if !slices.Equal(w.names(r), pages[i]) {
					t.Errorf("back %q: %v, want %v", order, w.names(r), pages[i])
				}
			}
			if r.get("list_metadata.before") != "" {
				t.Errorf("there is nothing before the first page, but %s", r.body)
			}
		}
		first := w.must("GET", "/organizations?limit=3&order=normal", "")
		if !slices.Equal(w.names(first), newest[:3]) || first.get("list_metadata.before") == "" {
			t.Errorf("order=normal: %s", first.body)
		}
	})
}

// A cursor is an id that the list gave out; everything else is refused, so that
// nobody reads a list that silently begins elsewhere.
func TestCursorsThatAreRefused(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		other := w.organization("Other")
		user := w.user("ines@halden.example")
		lists := []string{"/organizations", "/user_management/users", membershipPath + "?organization_id=" + org, "/api_keys", "/audit_logs/events", redirectPath,
			"/user_management/users/" + user + "/sessions"}
		for _, list := range lists {
			for query, field := range map[string]string{
				"after=org_01ARZ3NDEKTSV4RRFFQ69G5FAV": "", "before=x": "", "after=" + strings.Repeat("a", 100): "", "after=" + string(w.system) + "'": "",
				"limit=0": "limit", "limit=101": "limit", "limit=ten": "limit", "limit=-1": "limit", "order=newest": "order", "after=" + org + "&before=" + other: "before",
			} {
				joint := "?"
				if strings.Contains(list, "?") {
					joint = "&"
				}
				r := w.do("GET", list+joint+query, "")
				if r.status != 422 || r.get("code") == "" || field != "" && r.get("errors.0.field") != field {
					t.Errorf("%s %s: %d %s", list, query, r.status, r.body)
				}
			}
		}
		key := w.orgKey(org)
		if r := w.send(key, "GET", "/organizations?after="+other, ""); r.status != 422 {
			t.Errorf("another organization's id is a cursor: %d %s", r.status, r.body)
		}
	})
}

// Lists of values come in three forms, one for each kind of SDK.
func TestArraysInQueries(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		for _, name := range []string{"a", "b", "c"} {
			w.must("POST", "/organizations", fmt.Sprintf(`{"name":%q,"domains":["%s.example"]}`, name, name))
		}
		for _, query := range []string{"domains=a.example,b.example", "domains=a.example&domains=b.example", "domains[]=a.example&domains[]=b.example"} {
			if got := w.names(w.must("GET", "/organizations?"+query, "")); !slices.Equal(got, []string{"b", "a"}) {
				t.Errorf("%s: %v", query, got)
			}
		}
	})
}
