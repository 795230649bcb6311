package db_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

func pageOf(t *testing.T, tx *db.Tx, p db.Page) (string, db.Paging) {
	t.Helper()
	list := func(q db.Query) ([]organization, error) { return organizations.List(tx, q) }
	rows, paging, err := db.ListPage(list, p, "id", func(o organization) string { return string(o.ID) }, db.Eq("system", false))
	if err != nil {
		t.Fatal(err)
	}
	var names strings.Builder
	for _, o := range rows {
		names.WriteString(o.Name)
	}
	return names.String(), paging
}

// ten organizations named 0 to 9, oldest first
func ten(t *testing.T, d *db.DB) []string {
	t.Helper()
	var ids []string
	for range 10 {
		ids = append(ids, string(id.New[id.Organization]()))
	}
	slices.Sort(ids)
	err := d.Tx(t.Context(), who, func(tx *db.Tx) error {
		for i, k := range ids {
			if err := organizations.Insert(tx, &organization{ID: id.Organization(k), Name: fmt.Sprint(i), Metadata: "{}"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// A page, its neighbours and its cursors, in every order: a wrong one makes a
// client skip objects or loop for ever.
func TestPagesFollowOneAnother(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ids := ten(t, d)
		for _, c := range []struct {
			name          string
			page          db.Page
			want          string
			before, after string // names of rows, "" for null
		}{
			{"newest first", db.Page{Limit: 3}, "987", "", "7"},
			{"the next", db.Page{Limit: 3, After: ids[7]}, "654", "6", "4"},
			{"the last", db.Page{Limit: 3, After: ids[1]}, "0", "0", ""},
			{"an end that fits", db.Page{Limit: 3, After: ids[3]}, "210", "2", ""},
			{"behind the end", db.Page{Limit: 3, After: ids[0]}, "", "", ""},
			{"the page before is adjacent", db.Page{Limit: 3, Before: ids[3]}, "654", "6", "4"},
			{"the page before, at the start", db.Page{Limit: 3, Before: ids[8]}, "9", "", "9"},
			{"before the start", db.Page{Limit: 3, Before: ids[9]}, "", "", ""},
			{"oldest first", db.Page{Limit: 4, Order: db.Ascending}, "0123", "", "3"},
			{"oldest first, next", db.Page{Limit: 4, Order: db.Ascending, After: ids[7]}, "89", "8", ""},
			{"oldest first, before", db.Page{Limit: 4, Order: db.Ascending, Before: ids[5]}, "1234", "1", "4"},
			{"normal exchanges the cursors", db.Page{Limit: 3, Order: db.Normal}, "987", "7", ""},
			{"normal, on", db.Page{Limit: 3, Order: db.Normal, Before: ids[7]}, "654", "4", "6"},
			{"normal, back", db.Page{Limit: 3, Order: db.Normal, After: ids[3]}, "654", "4", "6"},
			{"ten by default", db.Page{}, "9876543210", "", ""},
		} {
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				got, paging := pageOf(t, tx, c.page)
				want := db.Paging{Before: at(ids, c.before), After: at(ids, c.after)}
				if got != c.want || paging != want {
					t.Errorf("%s: %q %v, want %q %v", c.name, got, paging, c.want, want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func at(ids []string, digit string) string {
	if digit == "" {
		return ""
	}
	return ids[digit[0]-'0']
}

// A cursor that no list gave out is refused, not taken for the start.
func TestUnknownCursorsAreRefused(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ids := ten(t, d)
		for _, p := range []db.Page{
			{After: "org_01J00000000000000000000000"}, {Before: "x' OR '1'='1"}, {After: ids[1] + "0"},
			{After: strings.Repeat("9", 5000)}, {After: ids[1], Before: ids[2]},
		} {
			_ = d.Read(t.Context(), func(tx *db.Tx) error {
				list := func(q db.Query) ([]organization, error) { return organizations.List(tx, q) }
				_, _, err := db.ListPage(list, p, "id", func(o organization) string { return string(o.ID) })
				if e := problem.As(err); e == nil || e.Status() != 422 {
					t.Errorf("%.40v: %v", p, err)
				}
				return nil
			})
		}
	})
}

// What callers write into limit and order is bounded here, once.
func TestPageParametersAreBounded(t *testing.T) {
	for _, c := range []struct{ limit, order string }{{"0", ""}, {"101", ""}, {"-1", ""}, {"ten", ""}, {"1e1", ""}, {"", "up"}, {"", "DESC"}} {
		if _, err := db.ParsePage(c.limit, c.order, "", ""); !errors.Is(err, problem.ErrInvalid) {
			t.Errorf("%q %q: %v", c.limit, c.order, err)
		}
	}
	p, err := db.ParsePage("", "", "a", "")
	if err != nil || p.Limit != db.DefaultLimit || p.Order != db.Descending {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err = db.ParsePage("100", "normal", "", "b"); err != nil || p.Limit != 100 || p.Order != db.Normal {
		t.Errorf("%+v, %v", p, err)
	}
}

// An organization's list holds its own rows and what the deployment lends it,
// and no other organization's.
func TestInheritedRowsAreOnesOwnAndTheDeployments(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, _, _ := fixture(t, d)
		err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) error {
			lent := role{ID: id.New[id.Role](), Slug: "lent", Name: "x"}
			if err := roles.InsertDeployment(tx.Tx, &lent); err != nil {
				return err
			}
			for org, slug := range map[id.Organization]string{a: "own", b: "foreign"} {
				own := role{ID: id.New[id.Role](), Slug: slug, Name: "x"}
				if err := tx.In(org, func(tx *db.OrgTx) error { return roles.Insert(tx, &own) }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.ReadOrg(t.Context(), a, func(tx *db.OrgTx) error {
			rows, err := roles.ListInherited(tx, db.Query{Where: []db.Cond{db.Eq("name", "x")}, Order: []string{"slug"}})
			var slugs []string
			for _, r := range rows {
				slugs = append(slugs, r.Slug)
			}
			if !slices.Equal(slugs, []string{"lent", "own"}) {
				t.Errorf("%v", slugs)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// The domain filter finds the organizations that have one of the domains, and those alone.
func TestWithDomainNamesItsOrganizations(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, _, own, _ := fixture(t, d)
		err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			rows, err := organizations.List(tx, db.Query{Where: []db.Cond{db.Eq("system", false), db.WithDomain(tx, []string{string(own) + ".example", "other.example"})}})
			if len(rows) != 1 || rows[0].ID != a {
				t.Errorf("%v", rows)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
