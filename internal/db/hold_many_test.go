package db_test

import (
	"errors"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// Rows that are held many at once are the organization's own alone.
func TestHoldingManyStaysInTheOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, _, mine, theirs := fixture(t, d)
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			all, err1 := domains.HoldAll(tx, "domain", db.In("id", []id.OrganizationDomain{mine, theirs}))
			free, err2 := domains.ShareFree(tx, []id.OrganizationDomain{mine, theirs})
			if len(all) != 1 || all[0].ID != mine || len(free) != 1 || free[0].ID != mine {
				t.Errorf("held %v, shared %v", all, free)
			}
			if _, err := domains.HoldFree(tx, theirs); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("another's: %v", err)
			}
			return errors.Join(err1, err2)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Whoever holds something already must not wait for somebody who waits for
// that: what is being changed is passed over, not waited for.
func TestWhatIsBeingChangedIsPassedOver(t *testing.T) {
	dbtest.OnPostgres(t, func(t *testing.T, _ string) {
		d := dbtest.Postgres(t)
		a, _, mine, _ := fixture(t, d)
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			if _, err := domains.HoldFree(tx, mine); err != nil {
				return err
			}
			return d.InOrg(t.Context(), a, who, func(other *db.OrgTx) error {
				free, err := domains.ShareFree(other, []id.OrganizationDomain{mine})
				if len(free) != 0 {
					t.Error("shared what is held")
				}
				if _, err := domains.HoldFree(other, mine); !errors.Is(err, db.ErrNotFound) {
					t.Errorf("held twice: %v", err)
				}
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
