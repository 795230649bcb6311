package directory_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// person is a resource of somebody with an address for work.
func person(name string) schema.Resource {
	return schema.Resource{"userName": name, "active": true, "emails": []any{map[string]any{"value": name, "type": "work", "primary": true}}}
}

func with(r schema.Resource, name string, value any) schema.Resource {
	next := schema.Resource{}
	for k, v := range r {
		next[k] = v
	}
	next[name] = value
	return next
}

// newUser stores a person.
func newUser(t testing.TB, d *db.DB, dir *directory.Directory, r schema.Resource) (u *directory.User) {
	t.Helper()
	inOrg(t, d, dir.OrganizationID, func(tx *db.OrgTx) (err error) { u, err = insert(tx, dir, r); return err })
	return u
}

func readUser(t testing.TB, d *db.DB, dir *directory.Directory, u id.DirectoryUser) (row *directory.User) {
	t.Helper()
	must(t, d.ReadOrg(t.Context(), dir.OrganizationID, func(tx *db.OrgTx) (err error) { row, err = directory.GetUser(tx, dir.ID, u); return err }))
	return row
}

func countsOf(t testing.TB, d *db.DB, dir *directory.Directory) (c directory.Counts) {
	t.Helper()
	must(t, d.ReadOrg(t.Context(), dir.OrganizationID, func(tx *db.OrgTx) (err error) { c, err = directory.CountsOf(tx, dir.ID); return err }))
	return c
}

// addressesOf are a person's rows for look-ups.
func addressesOf(t testing.TB, d *db.DB, dir *directory.Directory, u id.DirectoryUser) (rows []directory.Email) {
	t.Helper()
	emails := db.OwnedTable[directory.Email, id.DirectoryEmail]{}
	must(t, d.ReadOrg(t.Context(), dir.OrganizationID, func(tx *db.OrgTx) (err error) {
		rows, err = emails.List(tx, db.Query{Where: []db.Cond{db.Eq("directory_user_id", u)}, Order: []string{"value_key", "type_key"}})
		return err
	}))
	return rows
}

// A provider reads back what it sent; a number that lost its digits is a change that it makes again each hour.
func TestAPersonIsStoredAsTheyCame(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		r := with(person("Ada@Halden.example"), "externalId", "00u1")
		r["urn:example:User"] = map[string]any{"badge": json.Number("12345678901234567890"), "nothing<here>": []any{json.Number("1.50")}}
		u := newUser(t, d, dir, r)
		got := readUser(t, d, dir, u.ID)
		if !got.Resource.Equal(r) || got.UserName != "Ada@Halden.example" || got.UserNameKey != "ada@halden.example" || *got.ExternalID != "00u1" ||
			*got.Email != "Ada@Halden.example" || *got.EmailKey != "ada@halden.example" || !got.Active || got.Version != 1 || got.UserID != nil {
			t.Errorf("stored as %+v", got)
		}
		if !got.CreatedAt.Equal(u.CreatedAt) || !got.UpdatedAt.Equal(u.UpdatedAt) || u.CreatedAt.IsZero() {
			t.Errorf("times: %v %v, stored %v %v", u.CreatedAt, u.UpdatedAt, got.CreatedAt, got.UpdatedAt)
		}
		if rows := addressesOf(t, d, dir, u.ID); len(rows) != 1 || rows[0].ValueKey != "ada@halden.example" || rows[0].TypeKey != "work" || !rows[0].IsPrimary {
			t.Errorf("addresses: %+v", rows)
		}
		if c := countsOf(t, d, dir); c != (directory.Counts{Active: 1}) {
			t.Errorf("counts: %+v", c)
		}
	})
}

// What is no mailbox must find nobody's account, and what no index holds must not be a fault of ours.
func TestWhatCannotBeLookedUp(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		u := newUser(t, d, dir, with(person("ada"), "emails", []any{map[string]any{"value": "not an address"}}))
		if *u.Email != "not an address" || u.EmailKey != nil {
			t.Errorf("email %v, key %v", *u.Email, u.EmailKey)
		}
		long := strings.Repeat("é", 600)
		for name, r := range map[string]schema.Resource{
			"no name": {"active": true}, "userName": person(long), "externalId": with(person("b"), "externalId", long),
			"emails": with(person("c"), "emails", []any{map[string]any{"value": long}}),
		} {
			err := d.InOrg(t.Context(), dir.OrganizationID, who, func(tx *db.OrgTx) error { _, err := insert(tx, dir, r); return err })
			if !errors.Is(err, schema.ErrValue) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Providers send a person twice at once; whoever loses must be told 409, and nothing else that their transaction did may stay.
func TestOneOfTenCreatesOfANameWins(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		dir, _ := newDirectory(t, d, org, directory.New{})
		other, _ := newDirectory(t, d, org, directory.New{})
		newUser(t, d, other, person("ada@halden.example")) // another directory's names are its own
		var won, taken atomic.Int64
		var group sync.WaitGroup
		for i := range 10 {
			group.Go(func() {
				name := []string{"ada@halden.example", "ADA@halden.example"}[i%2]
				err := d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
					if _, err := insert(tx, other, person(fmt.Sprint("another", i))); err != nil {
						return err
					}
					_, err := insert(tx, dir, person(name))
					return err
				})
				switch {
				case err == nil:
					won.Add(1)
				case errors.Is(err, directory.ErrUserNameTaken):
					taken.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if won.Load() != 1 || taken.Load() != 9 {
			t.Errorf("%d won, %d were told that the name is taken", won.Load(), taken.Load())
		}
		inOrg(t, d, org, func(tx *db.OrgTx) error {
			counts, err := directory.CountsOf(tx, other.ID)
			if counts.Active != 2 {
				t.Errorf("%d people stand in the other directory, want the one of before and the winner's", counts.Active)
			}
			return err
		})
	})
}

// Entra sends each person again every 40 minutes: what says nothing new must wake no webhook.
func TestWhatSaysNothingNewChangesNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		forward := clock(d)
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		u := newUser(t, d, dir, person("ada@halden.example"))
		forward(time.Hour)
		update(t, d, dir, u.ID, func(*directory.User) schema.Resource { return person("ada@halden.example") })
		if got := readUser(t, d, dir, u.ID); got.Version != 1 || !got.UpdatedAt.Equal(u.UpdatedAt) {
			t.Errorf("version %d at %v", got.Version, got.UpdatedAt)
		}
		account := id.New[id.User]()
		inOrg(t, d, dir.OrganizationID, func(tx *db.OrgTx) error {
			u, err := directory.HoldUser(tx, dir.ID, u.ID)
			if err != nil {
				return err
			}
			_ = account
			return errors.Join(directory.SetKept(tx, u, true), directory.SetAccount(tx, u, nil))
		})
		if got := readUser(t, d, dir, u.ID); got.Version != 1 || !got.UpdatedAt.Equal(u.UpdatedAt) || !got.Kept {
			t.Errorf("after what the provider does not see: version %d at %v, kept %t", got.Version, got.UpdatedAt, got.Kept)
		}
	})
}

// update changes a person who is held.
func update(t testing.TB, d *db.DB, dir *directory.Directory, u id.DirectoryUser, next func(*directory.User) schema.Resource) {
	t.Helper()
	inOrg(t, d, dir.OrganizationID, func(tx *db.OrgTx) error {
		row, err := directory.HoldUser(tx, dir.ID, u)
		if err != nil {
			return err
		}
		return directory.UpdateUser(tx, row, next(row))
	})
}

// Look-ups find a person by what they are now, and not by what they were.
func TestAChangeMovesWhatIsLookedUp(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		forward := clock(d)
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		r := with(person("ada@halden.example"), "emails", []any{
			map[string]any{"value": "ada@halden.example", "type": "work", "primary": true}, map[string]any{"value": "ada@home.example", "type": "home"}})
		u := newUser(t, d, dir, with(r, "externalId", "x"))
		kept := addressesOf(t, d, dir, u.ID)[0].ID
		forward(time.Hour)
		update(t, d, dir, u.ID, func(*directory.User) schema.Resource {
			next := with(with(r, "userName", "Ada.Lovelace@halden.example"), "active", false)
			next["emails"] = []any{map[string]any{"value": "ada@halden.example", "type": "work", "primary": true}, map[string]any{"value": "a.l@halden.example"}, map[string]any{"value": "A.L@halden.example"}}
			return next
		})
		got := readUser(t, d, dir, u.ID)
		if got.Version != 2 || !got.UpdatedAt.Equal(u.UpdatedAt.Add(time.Hour)) || !got.CreatedAt.Equal(u.CreatedAt) || got.UserNameKey != "ada.lovelace@halden.example" || got.ExternalID != nil || got.Active {
			t.Errorf("changed to %+v", got)
		}
		rows := addressesOf(t, d, dir, u.ID)
		if len(rows) != 2 || rows[0].ValueKey != "a.l@halden.example" || rows[0].TypeKey != "" || rows[1].ID != kept {
			t.Errorf("addresses: %+v", rows)
		}
		if c := countsOf(t, d, dir); c != (directory.Counts{Inactive: 1}) {
			t.Errorf("counts: %+v", c)
		}
		newUser(t, d, dir, person("ada@halden.example")) // the old name is free
	})
}

// A rename to a name that is taken is refused, and the person stays who they were.
func TestARenameToATakenNameIsRefused(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		newUser(t, d, dir, person("ada@halden.example"))
		u := newUser(t, d, dir, person("bob@halden.example"))
		inOrg(t, d, dir.OrganizationID, func(tx *db.OrgTx) error {
			row, err := directory.HoldUser(tx, dir.ID, u.ID)
			if err != nil {
				return err
			}
			if err := directory.UpdateUser(tx, row, person("ADA@halden.example")); !errors.Is(err, directory.ErrUserNameTaken) {
				t.Errorf("renamed: %v", err)
			}
			if row.Version != 1 || row.UserName != "bob@halden.example" {
				t.Errorf("in memory: %+v", row)
			}
			return directory.UpdateUser(tx, row, with(person("bob@halden.example"), "title", "Rigger")) // the transaction is whole
		})
		if got := readUser(t, d, dir, u.ID); got.UserName != "bob@halden.example" || got.Version != 2 {
			t.Errorf("stored: %+v", got)
		}
	})
}

// Somebody who is gone must leave nothing: no address that is still found, no place in a group, no name that is still taken.
func TestADeletedPersonLeavesNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		forward := clock(d)
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		u, g := newUser(t, d, dir, person("ada@halden.example")), newGroup(t, d, dir, "Crew")
		change(t, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error {
			_, _, err := directory.AddMembers(tx, g, []string{string(u.ID)})
			return err
		})
		before := readGroup(t, d, dir, g)
		forward(time.Hour)
		inOrg(t, d, dir.OrganizationID, func(tx *db.OrgTx) error {
			row, err := directory.HoldUser(tx, dir.ID, u.ID)
			if err != nil {
				return err
			}
			return directory.DeleteUser(tx, row)
		})
		if rows := addressesOf(t, d, dir, u.ID); len(rows) != 0 {
			t.Errorf("addresses: %+v", rows)
		}
		if list := members(t, d, dir, g); len(list) != 0 {
			t.Errorf("members: %+v", list)
		}
		if after := readGroup(t, d, dir, g); after.Version != before.Version+1 || !after.UpdatedAt.Equal(before.UpdatedAt.Add(time.Hour)) {
			t.Errorf("the group's version went from %d to %d", before.Version, after.Version)
		}
		if c := countsOf(t, d, dir); c != (directory.Counts{Groups: 1}) {
			t.Errorf("counts: %+v", c)
		}
		again := newUser(t, d, dir, person("ada@halden.example"))
		if again.ID == u.ID {
			t.Error("a new person has the id of the old one")
		}
	})
}
