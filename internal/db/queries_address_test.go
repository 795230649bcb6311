package db_test

import (
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/tenants"
	"gatehouse/users"
)

// A domain that another organization verified must not make its people this
// one's; whose account a mailbox is is known everywhere, and decided upon by who
// asks. What is found with a directory's token is the same.
func TestAnotherOrganizationsDomainIsNotHeld(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		holder, other := newDirectoryOf(t, d), newDirectoryOf(t, d)
		err := d.InOrg(t.Context(), holder.org, tester, func(tx *db.OrgTx) error {
			if _, err := tenants.AddDomain(tx, "halden.example", tenants.Verified); err != nil {
				return err
			}
			_, err := users.Create(tx.Tx, users.New{Email: "ada@halden.example"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for w, held := range map[directoryOf]bool{holder: true, other: false} {
			aDirectory(t, d, w.org, []byte(w.org), nil)
			_, with, err := d.LocateSCIMAddress(t.Context(), []byte(w.org), "ada@halden.example", "halden.example")
			if err != nil {
				t.Fatal(err)
			}
			err = d.InOrg(t.Context(), w.org, tester, func(tx *db.OrgTx) error {
				a, err := db.FindAddressed(tx, "ada@halden.example", "halden.example")
				if a.Held != held || a.Account == nil {
					t.Errorf("%+v, want held %t", a, held)
				}
				if with != nil && (with.Held != held || with.Account == nil || *with.Account != *a.Account || with.Name != a.Name) || with == nil && d.Dialect == db.Postgres {
					t.Errorf("with the token %+v, without %+v", with, a)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
