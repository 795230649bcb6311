package directory_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

// requestsTable writes what the endpoint records, for tests of who looks at it.
var requestsTable = db.OwnedTable[directory.Request, id.SCIMRequest]{}

func recorded(t *testing.T, d *db.DB, row *directory.Directory, outcome string) {
	t.Helper()
	inOrg(t, d, row.OrganizationID, func(tx *db.OrgTx) error {
		return requestsTable.Insert(tx, &directory.Request{ID: id.New[id.SCIMRequest](), DirectoryID: row.ID, RequestID: "req_1", Method: "POST", Path: "/Users",
			Operation: "user.created", Outcome: outcome, Status: 400, Reason: "userName is missing.", CreatedAt: tx.Now()})
	})
}

// An operator who is shown every directory finds none that is broken; one who
// is shown a healthy one as broken stops looking.
func TestDirectoriesThatNeedSomebodyAreFound(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		forward := clock(d)
		healthy, _ := newDirectory(t, d, organization(t, d), directory.New{Name: "healthy"})
		stopped, token := newDirectory(t, d, organization(t, d), directory.New{Name: "stopped"})
		ended, _ := newDirectory(t, d, organization(t, d), directory.New{Name: "ended", NoToken: true})
		refusing, _ := newDirectory(t, d, organization(t, d), directory.New{Name: "refusing"})
		mended, _ := newDirectory(t, d, organization(t, d), directory.New{Name: "mended"})
		fresh, _ := newDirectory(t, d, organization(t, d), directory.New{Name: "fresh", NoToken: true})
		off, _ := newDirectory(t, d, organization(t, d), directory.New{Name: "off"})
		soon := d.Now().Add(time.Hour)
		for _, row := range []*directory.Directory{healthy, stopped, ended, refusing, mended, off} {
			inOrg(t, d, row.OrganizationID, func(tx *db.OrgTx) error { _, err := directory.Activate(tx, row); return err })
		}
		inOrg(t, d, stopped.OrganizationID, func(tx *db.OrgTx) error {
			_, err := directory.RevokeToken(tx, stopped.ID, token.ID)
			return err
		})
		inOrg(t, d, ended.OrganizationID, func(tx *db.OrgTx) error { _, err := directory.IssueToken(tx, ended.ID, &soon); return err })
		inOrg(t, d, off.OrganizationID, func(tx *db.OrgTx) error {
			_, err := directory.Change(tx, off.ID, directory.Edit{On: p(false)})
			return err
		})
		recorded(t, d, mended, "refused")
		forward(25 * time.Hour)
		for _, row := range []*directory.Directory{refusing, off} {
			recorded(t, d, row, "refused")
		}
		recorded(t, d, mended, "applied")
		recorded(t, d, refusing, "applied")

		want := map[string]directory.Attention{"stopped": {Stopped: true}, "ended": {Stopped: true}, "refusing": {Refused: true}}
		must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
			rows, _, err := directory.List(tx, directory.ListQuery{Needing: tx.Now()})
			if err != nil {
				return err
			}
			reasons, err := directory.AttentionOf(tx, rows, tx.Now())
			if len(rows) != len(want) {
				t.Errorf("%d directories need somebody, want %d", len(rows), len(want))
			}
			for _, row := range rows {
				if reasons[row.ID] != want[row.Name] || !reasons[row.ID].Any() {
					t.Errorf("%s: %+v, want %+v", row.Name, reasons[row.ID], want[row.Name])
				}
			}
			all, err2 := directory.AttentionOf(tx, []directory.Directory{*healthy, *fresh, *off, *mended}, tx.Now())
			if len(all) != 0 {
				t.Errorf("nobody is needed for %v", all)
			}
			return errors.Join(err, err2)
		}))
		must(t, d.ReadOrg(t.Context(), healthy.OrganizationID, func(tx *db.OrgTx) error {
			rows, _, err := directory.List(tx, directory.ListQuery{Needing: tx.Now()})
			if len(rows) > 0 {
				t.Errorf("another organization sees %s", rows[0].Name)
			}
			return err
		}))
	})
}

// People know a customer's directory by the customer.
func TestADirectoryIsFoundByItsOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ours, _ := newDirectory(t, d, organization(t, d), directory.New{Name: "Okta"})
		must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
			for text, want := range map[string]int{"marine": 1, "OKT": 1, "%": 0, "nordby": 0} {
				rows, _, err := directory.List(tx, directory.ListQuery{Anywhere: text})
				if err != nil || len(rows) != want || want == 1 && rows[0].ID != ours.ID {
					t.Errorf("%q finds %d, want %d (%v)", text, len(rows), want, err)
				}
			}
			return nil
		}))
	})
}

// Who releases a directory must see everybody who waits, once each, from the
// first whom it held; and nobody who waited the last time.
func TestWhoWaitsIsNamedOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		forward := clock(d)
		org, row := ofTheirOwn(t, d)
		asked := func(name string) {
			t.Helper()
			r := request(row, "user.deactivated", directory.Held, name)
			r.CreatedAt = d.Now()
			inOrg(t, d, org, func(tx *db.OrgTx) error { return directory.RecordRequests(tx, []directory.Request{r}) })
		}
		names := func() (list []string) {
			t.Helper()
			must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
				now, err := directory.Get(tx, row.ID)
				if err != nil {
					return err
				}
				waiting, more, err := directory.WhoWaits(tx, now)
				for _, r := range waiting {
					list = append(list, *r.Subject)
				}
				if more {
					t.Error("there are no others")
				}
				return err
			}))
			return list
		}
		asked("earlier@halden.example")
		if got := names(); len(got) != 0 {
			t.Errorf("nobody is held, and %v wait", got)
		}
		forward(2 * time.Minute)
		asked("first@halden.example") // and that began it
		forward(time.Second)
		inOrg(t, d, org, func(tx *db.OrgTx) error { return directory.SetHeld(tx, row) })
		forward(time.Second)
		asked("second@halden.example")
		asked("first@halden.example")
		if got := names(); !slices.Equal(got, []string{"first@halden.example", "second@halden.example"}) {
			t.Errorf("%v wait", got)
		}
	})
}
