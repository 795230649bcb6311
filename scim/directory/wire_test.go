package directory_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
	"gatehouse/users"
)

func count(list []string, what string) (n int) {
	for _, one := range list {
		if one == what {
			n++
		}
	}
	return n
}

func containsText(text, part string) bool { return strings.Contains(text, part) }

// resource reads what a provider sends.
func resource(t testing.TB, body string) schema.Resource {
	t.Helper()
	r, err := schema.User.Read([]byte(body))
	must(t, err)
	return r
}

const kari = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"kari","externalId":"00u1","name":{"givenName":"Kari","familyName":"Nordmann"},"title":"Captain <1st>","userType":"Employee",
	"emails":[{"value":"kari@home.example","type":"home"},{"value":"Kari@halden.example","type":"work","primary":true}],"phoneNumbers":[{"value":"+47 1","type":"work"},{"value":"+47 2","type":"mobile"}],"active":true,
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Deck","costCenter":"42","manager":{"value":"MANAGER"}},
	"urn:halden:2.0:Crew":{"Cabin":{"deck":3}}}`

// Applications read people by these members: a wrong one is somebody else's
// name, a missing one an application that fails while mapping.
func TestAPersonIsShownAsTheWireHasThem(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		row, _ := newDirectory(t, d, org, directory.New{AttributeMap: map[string]string{
			"deck": "urn:halden:2.0:Crew:cabin.deck", "mobile": `phoneNumbers[type eq "mobile"].value`, "fax": `phoneNumbers[type eq "fax"].value`, "username": "nickName", "given": "NAME.givenname", "mail": "emails.value"}})
		boss := newUser(t, d, row, person("boss@halden.example"))
		u := newUser(t, d, row, resource(t, strings.ReplaceAll(kari, "MANAGER", string(boss.ID))))
		g := newGroup(t, d, row, "Engineers")
		change(t, d, row, g, func(tx *db.OrgTx, g *directory.Group) error {
			_, _, err := directory.AddMembers(tx, g, []string{string(u.ID)})
			return err
		})
		var account id.User
		inOrg(t, d, org, func(tx *db.OrgTx) error {
			a, err := users.Create(tx.Tx, users.New{Email: "kari@halden.example"})
			if err != nil {
				return err
			}
			account = a.ID
			if _, err := users.AddMember(tx, account, "admin"); err != nil {
				return err
			}
			held, err := directory.HoldUser(tx, row.ID, u.ID)
			if err != nil {
				return err
			}
			return directory.SetAccount(tx, held, &account)
		})
		w := shown(t, d, row, u.ID)
		if w.IDPID != "00u1" || *w.Email != "Kari@halden.example" || *w.FirstName != "Kari" || *w.LastName != "Nordmann" || *w.Name != "Kari Nordmann" || *w.Username != "kari" ||
			*w.JobTitle != "Captain <1st>" || w.State != "active" || *w.UserID != account || w.Role.Slug != "admin" || len(w.Roles) != 1 || len(w.Groups) != 1 || w.Groups[0].Name != "Engineers" || w.Groups[0].IDPID != string(g) {
			t.Errorf("%+v", w)
		}
		custom := map[string]any{"job_title": "Captain <1st>", "employee_type": "Employee", "department_name": "Deck", "cost_center_name": "42", "manager_email": "boss@halden.example",
			"deck": json.Number("3"), "mobile": "+47 2", "given": "Kari", "mail": "Kari@halden.example"}
		emails, _ := w.CustomAttributes["emails"].([]any)
		delete(w.CustomAttributes, "emails")
		if len(emails) != 2 || !reflect.DeepEqual(w.CustomAttributes, custom) {
			t.Errorf("%v %v", emails, w.CustomAttributes)
		}
		if !strings.Contains(string(w.RawAttributes), `"Captain <1st>"`) || !strings.Contains(string(w.RawAttributes), `"urn:halden:2.0:Crew"`) {
			t.Errorf("%s", w.RawAttributes)
		}
		if w := shown(t, d, row, boss.ID); w.IDPID != "boss@halden.example" || w.FirstName != nil || w.Name != nil || w.Role != nil || w.UserID != nil {
			t.Errorf("%+v", w)
		}
		text, err := wire.Encode(shown(t, d, row, boss.ID))
		must(t, err)
		for _, want := range []string{`"groups":[]`, `"roles":[]`, `"first_name":null`, `"user_id":null`, `"custom_attributes":{`} {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s lacks %s", text, want)
			}
		}
	})
}

// One large attribute that a map names fifty times would stand fifty times in
// every list and event: a hundred people would not fit into the server's memory.
func TestAMapDoesNotMultiplyALargeAttribute(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		names := map[string]string{}
		for i := range 50 {
			names["note_"+strconv.Itoa(i)] = "notes"
		}
		row, _ := newDirectory(t, d, organization(t, d), directory.New{AttributeMap: names})
		many := newUser(t, d, row, resource(t, `{"userName":"many","title":"Captain","notes":"`+strings.Repeat("x", 10_000)+`"}`))
		large := newUser(t, d, row, resource(t, `{"userName":"large","title":"Captain","notes":"`+strings.Repeat("x", 200_000)+`"}`))
		for u, want := range map[id.DirectoryUser]int{many.ID: 6, large.ID: 0} {
			w := shown(t, d, row, u)
			encoded, err := wire.Encode(w)
			must(t, err)
			notes := 0
			for name := range w.CustomAttributes {
				if strings.HasPrefix(name, "note_") {
					notes++
				}
			}
			if w.CustomAttributes["job_title"] != "Captain" || notes != want || len(encoded) > 300_000 || !strings.Contains(string(w.RawAttributes), "xxx") {
				t.Errorf("%s: %d bytes with %d notes, title %v", u, len(encoded), notes, w.CustomAttributes["job_title"])
			}
		}
	})
}

func shown(t testing.TB, d *db.DB, row *directory.Directory, u id.DirectoryUser) (w wire.DirectoryUser) {
	t.Helper()
	must(t, d.ReadOrg(t.Context(), row.OrganizationID, func(tx *db.OrgTx) error {
		found, err := directory.GetUser(tx, row.ID, u)
		if err != nil {
			return err
		}
		w, err = directory.UserWire(tx, row, found)
		return err
	}))
	return w
}

// Applications that sync by these lists lose people where a page leaves
// somebody out or shows somebody twice.
func TestListsOfPeopleAreWholeInEitherDirection(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		row, _ := newDirectory(t, d, org, directory.New{})
		list := crew(t, d, row, 23)
		g := newGroup(t, d, row, "Engineers")
		change(t, d, row, g, func(tx *db.OrgTx, g *directory.Group) error {
			_, _, err := directory.AddMembers(tx, g, list[3:])
			return err
		})
		for name, q := range map[string]directory.PeopleQuery{"all": {Directory: row.ID}, "of a group": {Directory: row.ID, Group: g}} {
			want := slices.Clone(list)
			if q.Group != "" {
				want = want[3:]
			}
			for _, order := range []db.Order{db.Ascending, db.Descending} {
				got := walk(t, d, org, q, order)
				if order == db.Descending {
					slices.Reverse(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s, %s: %v, want %v", name, order, got, want)
				}
			}
		}
		// Whoever left the group is a cursor still, and nobody's id is none.
		change(t, d, row, g, func(tx *db.OrgTx, g *directory.Group) error {
			_, _, err := directory.RemoveMembers(tx, g, list[10:11])
			return err
		})
		inOrg(t, d, org, func(tx *db.OrgTx) error {
			rows, paging, err := directory.People(tx, directory.PeopleQuery{Directory: row.ID, Group: g, Page: db.Page{After: list[10], Order: db.Ascending, Limit: 2}})
			if err != nil || len(rows) != 2 || string(rows[0].ID) != list[11] || paging.Before != list[11] {
				t.Errorf("%v %v %v", rows, paging, err)
			}
			if _, _, err := directory.People(tx, directory.PeopleQuery{Directory: row.ID, Group: g, Page: db.Page{After: string(id.New[id.DirectoryUser]())}}); err == nil {
				t.Error("an unknown cursor is taken")
			}
			return nil
		})
	})
}

func walk(t testing.TB, d *db.DB, org id.Organization, q directory.PeopleQuery, order db.Order) (all []string) {
	t.Helper()
	for q.Page = (db.Page{Order: order, Limit: 4}); len(all) < 100; {
		var paging db.Paging
		inOrg(t, d, org, func(tx *db.OrgTx) error {
			rows, next, err := directory.People(tx, q)
			for _, u := range rows {
				all = append(all, string(u.ID))
			}
			paging = next
			return err
		})
		if paging.After == "" {
			return all
		}
		q.After = paging.After
	}
	return all
}

// An application that looks somebody up must find that one person, by the
// provider's id or by any address, and nobody by a part of one.
func TestPeopleAreFoundByProvidersIDAndAddress(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		row, _ := newDirectory(t, d, org, directory.New{})
		first := newUser(t, d, row, resource(t, kari))
		plain := newUser(t, d, row, resource(t, `{"userName":"Ola@halden.example"}`))
		g := newGroup(t, d, row, "Engineers")
		change(t, d, row, g, func(tx *db.OrgTx, g *directory.Group) error {
			_, _, err := directory.AddMembers(tx, g, []string{string(plain.ID)})
			return err
		})
		inOrg(t, d, org, func(tx *db.OrgTx) error {
			for _, c := range []struct {
				q    directory.PeopleQuery
				want id.DirectoryUser
			}{
				{directory.PeopleQuery{IDPID: "00u1"}, first.ID}, {directory.PeopleQuery{IDPID: "00U1"}, ""}, {directory.PeopleQuery{IDPID: "kari"}, ""},
				{directory.PeopleQuery{IDPID: "Ola@halden.example"}, plain.ID}, {directory.PeopleQuery{IDPID: "ola@halden.example"}, ""},
				{directory.PeopleQuery{Email: "KARI@home.example"}, first.ID}, {directory.PeopleQuery{Email: "kari@halden.example"}, first.ID},
				{directory.PeopleQuery{Email: "ola@halden.example"}, plain.ID}, {directory.PeopleQuery{Email: "halden.example"}, ""}, {directory.PeopleQuery{Email: "%"}, ""},
				{directory.PeopleQuery{Email: "ola@halden.example", Group: g}, plain.ID}, {directory.PeopleQuery{IDPID: "00u1", Group: g}, ""},
			} {
				c.q.Directory = row.ID
				rows, _, err := directory.People(tx, c.q)
				if err != nil || c.want == "" && len(rows) > 0 || c.want != "" && (len(rows) != 1 || rows[0].ID != c.want) {
					t.Errorf("%+v: %d %v", c.q, len(rows), err)
				}
			}
			return nil
		})
	})
}
