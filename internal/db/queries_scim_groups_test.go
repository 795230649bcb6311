package db_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

type scimGroup struct {
	db.Owned
	ID                          id.DirectoryGroup
	DirectoryID                 id.Directory
	DisplayName, DisplayNameKey string
	Resource                    string
	Version                     int64
	CreatedAt, UpdatedAt        time.Time
}

func (scimGroup) TableName() string { return "directory_groups" }

type scimMember struct {
	db.Owned
	DirectoryID     id.Directory
	GroupID         id.DirectoryGroup `gorm:"primaryKey"`
	DirectoryUserID id.DirectoryUser  `gorm:"primaryKey"`
	CreatedAt       time.Time
}

func (scimMember) TableName() string { return "directory_group_members" }

// A person shown in a group of somebody else's, or in one of another name, would
// be given what that group may by the provider's admin. One alone and many at
// once are read by different statements.
func TestPeopleHaveTheirOwnGroups(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, _, _, _ := fixture(t, d)
		in := aDirectory(t, d, org, []byte("hash"), nil)
		anna, bert, nobody := aPerson(t, d, org, in, "anna"), aPerson(t, d, org, in, "bert"), aPerson(t, d, org, in, "carl")
		want := map[id.DirectoryUser][]string{
			anna:   {`Two words, "quoted" {and} \more`, "NULL", " ", "Ingénieurs 🛠", strings.Repeat("long ", 100)},
			bert:   {"x"},
			nobody: nil,
		}
		err := d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
			for person, names := range want {
				for _, name := range names {
					g := id.New[id.DirectoryGroup]()
					if err := (db.OwnedTable[scimGroup, id.DirectoryGroup]{}).Insert(tx, &scimGroup{ID: g, DirectoryID: in, DisplayName: name, DisplayNameKey: name, Resource: "{}", Version: 1}); err != nil {
						return err
					}
					if err := (db.OwnedTable[scimMember, id.DirectoryGroup]{}).Insert(tx, &scimMember{DirectoryID: in, GroupID: g, DirectoryUserID: person}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		look := func(person id.DirectoryUser, groups bool) {
			_, user, err := d.LocateSCIMUser(t.Context(), []byte("hash"), db.ByID, string(person), groups)
			if err != nil || user == nil {
				t.Errorf("%s: %+v, %v", person, user, err)
				return
			}
			var names []string
			for _, g := range user.Groups {
				names = append(names, g.DisplayName)
			}
			if expected := want[person]; groups && strings.Join(names, "|") != strings.Join(expected, "|") || !groups && names != nil {
				t.Errorf("%s is in %q, want %q", person, names, expected)
			}
		}
		var all sync.WaitGroup
		for person := range want {
			look(person, true)
			for range 20 {
				all.Go(func() { look(person, true) })
				all.Go(func() { look(person, false) })
			}
		}
		all.Wait()
	})
}
