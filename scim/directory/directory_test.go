package directory_test

import (
	"errors"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
)

// logged are the types of what the log has of an organization, oldest first,
// and the data of the last.
func logged(t testing.TB, d *db.DB, org id.Organization) (types []string, last string) {
	t.Helper()
	must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
		rows, err := audit.List(tx, audit.Filter{Oldest: true, Limit: 100})
		for _, e := range rows {
			if strings.HasPrefix(e.Type, "d") {
				types, last = append(types, e.Type), string(e.Data)
			}
		}
		return err
	}))
	return types, last
}

// A receiver of dsync events that meets another state than these two, or a
// directory without its domains, cannot read them.
func TestADirectoryIsMadeSwitchedAndDeletedWithItsEvents(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d, "halden.example")
		row, issued := newDirectory(t, d, org, directory.New{Type: directory.Entra})
		if row.Name != "Halden Marine Microsoft Entra ID" || row.State != directory.Waiting || row.WindowSeconds != 3600 || *row.MaxPercent != 20 || *row.MaxDeactivations != 500 {
			t.Errorf("%+v", row)
		}
		if !strings.HasPrefix(issued.Value, "scim_") || len(issued.Value) != 48 || !strings.HasSuffix(issued.Value, issued.LastFour) {
			t.Errorf("%+v", issued)
		}
		inOrg(t, d, org, func(tx *db.OrgTx) error {
			if first, err := directory.Activate(tx, row); !first || err != nil {
				t.Errorf("%v %v", first, err)
			}
			first, err := directory.Activate(tx, row)
			if first {
				t.Error("it was activated twice")
			}
			return err
		})
		for _, on := range []bool{false, false, true} {
			inOrg(t, d, org, func(tx *db.OrgTx) (err error) {
				row, err = directory.Change(tx, row.ID, directory.Edit{On: &on, Name: p(" Halden ")})
				return err
			})
		}
		if row.State != directory.Active || row.Name != "Halden" {
			t.Errorf("%+v", row)
		}
		_, last := logged(t, d, org)
		for _, want := range []string{`"state": "active"`, `"external_key": "` + string(row.ID) + `"`, `"domain": "halden.example"`, `"changed": ["state"]`} {
			if !strings.Contains(strings.ReplaceAll(last, `":"`, `": "`), want) && !strings.Contains(strings.ReplaceAll(last, `":[`, `": [`), want) {
				t.Errorf("%s lacks %s", last, want)
			}
		}
		inOrg(t, d, org, func(tx *db.OrgTx) error { return directory.Delete(tx, row) })
		types, _ := logged(t, d, org)
		if got := strings.Join(types, " "); got != "directory.created dsync.token.created dsync.activated directory.updated directory.updated dsync.deleted" {
			t.Error(got)
		}
	})
}

// What an admin may get wrong is said in a sentence that names the member, and
// nothing is made.
func TestADirectoryThatCannotBeIsRefused(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		var system id.Organization
		must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) { system, err = tenants.EnsureSystemOrganization(tx); return err }))
		for name, c := range map[string]struct {
			in   id.Organization
			n    directory.New
			says string
		}{
			"a type that is pulled": {org, directory.New{Type: "gsuite directory"}, "by asking the provider"},
			"an unknown type":       {org, directory.New{Type: "Okta"}, "okta scim v2.0"},
			"a name of two lines":   {org, directory.New{Type: directory.Okta, Name: "a\nb"}, "control characters"},
			"an attribute's name":   {org, directory.New{Type: directory.Okta, AttributeMap: map[string]string{"Cost Center": "title"}}, "letters a to z"},
			"an attribute's path":   {org, directory.New{Type: directory.Okta, AttributeMap: map[string]string{"desk": "emails[type eq"}}, "desk in attribute_map"},
			"another comparison":    {org, directory.New{Type: directory.Okta, AttributeMap: map[string]string{"desk": `emails[primary gt true].value`}}, "desk in attribute_map"},
			"the operators' own":    {system, directory.New{Type: directory.Okta}, ""},
		} {
			err := d.InOrg(t.Context(), c.in, who, func(tx *db.OrgTx) error { _, _, err := directory.Create(tx, c.n); return err })
			if found := problem.As(err); found == nil || found.Status() >= 500 || !strings.Contains(found.Message, c.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		inOrg(t, d, org, func(tx *db.OrgTx) error {
			n, err := directory.Count(tx, directory.ListQuery{})
			if n != 0 {
				t.Errorf("%d were made", n)
			}
			for range 50 {
				if _, _, err := directory.Create(tx, directory.New{Type: directory.Generic, NoToken: true}); err != nil {
					return err
				}
			}
			if _, _, err := directory.Create(tx, directory.New{Type: directory.Generic}); !errors.Is(err, directory.ErrTooManyDirectories) {
				t.Errorf("the 51st: %v", err)
			}
			return err
		})
	})
}

// Somebody else's directory, token, person or group is not there.
func TestDirectoriesOfOthersAreNotFound(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ours, theirs := organization(t, d), organization(t, d, "nordby.example")
		mine, _ := newDirectory(t, d, ours, directory.New{})
		other, issued := newDirectory(t, d, theirs, directory.New{})
		u, g := newUser(t, d, other, person("kari@nordby.example")), newGroup(t, d, other, "Engineers")
		change(t, d, other, g, func(tx *db.OrgTx, g *directory.Group) error {
			_, _, err := directory.AddMembers(tx, g, []string{string(u.ID)})
			return err
		})
		for name, ask := range map[string]func(tx *db.OrgTx) error{
			"get": func(tx *db.OrgTx) error { _, err := directory.Get(tx, other.ID); return err },
			"change": func(tx *db.OrgTx) error {
				_, err := directory.Change(tx, other.ID, directory.Edit{Name: p("x")})
				return err
			},
			"issue":        func(tx *db.OrgTx) error { _, err := directory.IssueToken(tx, other.ID, nil); return err },
			"revoke":       func(tx *db.OrgTx) error { _, err := directory.RevokeToken(tx, other.ID, issued.ID); return err },
			"revoke by us": func(tx *db.OrgTx) error { _, err := directory.RevokeToken(tx, mine.ID, issued.ID); return err },
			"person":       func(tx *db.OrgTx) error { _, _, err := directory.FindUser(tx, u.ID); return err },
			"group":        func(tx *db.OrgTx) error { _, _, err := directory.FindGroup(tx, g); return err },
		} {
			if err := d.InOrg(t.Context(), ours, who, ask); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		inOrg(t, d, ours, func(tx *db.OrgTx) error {
			for _, q := range []directory.PeopleQuery{{Directory: other.ID}, {Directory: other.ID, Group: g}, {Directory: other.ID, Email: "kari@nordby.example"}, {Directory: other.ID, IDPID: "kari@nordby.example"}} {
				if rows, _, err := directory.People(tx, q); err != nil || len(rows) > 0 {
					t.Errorf("%+v: %v %v", q, rows, err)
				}
			}
			for _, q := range []directory.GroupQuery{{Directory: other.ID}, {Directory: other.ID, User: u.ID}} {
				if rows, _, err := directory.ListGroups(tx, q); err != nil || len(rows) > 0 {
					t.Errorf("%+v: %v %v", q, rows, err)
				}
			}
			for _, q := range []directory.ListQuery{{Domain: "nordby.example"}, {Organization: theirs}} {
				if rows, _, err := directory.List(tx, q); err != nil || len(rows) > 0 {
					t.Errorf("%+v: %v %v", q, rows, err)
				}
			}
			rows, _, err := directory.List(tx, directory.ListQuery{Search: "okta"})
			if len(rows) != 1 || rows[0].ID != mine.ID {
				t.Errorf("%v", rows)
			}
			return err
		})
	})
}
