package directory_test

import (
	"errors"
	"slices"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

// roleTable writes mappings, which scim/provision decides about.
var roleTable = db.OwnedTable[directory.RoleMapping, id.RoleMapping]{}

// Who looks for somebody must find them by what they know, and nobody of
// another customer; a percent sign is no way to see everybody.
func TestPeopleAreFoundAsTheyAreTyped(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ours, _ := newDirectory(t, d, organization(t, d), directory.New{})
		theirs, _ := newDirectory(t, d, organization(t, d), directory.New{})
		ada := newUser(t, d, ours, with(person("Ada.Lovelace@halden.example"), "externalId", "00u1"))
		grace := newUser(t, d, ours, with(person("grace@halden.example"), "active", false))
		newUser(t, d, theirs, with(person("ada@nordby.example"), "externalId", "00u1"))
		crew := newGroup(t, d, ours, "Crew")
		change(t, d, ours, crew, func(tx *db.OrgTx, g *directory.Group) error {
			_, _, err := directory.AddMembers(tx, g, []string{string(grace.ID)})
			return err
		})
		inOrg(t, d, ours.OrganizationID, func(tx *db.OrgTx) error { return directory.SetKept(tx, grace, true) })
		for name, c := range map[string]struct {
			q    directory.PeopleSearch
			want []id.DirectoryUser
		}{
			"all, newest first":       {directory.PeopleSearch{}, []id.DirectoryUser{grace.ID, ada.ID}},
			"a part, in any case":     {directory.PeopleSearch{Text: "LOVE"}, []id.DirectoryUser{ada.ID}},
			"the external id":         {directory.PeopleSearch{Text: "00u1"}, []id.DirectoryUser{ada.ID}},
			"no pattern":              {directory.PeopleSearch{Text: "%"}, nil},
			"switched off":            {directory.PeopleSearch{Inactive: true}, []id.DirectoryUser{grace.ID}},
			"without an account":      {directory.PeopleSearch{Pending: true}, []id.DirectoryUser{ada.ID}},
			"kept":                    {directory.PeopleSearch{Kept: true}, []id.DirectoryUser{grace.ID}},
			"in a group":              {directory.PeopleSearch{Group: crew}, []id.DirectoryUser{grace.ID}},
			"in a group, by a text":   {directory.PeopleSearch{Group: crew, Text: "ada"}, nil},
			"of a group of no matter": {directory.PeopleSearch{Group: id.New[id.DirectoryGroup]()}, nil},
		} {
			must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
				rows, _, err := directory.SearchPeople(tx, ours.ID, c.q)
				var got []id.DirectoryUser
				for _, u := range rows {
					got = append(got, u.ID)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%s: %v, want %v", name, got, c.want)
				}
				return err
			}))
		}
		must(t, d.ReadOrg(t.Context(), theirs.OrganizationID, func(tx *db.OrgTx) error {
			rows, _, err := directory.SearchPeople(tx, ours.ID, directory.PeopleSearch{})
			if len(rows) > 0 {
				t.Errorf("another organization sees %s", rows[0].UserName)
			}
			return err
		}))
	})
}

// A group that gives a role must be found among thousands, and with how many
// people it gives it to.
func TestGroupsAreFoundByNameAndRole(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ours, _ := newDirectory(t, d, organization(t, d), directory.New{})
		other, _ := newDirectory(t, d, organization(t, d), directory.New{})
		crew, yard := newGroup(t, d, ours, "Crew"), newGroup(t, d, ours, "Shipyard")
		theirs := newGroup(t, d, other, "Crew")
		ada := newUser(t, d, ours, person("ada@halden.example"))
		change(t, d, ours, crew, func(tx *db.OrgTx, g *directory.Group) error {
			_, _, err := directory.AddMembers(tx, g, []string{string(ada.ID), string(yard)})
			return err
		})
		inOrg(t, d, ours.OrganizationID, func(tx *db.OrgTx) error {
			return roleTable.Insert(tx, &directory.RoleMapping{ID: id.New[id.RoleMapping](), DirectoryID: ours.ID, GroupID: crew, RoleSlug: "admin"})
		})
		for name, c := range map[string]struct {
			q    directory.GroupSearch
			want []id.DirectoryGroup
		}{
			"all": {directory.GroupSearch{}, []id.DirectoryGroup{yard, crew}}, "a part": {directory.GroupSearch{Text: "CRE"}, []id.DirectoryGroup{crew}},
			"with a role": {directory.GroupSearch{Mapped: true}, []id.DirectoryGroup{crew}}, "without": {directory.GroupSearch{Unmapped: true}, []id.DirectoryGroup{yard}},
		} {
			must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
				rows, _, err := directory.SearchGroups(tx, ours.ID, c.q)
				var got []id.DirectoryGroup
				for _, g := range rows {
					got = append(got, g.ID)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%s: %v, want %v", name, got, c.want)
				}
				return err
			}))
		}
		for org, want := range map[id.Organization]int64{ours.OrganizationID: 1, other.OrganizationID: 0} {
			must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
				sizes, err := directory.SizesOf(tx, []directory.Group{{ID: crew}, {ID: yard}, {ID: theirs}})
				if sizes[crew] != want || sizes[yard] != 0 {
					t.Errorf("the sizes are %v", sizes)
				}
				counts, err2 := directory.CountsOfAll(tx, []id.Directory{ours.ID, other.ID})
				if counts[ours.ID] != (directory.Counts{Active: want, Groups: 2 * want}) {
					t.Errorf("the counts are %v", counts)
				}
				pending, err3 := directory.CountPending(tx, ours.ID)
				if pending != want {
					t.Errorf("%d wait for an account", pending)
				}
				return errors.Join(err, err2, err3)
			}))
		}
	})
}
