package db_test

import (
	"fmt"
	"slices"
	"testing"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// A search is full of statements that are written out. One that forgets whose
// rows it is after shows one customer's people to another.
func TestSearchesStayInTheirDirectory(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		mine, theirs := newDirectoryOf(t, d), newDirectoryOf(t, d)
		mine.address(t, d)
		theirs.address(t, d)
		for name, c := range map[string]struct {
			org  id.Organization
			of   directoryOf
			want int
		}{
			"one's own":                      {mine.org, mine, 1},
			"another organization's":         {mine.org, theirs, 0},
			"one's own, from another's side": {theirs.org, mine, 0},
		} {
			err := d.ReadOrg(t.Context(), c.org, func(tx *db.OrgTx) error {
				any, text := db.Always(), db.DirectoryColumn(tx, "value_key", true).Compare("sw", "")
				for what, cond := range map[string]db.Cond{
					"everybody":       any,
					"by an address":   db.PeopleWithAddress(tx, c.of.dir.ID, text).Within(tx, 10),
					"with an address": db.AnyAddress(tx, text),
					"by a group":      db.PeopleInGroup(tx, string(c.of.group)).Within(tx, 10),
					"in a group":      db.AnyGroup(tx, any),
					"by columns":      db.RowsOf[directory.User](tx, c.of.dir.ID, []db.Cond{db.NotNull("id")}).Within(tx, 10),
					"by either":       db.PeopleInGroup(tx, string(c.of.group)).And(db.RowsOf[directory.User](tx, c.of.dir.ID, []db.Cond{db.NotNull("id")})).Within(tx, 10),
				} {
					s := db.DirectorySearch[directory.User]{Directory: c.of.dir.ID, Where: []db.Cond{cond, db.Eq("id", c.of.in)}, Limit: 10}
					rows, err := s.Rows(tx)
					n, also := s.Count(tx)
					if len(rows) != c.want || int(n) != c.want || err != nil || also != nil {
						t.Errorf("%s, %s: %d, %d, %v, %v", name, what, len(rows), n, err, also)
					}
					s = db.DirectorySearch[directory.User]{Directory: c.of.dir.ID, Within: []db.Cond{cond, db.Eq("id", c.of.in)}, AtMost: 5, Limit: 10}
					rows, err = s.Rows(tx)
					n, also = s.Candidates(tx)
					if len(rows) != c.want || int(n) != c.want || err != nil || also != nil {
						t.Errorf("%s, %s from an index: %d, %d, %v, %v", name, what, len(rows), n, err, also)
					}
				}
				for what, cond := range map[string]db.Cond{
					"by a person":     db.GroupsWithMember(tx, string(c.of.in)).Within(tx, 10),
					"with a person":   db.AnyMember(tx, false, any),
					"by columns":      db.RowsOf[directory.Group](tx, c.of.dir.ID, []db.Cond{db.NotNull("id")}).Within(tx, 10),
					"from a row on":   db.AllOf(db.FromRow[directory.Group](tx, c.of.dir.ID, "", 0, false)...),
					"that has groups": db.AnyOf(db.AnyMember(tx, true, any), db.AnyMember(tx, false, any)),
				} {
					s := db.DirectorySearch[directory.Group]{Directory: c.of.dir.ID, Where: []db.Cond{cond, db.Eq("id", c.of.group)}, Limit: 10}
					if rows, err := s.Rows(tx); err != nil || len(rows) != c.want {
						t.Errorf("%s, groups %s: %d, %v", name, what, len(rows), err)
					}
				}
				if long, err := db.PeopleInGroup(tx, string(c.of.group)).Longer(tx, 0); err != nil || long != (c.want == 1) {
					t.Errorf("%s: a list of a group is longer than nobody: %v, %v", name, long, err)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// address gives the organization's person in the group an address.
func (w directoryOf) address(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.InOrg(t.Context(), w.org, tester, func(tx *db.OrgTx) error {
		u, err := directory.HoldUser(tx, w.dir.ID, w.in)
		if err != nil {
			return err
		}
		return directory.UpdateUser(tx, u, schema.Resource{"userName": "in", "emails": []any{map[string]any{"value": "in@halden.example"}}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Lists are read from a row on: one that begins a row off shows somebody twice,
// or never.
func TestRowsAreCountedFromEitherEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newDirectoryOf(t, d)
		ids := []id.DirectoryUser{w.in, w.out}
		err := d.InOrg(t.Context(), w.org, tester, func(tx *db.OrgTx) error {
			for i := range 5 {
				u, err := insertPerson(tx, w.dir, fmt.Sprint("more", i))
				if err != nil {
					return err
				}
				ids = append(ids, u.ID)
			}
			if err := tx.Flush(); err != nil {
				return err
			}
			read := func(where []db.Cond, backward bool) (got []id.DirectoryUser) {
				s := db.DirectorySearch[directory.User]{Directory: w.dir.ID, Where: where, Limit: 10, Order: []db.DirectoryOrder{{By: db.DirectoryKey(tx, "id"), Descending: backward}}}
				rows, err := s.Rows(tx)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rows {
					got = append(got, r.ID)
				}
				if backward {
					slices.Reverse(got)
				}
				return got
			}
			for offset := range len(ids) {
				if got := read(db.FromRow[directory.User](tx, w.dir.ID, "", offset, false), false); !slices.Equal(got, ids[offset:]) {
					t.Errorf("from %d on: %v of %v", offset, got, ids)
				}
				if got := read(db.FromRow[directory.User](tx, w.dir.ID, "", offset, true), true); !slices.Equal(got, ids[:len(ids)-offset]) {
					t.Errorf("%d from the end: %v of %v", offset, got, ids)
				}
				if got, want := read(db.FromRow[directory.User](tx, w.dir.ID, string(ids[2]), offset, false), false), ids[min(3+offset, len(ids)):]; !slices.Equal(got, want) {
					t.Errorf("%d behind the third: %v, want %v", offset, got, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Two texts are one name where their keys are the same: a database that folds
// otherwise than we do finds other people by it.
func TestTheDatabasesFoldAsWeDo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		_, conn := d.Pools()
		query := "SELECT gatehouse_fold($1)"
		if d.Dialect == db.SQLite {
			query = "SELECT gatehouse_fold(?)"
		}
		folded := func(s string) (out string) {
			if err := conn.QueryRow(query, s).Scan(&out); err != nil {
				t.Fatal(err)
			}
			return out
		}
		for _, s := range []string{"", "Anna", "ÅSE", "a\u030ase", "ΣΊΣΥΦΟΣ", "straße", "İstanbul", "ǅ", "e\u0301\u0323", "\u1e69", "각", "😀 KOT КОТ"} {
			if got, want := folded(s), schema.Fold(s); got != want {
				t.Errorf("%q: %q, want %q", s, got, want)
			}
		}
		var text []rune
		for r := rune(1); r <= unicode.MaxRune; r++ {
			if utf8.ValidRune(r) && unicode.In(r, unicode.Letter, unicode.Mark, unicode.Number, unicode.Symbol) {
				text = append(text, r, 'x') // which nothing combines with
			}
		}
		for len(text) > 0 {
			n := min(2000, len(text))
			part := string(text[:n])
			if got, want := folded(part), schema.Fold(part); got != want {
				a, b := []rune(got), []rune(want)
				for i := range min(len(a), len(b)) {
					if a[i] != b[i] {
						t.Errorf("%U: %U, want %U", text[:n][max(i-2, 0):min(i+3, n)], a[i], b[i])
						break
					}
				}
			}
			text = text[n:]
		}
	})
}
