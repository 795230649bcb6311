package directory_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// A page that misses somebody makes a provider create them again; one that
// shows somebody twice makes it change them twice. People come and go between
// the pages, and a page's place that is remembered must not outlive that.
func TestPagesHoldEveryPlaceOfTheList(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(11, 5))
		c := newCrowd(t, d, 5, 40, 0)
		next := 1
		for range 300 {
			switch r.IntN(12) {
			case 0:
				c.add(t, r)
			case 1:
				c.remove(t, r.IntN(len(c.users)))
			}
			q := directory.Search{StartIndex: next, Count: 1 + r.IntN(9)}
			if chance(r, 40) {
				q.StartIndex = r.IntN(len(c.users)+4) - 1
			}
			ids, total, err := c.find(schema.User, q)
			must(t, err)
			from := min(max(q.StartIndex, 1)-1, len(c.users))
			want := idsOf(c.users[from:min(from+q.Count, len(c.users))])
			if total != int64(len(c.users)) || !slices.Equal(ids, want) {
				t.Fatalf("%+v of %d: %d, %v, want %v", q, len(c.users), total, ids, want)
			}
			if next = from + 1 + len(ids); len(ids) == 0 {
				next = 1
			}
		}
	})
}

func (c *crowd) add(t *testing.T, r *rand.Rand) {
	inOrg(t, c.d, c.org, func(tx *db.OrgTx) error {
		res, err := schema.User.Normalize(anyone(r, r.IntN(1e9)))
		must(t, err)
		u, err := insert(tx, c.dir, res)
		if err == nil {
			c.users = append(c.users, document(u.Resource, string(u.ID), u.CreatedAt, u.UpdatedAt, u.Version, "User"))
		}
		return err
	})
}

func (c *crowd) remove(t *testing.T, i int) {
	inOrg(t, c.d, c.org, func(tx *db.OrgTx) error {
		u, err := directory.HoldUser(tx, c.dir.ID, id.DirectoryUser(c.users[i]["id"].(string)))
		must(t, err)
		return directory.DeleteUser(tx, u)
	})
	c.users = slices.Delete(c.users, i, i+1)
}

func idsOf(docs []map[string]any) []string {
	ids := []string{}
	for _, doc := range docs {
		ids = append(ids, doc["id"].(string))
	}
	return ids
}

// A list that is sorted otherwise than it says breaks whoever compares two of
// them side by side.
func TestListsAreSorted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCrowd(t, d, 9, 60, 0)
		folded := func(path ...string) func(map[string]any) any {
			return func(doc map[string]any) any {
				s, _ := dig(doc, path...).(string)
				return schema.Fold(s)
			}
		}
		for by, key := range map[string]func(map[string]any) any{
			"userName":        folded("userName"),
			"title":           folded("title"),
			"name.familyName": folded("name", "familyName"),
			"externalId":      func(doc map[string]any) any { s, _ := doc["externalId"].(string); return s },
			"active":          func(doc map[string]any) any { return fmt.Sprint(doc["active"]) },
			"meta.lastModified": func(doc map[string]any) any {
				at, _ := time.Parse(stamp, dig(doc, "meta", "lastModified").(string))
				return at
			},
			"meta.created": folded("id"),
			schema.EnterpriseURN + ":manager": func(doc map[string]any) any {
				s, _ := dig(doc, schema.EnterpriseURN, "manager", "value").(string)
				return s
			},
			schema.UserURN + ":NAME.givenname": folded("name", "givenName"),
		} {
			path, err := schema.ParsePath(by)
			must(t, err)
			for _, descending := range []bool{false, true} {
				want := slices.Clone(c.users)
				slices.SortStableFunc(want, func(a, b map[string]any) int {
					return sortedBy(key(a), key(b), a["id"].(string), b["id"].(string), descending)
				})
				for _, q := range []directory.Search{{StartIndex: 1, Count: 200}, {StartIndex: 11, Count: 7}, {StartIndex: 50, Count: 7}, {StartIndex: 58, Count: 7}} {
					q.SortBy, q.Descending = path, descending
					ids, _, err := c.find(schema.User, q)
					must(t, err)
					if part := idsOf(want[q.StartIndex-1 : min(q.StartIndex-1+q.Count, len(want))]); !slices.Equal(ids, part) {
						t.Errorf("%s, descending %v, %d from %d:\n%v, want\n%v", by, descending, q.Count, q.StartIndex, ids, part)
					}
					q.Filter, err = filter.Parse(`id sw "directory"`)
					must(t, err)
					if filtered, _, err := c.find(schema.User, q); err != nil || !slices.Equal(filtered, ids) {
						t.Errorf("%s with a filter: %v, %v", by, filtered, err)
					}
				}
			}
		}
		for _, by := range []string{"password", "name", "emails.type", "groups", "nobody", "urn:example:params:2.0:User:tag"} {
			path, _ := schema.ParsePath(by)
			if _, _, err := c.find(schema.User, directory.Search{SortBy: path, Count: 1}); err == nil {
				t.Errorf("sorted by %s", by)
			}
		}
	})
}

func dig(doc map[string]any, path ...string) any {
	var v any = doc
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// sortedBy puts what is missing last, and first where the order descends.
func sortedBy(a, b any, idA, idB string, descending bool) int {
	n := 0
	switch a := a.(type) {
	case time.Time:
		n = a.Compare(b.(time.Time))
	case string:
		missing := func(s string) int {
			if s == "" {
				return 1
			}
			return 0
		}
		n = cmp.Or(cmp.Compare(missing(a), missing(b.(string))), cmp.Compare(a, b.(string)))
	}
	n = cmp.Or(n, cmp.Compare(idA, idB))
	if descending {
		return -n
	}
	return n
}

// Providers ask for no results, for too many, and for pages before the first
// and behind the last; each has its answer (RFC 7644 §3.4.2.4).
func TestPagesAtTheEdges(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCrowd(t, d, 5, 12, 3)
		named := filter.Compare{Path: schema.Path{Attr: "userName"}, Op: filter.Eq, Value: c.users[4]["userName"]}
		everybody := filter.Present{Path: schema.Path{Attr: "userName"}}
		since := filter.Compare{Path: schema.Path{Attr: "meta", Sub: "lastModified"}, Op: filter.Gt, Value: "2020-01-01T00:00:00Z"}
		for name, x := range map[string]struct {
			q           directory.Search
			rows, total int
		}{
			"no results asked for":              {directory.Search{Count: 0}, 0, 12},
			"fewer than none":                   {directory.Search{Count: -3}, 0, 12},
			"before the first":                  {directory.Search{StartIndex: -5, Count: 5}, 5, 12},
			"more than there are":               {directory.Search{StartIndex: 1, Count: 100_000}, 12, 12},
			"the last":                          {directory.Search{StartIndex: 12, Count: 5}, 1, 12},
			"behind the last":                   {directory.Search{StartIndex: 13, Count: 5}, 0, 12},
			"far behind":                        {directory.Search{StartIndex: 1 << 40, Count: 5}, 0, 12},
			"one, and none asked for":           {directory.Search{Filter: named, Count: 0}, 0, 1},
			"one":                               {directory.Search{Filter: named, Count: 1}, 1, 1},
			"one, on the second page":           {directory.Search{Filter: named, StartIndex: 2, Count: 1}, 0, 1},
			"filtered, none asked for":          {directory.Search{Filter: everybody, Count: 0}, 0, 12},
			"filtered, the first page":          {directory.Search{Filter: everybody, Count: 5}, 5, 12},
			"filtered, the last page":           {directory.Search{Filter: everybody, StartIndex: 11, Count: 5}, 2, 12},
			"filtered, behind the last":         {directory.Search{Filter: everybody, StartIndex: 14, Count: 5}, 0, 12},
			"by an index, none asked for":       {directory.Search{Filter: since, Count: 0}, 0, 12},
			"by an index, the last page":        {directory.Search{Filter: since, StartIndex: 11, Count: 5}, 2, 12},
			"by an index, behind the last page": {directory.Search{Filter: since, StartIndex: 20, Count: 5}, 0, 12},
		} {
			if ids, total, err := c.find(schema.User, x.q); err != nil || len(ids) != x.rows || total != int64(x.total) {
				t.Errorf("%s: %d of %d, %v", name, len(ids), total, err)
			}
		}
		if ids, total, err := c.find(schema.Group, directory.Search{Count: 2}); err != nil || len(ids) != 2 || total != 3 {
			t.Errorf("groups: %v of %d, %v", ids, total, err)
		}
	})
}
