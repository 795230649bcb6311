package db_test

import (
	"errors"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// The first statement takes the beginning of its transaction along. If a
// connection went back in the middle of one that failed there, or in its
// organization, whoever gets it next would work in somebody else's.
func TestATransactionThatFailsAtOnceLeavesItsConnectionToOthers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, own, foreign := fixture(t, d)
		for range 20 { // more than there are connections
			nobody := id.New[id.Organization]()
			err := d.InOrg(t.Context(), nobody, who, func(tx *db.OrgTx) error {
				return domains.Insert(tx, &domain{ID: id.New[id.OrganizationDomain](), Domain: string(nobody) + ".example", State: "pending", VerificationStrategy: "dns"})
			})
			if !db.Orphaned(err) {
				t.Fatalf("a row of no organization: %v", err)
			}
			if err := d.InOrg(t.Context(), a, who, func(*db.OrgTx) error { return nil }); err != nil {
				t.Fatalf("a transaction that asks nothing: %v", err)
			}
			err = d.ReadOrg(t.Context(), b, func(tx *db.OrgTx) error {
				if _, err := domains.Get(tx, own); !errors.Is(err, db.ErrNotFound) {
					t.Errorf("a foreign row: %v", err)
				}
				_, err := domains.Get(tx, foreign)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A write that waits for the commit is one also where nothing was asked before.
func TestAPostponedWriteBeginsItsTransaction(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, _, _, _ := fixture(t, d)
		key := id.New[id.OrganizationDomain]()
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			return domains.InsertLater(tx, &domain{ID: key, Domain: "later.example", State: "pending", VerificationStrategy: "dns"})
		})
		if err != nil {
			t.Fatal(err)
		}
		wanted := errors.New("no")
		err = d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			row, err := domains.Get(tx, key)
			if err != nil || row.CreatedAt.IsZero() || row.UpdatedAt.IsZero() {
				t.Errorf("%+v, %v", row, err)
			}
			if err := domains.InsertLater(tx, &domain{ID: id.New[id.OrganizationDomain](), Domain: "never.example", State: "pending", VerificationStrategy: "dns"}); err != nil {
				return err
			}
			return errors.Join(tx.Flush(), wanted)
		})
		if !errors.Is(err, wanted) {
			t.Fatal(err)
		}
		err = d.ReadOrg(t.Context(), a, func(tx *db.OrgTx) error {
			_, err := domains.First(tx, db.Eq("domain", "never.example"))
			if !errors.Is(err, db.ErrNotFound) {
				t.Errorf("what was flushed stayed: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
