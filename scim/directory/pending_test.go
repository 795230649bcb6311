package directory_test

import (
	"slices"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

// An admin is told which domain lets those in who wait: neither one that is
// theirs already, nor another customer's people.
func TestTheDomainsOfThoseWhoWait(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		dir, _ := newDirectory(t, d, organization(t, d, "halden.example"), directory.New{})
		theirs, _ := newDirectory(t, d, organization(t, d), directory.New{})
		for _, name := range []string{"a@halden.example", "b@drydock.example", "c@DRYDOCK.example", "d@gmail.example", "no address"} {
			newUser(t, d, dir, person(name))
		}
		newUser(t, d, dir, with(person("gone@past.example"), "active", false))
		newUser(t, d, theirs, person("x@nordby.example"))
		of := func(dir *directory.Directory, most int) (list []string) {
			must(t, d.ReadOrg(t.Context(), dir.OrganizationID, func(tx *db.OrgTx) (err error) { list, err = directory.PendingDomains(tx, dir.ID, most); return err }))
			return list
		}
		if got := of(dir, 3); !slices.Equal(got, []string{"drydock.example", "gmail.example"}) {
			t.Errorf("%q", got)
		}
		if got := of(dir, 1); !slices.Equal(got, []string{"drydock.example"}) {
			t.Errorf("%q", got)
		}
		inOrg(t, d, theirs.OrganizationID, func(tx *db.OrgTx) error {
			if got, err := directory.PendingDomains(tx, dir.ID, 3); err != nil || len(got) > 0 {
				t.Errorf("another organization reads %q (%v)", got, err)
			}
			return nil
		})
	})
}

// The overview says how much was not applied within a day; another directory's
// requests must not frighten anybody.
func TestRequestsAreCounted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, ours := ofTheirOwn(t, d)
		_, theirs := ofTheirOwn(t, d)
		now := time.Now().UTC()
		inOrg(t, d, org, func(tx *db.OrgTx) error {
			old := request(ours, "user.created", directory.Refused, "ada@halden.example")
			old.CreatedAt = now.Add(-25 * time.Hour)
			return directory.RecordRequests(tx, []directory.Request{old, request(ours, "user.created", directory.Refused, "b"), request(ours, "user.created", directory.Held, "c"), request(ours, "users.listed", directory.Read, "")})
		})
		for name, c := range map[string]struct {
			of       id.Directory
			outcomes []string
			since    time.Time
			want     int64
		}{
			"all":                       {ours.ID, nil, time.Time{}, 4},
			"not applied, in a day":     {ours.ID, directory.NotApplied, now.Add(-24 * time.Hour), 2},
			"not applied, ever":         {ours.ID, directory.NotApplied, time.Time{}, 3},
			"of another organization's": {theirs.ID, nil, time.Time{}, 0},
		} {
			must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
				got, err := directory.CountRequests(tx, c.of, c.outcomes, c.since)
				if err == nil && (got.N != c.want || got.More) {
					t.Errorf("%s: %+v, want %d", name, got, c.want)
				}
				return err
			}))
		}
	})
}
